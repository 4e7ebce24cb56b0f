<?php

declare(strict_types=1);

namespace Orderbro;

use Module;
use Tools;

/**
 * What the buttons of the settings page do, for one shop. Every action answers [whether it went well, a sentence].
 *
 * @SuppressWarnings(PHPMD.UnusedPrivateMethod) the methods are called by their names in ACTIONS
 */
final class SettingsActions
{
    /** Name of the submit button => method. */
    const ACTIONS = [
        SettingsForm::SUBMIT => 'save',
        'submitOrderbroTest' => 'test',
        'submitOrderbroSendNow' => 'sendNow',
        'submitOrderbroResendOrder' => 'resendOrder',
        'submitOrderbroResend' => 'resend',
        'submitOrderbroDiscard' => 'discard',
        'submitOrderbroExchange' => 'exchange',
        'submitOrderbroDrop' => 'drop',
        'submitOrderbroCreateKey' => 'createKey',
        'submitOrderbroRemoveKey' => 'removeKey',
    ];
    const SEND_SECONDS = 10.0;

    /** @var Module */
    private $module;
    /** @var Services */
    private $services;
    /** @var Texts */
    private $texts;
    /** @var HttpClient */
    private $http;
    /** @var int */
    private $now;

    public function __construct(Module $module, Services $services, Texts $texts, HttpClient $http, int $now)
    {
        $this->module = $module;
        $this->services = $services;
        $this->texts = $texts;
        $this->http = $http;
        $this->now = $now;
    }

    /**
     * @return array{0: bool, 1: string}|null null when no button was pressed
     */
    public function handle(ShopSettings $settings): ?array
    {
        foreach (self::ACTIONS as $button => $method) {
            if (Tools::isSubmit($button)) {
                return $this->$method($settings);
            }
        }

        return null;
    }

    private function save(ShopSettings $settings): array
    {
        $input = SettingsInput::submitted(array_keys($settings->send));
        $fault = $input->fault();
        if ($fault !== '') {
            return $this->bad($fault);
        }
        if ($input->url !== $settings->url) {
            $this->services->state->resume($settings->idShop);  // the pause was about another address
        }
        $settings->url = $input->url;
        $settings->parkDays = (int) $input->days;
        $settings->send = $input->send;
        $this->services->settings->save($settings);
        if ($input->key !== '') {
            $this->access()->know($input->key);
        }
        (new Installer($this->services))->upgrade($this->module);  // a shop that was added later has none of the hooks

        return $this->good('saved');
    }

    private function test(ShopSettings $settings): array
    {
        if (!$settings->isComplete()) {
            return $this->bad('not_configured');
        }
        $verdict = (new ConnectionTest($this->http, $this->services->state))->run($settings, $this->now);
        if ($verdict->meaning === Verdict::DELIVERED) {
            return $this->good('test_good');
        }

        return [false, $this->texts->ofCode($verdict->code, $verdict->detail)];
    }

    private function sendNow(ShopSettings $settings): array
    {
        if (!$settings->isComplete()) {
            return $this->bad('not_configured');
        }
        $this->services->state->resume($settings->idShop);
        $this->services->outbox->resend($settings->idShop, $this->now);
        $report = $this->services->delivery($this->http)->run($settings, self::SEND_SECONDS);
        if ($report->end === DeliveryReport::BUSY) {
            return $this->bad('busy');
        }
        $waiting = $this->services->outbox->figures($settings->idShop, 0)['waiting'];
        list(, $sentence) = $this->good('sent_now', $report->delivered, $waiting);

        return $report->failed === 0 ? [true, $sentence] : [false, $sentence . ' ' . $this->texts->ofCode($report->code)];
    }

    private function resendOrder(ShopSettings $settings): array
    {
        $given = trim((string) Tools::getValue('orderbro_order'));
        $idOrder = ctype_digit($given) && strlen($given) < 10 ? (int) $given : 0;
        if ($idOrder < 1 || $this->services->shops->ofOrder($idOrder) !== [$settings->idShop]) {
            return $this->bad('order_unknown', $given);
        }
        $this->services->outbox->put(new Notice('order.updated', $idOrder, $settings->idShop), $this->now);

        return $this->good('order_told', $idOrder);
    }

    private function resend(ShopSettings $settings): array
    {
        $this->services->state->resume($settings->idShop);
        $changed = $this->services->outbox->resendRow($settings->idShop, (int) Tools::getValue('orderbro_row'), $this->now);

        return $changed > 0 ? $this->good('resent') : $this->bad('changed_meanwhile');
    }

    private function discard(ShopSettings $settings): array
    {
        $row = (int) Tools::getValue('orderbro_row');
        $version = (int) Tools::getValue('orderbro_version');

        return $this->services->outbox->discard($settings->idShop, $row, $version) > 0
            ? $this->good('discarded')
            : $this->bad('changed_meanwhile');
    }

    /** Only one previous secret is kept: a second exchange would make the one that Orderbro still knows useless. */
    private function exchange(ShopSettings $settings): array
    {
        if ($settings->previousSecret !== '') {
            return $this->bad('exchange_first');
        }
        $this->services->settings->exchangeSecret($settings);

        return $this->good('exchanged');
    }

    private function drop(ShopSettings $settings): array
    {
        $settings->previousSecret = '';
        $this->services->settings->save($settings);

        return $this->good('dropped');
    }

    private function createKey(): array
    {
        try {
            return $this->good('key_made', $this->access()->create($this->services->shops->all()));
        } catch (\Throwable $failure) {
            Log::failure('webservice key', $failure);

            return $this->bad('key_failed');
        }
    }

    private function removeKey(): array
    {
        $this->access()->remove();

        return $this->good('key_removed');
    }

    private function access(): WebserviceAccess
    {
        return (new Installer($this->services))->access();
    }

    /**
     * @param string|int ...$values
     */
    private function good(string $key, ...$values): array
    {
        return [true, $this->texts->of($key, ...$values)];
    }

    /**
     * @param string|int ...$values
     */
    private function bad(string $key, ...$values): array
    {
        return [false, $this->texts->of($key, ...$values)];
    }
}
