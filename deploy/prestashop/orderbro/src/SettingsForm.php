<?php

declare(strict_types=1);

namespace Orderbro;

use Context;
use HelperForm;
use Module;
use Tools;

/**
 * The form of the settings, with PrestaShop's own form helper.
 */
final class SettingsForm
{
    const SUBMIT = 'submitOrderbroSettings';

    const ADDRESS = 'orderbro_address';
    const PARK_DAYS = 'orderbro_park_days';
    const WEBSERVICE_KEY = 'orderbro_webservice_key';
    const SEND = 'orderbro_send_';

    /** @var Module */
    private $module;
    /** @var Context */
    private $context;
    /** @var Texts */
    private $texts;

    public function __construct(Module $module, Context $context, Texts $texts)
    {
        $this->module = $module;
        $this->context = $context;
        $this->texts = $texts;
    }

    public function render(ShopSettings $settings): string
    {
        $helper = new HelperForm();
        $helper->module = $this->module;
        $helper->name_controller = $this->module->name;
        $helper->token = Tools::getAdminTokenLite('AdminModules');
        $helper->currentIndex = $this->context->link->getAdminLink('AdminModules', false) . '&configure=' . $this->module->name;
        $helper->default_form_language = (int) $this->context->language->id;
        $helper->submit_action = self::SUBMIT;
        $helper->show_toolbar = false;
        $helper->fields_value = $this->values($settings);

        return $helper->generateForm([['form' => [
            'legend' => ['title' => $this->texts->of('settings'), 'icon' => 'icon-cogs'],
            'input' => $this->inputs(),
            'submit' => ['title' => $this->texts->of('save')],
        ]]]);
    }

    private function inputs(): array
    {
        $inputs = [$this->text(self::ADDRESS, 'address')];
        foreach (array_keys(Settings::SEND) as $kind) {
            $inputs[] = $this->toggle($kind);
        }
        $inputs[] = $this->text(self::PARK_DAYS, 'park_days') + ['class' => 'fixed-width-sm'];
        $inputs[] = $this->text(self::WEBSERVICE_KEY, 'webservice_key');

        return $inputs;
    }

    private function text(string $name, string $key): array
    {
        return ['type' => 'text', 'name' => $name, 'label' => $this->texts->of($key), 'desc' => $this->escaped($key . '_help')];
    }

    private function toggle(string $kind): array
    {
        $name = self::SEND . $kind;
        $values = [];
        foreach (['on' => [1, 'yes'], 'off' => [0, 'no']] as $suffix => list($value, $label)) {
            $values[] = ['id' => $name . '_' . $suffix, 'value' => $value, 'label' => $this->texts->of($label)];
        }

        return [
            'type' => 'switch',
            'is_bool' => true,
            'name' => $name,
            'label' => $this->texts->of('send_' . $kind),
            'desc' => $this->escaped('send_' . $kind . '_help'),
            'values' => $values,
        ];
    }

    /** The helper prints descriptions as HTML. */
    private function escaped(string $key): string
    {
        return htmlspecialchars($this->texts->of($key), ENT_QUOTES, 'UTF-8');
    }

    private function values(ShopSettings $settings): array
    {
        $values = [
            self::ADDRESS => $settings->url,
            self::PARK_DAYS => $settings->parkDays,
            self::WEBSERVICE_KEY => '',
        ];
        foreach ($settings->send as $kind => $isSent) {
            $values[self::SEND . $kind] = (int) $isSent;
        }
        foreach ($values as $name => $value) {
            $values[$name] = Tools::getValue($name, $value);  // what was entered stays when it was refused
        }
        $values[self::WEBSERVICE_KEY] = '';

        return $values;
    }
}
