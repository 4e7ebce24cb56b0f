<?php

declare(strict_types=1);

namespace Orderbro;

use Context;
use Module;
use Shop;

/**
 * The module's page in the back office: what was done, the form, and the panels with what there is to see and to press.
 */
final class SettingsPage
{
    const MOST_PARKED = 20;
    const CLOCK_SECONDS = 60;
    const STALE_SECONDS = 3600;

    /** @var Module */
    private $module;
    /** @var Context */
    private $context;
    /** @var Services */
    private $services;
    /** @var Texts */
    private $texts;

    public function __construct(Module $module, Context $context, Services $services)
    {
        $this->module = $module;
        $this->context = $context;
        $this->services = $services;
        $this->texts = new Texts($module);
    }

    public function render(?HttpClient $http = null, ?int $now = null): string
    {
        if (Shop::isFeatureActive() && Shop::getContext() !== Shop::CONTEXT_SHOP) {
            return $this->message(false, $this->texts->of('choose_shop'));
        }
        try {
            $this->services->schema->ensure();
        } catch (\Throwable $failure) {
            Log::failure('settings page', $failure);

            return $this->message(false, $this->texts->of('tables_missing'));
        }
        $now = $now === null ? time() : $now;
        $http = $http === null ? new HttpClient() : $http;
        $settings = $this->services->settings->ready((int) $this->context->shop->id);
        $done = (new SettingsActions($this->module, $this->services, $this->texts, $http, $now))->handle($settings);

        return ($done === null ? '' : $this->message($done[0], $done[1]))
            . (new SettingsForm($this->module, $this->context, $this->texts))->render($settings)
            . $this->panels($settings, $now);
    }

    private function panels(ShopSettings $settings, int $now): string
    {
        $state = $this->services->state->of($settings->idShop);
        $since = $settings->parkedSince($now);
        $figures = $this->services->outbox->figures($settings->idShop, $since);
        $access = (new Installer($this->services))->access();
        $token = $this->services->settings->shared(Settings::CRON_TOKEN);
        $this->context->smarty->assign(['orderbro' => [
            't' => $this->texts->all(),
            'action' => $this->context->link->getAdminLink('AdminModules', true, [], ['configure' => $this->module->name]),
            'figures' => $figures,
            'delivered' => $state['delivered'],
            'last_success' => $this->time($state['last_success_at']),
            'last_failure' => $this->time($state['last_failure_at']),
            'oldest' => $this->time($figures['oldest']),
            'warnings' => $this->warnings($settings, $state, $figures, $now),
            'parked' => array_map(function (OutboxRow $row): array {
                return $this->row($row);
            }, $this->services->outbox->parked($settings->idShop, $since, self::MOST_PARKED)),
            'more_parked' => $figures['parked'] > self::MOST_PARKED ? $this->texts->of('more_parked', self::MOST_PARKED) : '',
            'secret' => $settings->secret,
            'previous_secret' => $settings->previousSecret,
            'has_key' => $access->account() > 0,
            'key_state' => $this->texts->of($access->account() > 0 ? 'key_there' : ($access->isKnown() ? 'key_known' : 'key_unknown')),
            'cron_command' => 'php ' . _PS_MODULE_DIR_ . $this->module->name . '/cron.php',
            'cron_url' => $this->context->link->getModuleLink($this->module->name, 'cron', ['token' => $token]),
        ]]);

        return $this->context->smarty->fetch(_PS_MODULE_DIR_ . $this->module->name . '/views/templates/admin/panels.tpl');
    }

    /**
     * @return string[]
     */
    private function warnings(ShopSettings $settings, array $state, array $figures, int $now): array
    {
        $warnings = [];
        if ($state['last_code'] !== '' && $state['last_code'] !== Code::SENT) {
            $warnings[] = $this->texts->ofCode((string) $state['last_code'], (string) $state['last_detail']);
        }
        if ($state['paused_until'] > $now) {
            $warnings[] = $this->texts->of('paused', $this->time($state['paused_until']));
        }
        if (abs($state['clock_ahead']) > self::CLOCK_SECONDS) {
            $warnings[] = $this->texts->of($state['clock_ahead'] > 0 ? 'clock' : 'clock_behind', abs($state['clock_ahead']));
        }
        if ($settings->isComplete() && $figures['oldest'] > 0 && self::isIdle($state, $figures['oldest'], $now)) {
            $warnings[] = $this->texts->of('no_cron');
        }

        return $warnings;
    }

    /** Whether nothing was even tried although something waits. */
    private static function isIdle(array $state, int $oldest, int $now): bool
    {
        return max($oldest, $state['last_success_at'], $state['last_failure_at']) < $now - self::STALE_SECONDS;
    }

    /**
     * @return array<string, string|int>
     */
    private function row(OutboxRow $row): array
    {
        return [
            'id' => $row->idOutbox,
            'version' => $row->version,
            'notice' => $row->notice->type . ' ' . $row->notice->id,
            'since' => $this->time($row->firstAt),
            'attempts' => $row->attempts,
            'reason' => $row->lastCode === '' ? '' : $this->texts->ofCode($row->lastCode),
        ];
    }

    private function time(int $at): string
    {
        return $at === 0 ? $this->texts->of('never') : date('Y-m-d H:i:s', $at);
    }

    private function message(bool $isGood, string $sentence): string
    {
        $escaped = htmlspecialchars($sentence, ENT_QUOTES, 'UTF-8');

        return $isGood ? $this->module->displayConfirmation($escaped) : $this->module->displayError($escaped);
    }
}
