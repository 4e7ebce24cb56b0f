<?php

declare(strict_types=1);

namespace Orderbro;

use Tools;

/**
 * What was entered in the form of the settings, and what is wrong with it.
 */
final class SettingsInput
{
    const MOST_DAYS = 365;

    /** @var string */
    public $url;
    /** @var string */
    public $days;
    /** @var string a webservice key, empty to leave it as it is */
    public $key;
    /** @var array<string, bool> */
    public $send = [];

    /**
     * @param string[] $kinds
     */
    public static function submitted(array $kinds): self
    {
        $input = new self();
        $input->url = trim((string) Tools::getValue(SettingsForm::ADDRESS));
        $input->days = trim((string) Tools::getValue(SettingsForm::PARK_DAYS));
        $input->key = trim((string) Tools::getValue(SettingsForm::WEBSERVICE_KEY));
        foreach ($kinds as $kind) {
            $input->send[$kind] = (bool) Tools::getValue(SettingsForm::SEND . $kind);
        }

        return $input;
    }

    /** The text that says what is wrong; empty when nothing is. */
    public function fault(): string
    {
        $address = $this->url === '' ? '' : ServiceAddress::fault($this->url);
        if ($address !== '') {
            return 'fault_' . $address;
        }
        if (!ctype_digit($this->days) || (int) $this->days < 1 || (int) $this->days > self::MOST_DAYS) {
            return 'bad_days';
        }

        return $this->key !== '' && preg_match('/^[A-Za-z0-9]{32}$/', $this->key) !== 1 ? 'bad_key' : '';
    }
}
