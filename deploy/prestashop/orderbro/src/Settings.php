<?php

declare(strict_types=1);

namespace Orderbro;

use Configuration;
use Shop;

/**
 * The settings in PrestaShop's configuration table: per shop what a shop has of its own, for the installation what it shares.
 */
final class Settings
{
    const URL = 'ORDERBRO_URL';
    const SECRET = 'ORDERBRO_SECRET';
    const SECRET_PREVIOUS = 'ORDERBRO_SECRET_PREVIOUS';
    const PARK_DAYS = 'ORDERBRO_PARK_DAYS';
    /** Whose values these are: a shop that is added later inherits the first one's and must not send under its address. */
    const ID_SHOP = 'ORDERBRO_ID_SHOP';
    const SEND = ['product' => 'ORDERBRO_SEND_PRODUCTS', 'stock' => 'ORDERBRO_SEND_STOCK', 'customer' => 'ORDERBRO_SEND_CUSTOMERS'];

    const CRON_TOKEN = 'ORDERBRO_CRON_TOKEN';
    /** The webservice account that this module made, 0 for none. */
    const KEY_ACCOUNT = 'ORDERBRO_KEY_ACCOUNT';
    /** SHA-256 of the webservice key that Orderbro uses: enough to know its calls. */
    const KEY_HASH = 'ORDERBRO_KEY_HASH';
    /** How the webservice's switch was before this module switched it on; empty when it did not. */
    const SWITCHED_ON = 'ORDERBRO_SWITCHED_ON';

    /** Names of the hooks that PrestaShop did not have before this module was registered for them. */
    const NEW_HOOKS = 'ORDERBRO_NEW_HOOKS';

    const ALL = [
        self::URL,
        self::SECRET,
        self::SECRET_PREVIOUS,
        self::PARK_DAYS,
        self::ID_SHOP,
        self::SEND['product'],
        self::SEND['stock'],
        self::SEND['customer'],
        self::CRON_TOKEN,
        self::KEY_ACCOUNT,
        self::KEY_HASH,
        self::SWITCHED_ON,
        self::NEW_HOOKS,
    ];

    public function of(int $idShop): ShopSettings
    {
        $settings = new ShopSettings($idShop);
        if ((int) $this->read(self::ID_SHOP, $idShop) !== $idShop) {
            return $settings;
        }
        $settings->url = $this->read(self::URL, $idShop);
        $settings->secret = $this->read(self::SECRET, $idShop);
        $settings->previousSecret = $this->read(self::SECRET_PREVIOUS, $idShop);
        $settings->parkDays = max(1, (int) $this->read(self::PARK_DAYS, $idShop));
        foreach (self::SEND as $kind => $key) {
            $settings->send[$kind] = (bool) $this->read($key, $idShop);
        }

        return $settings;
    }

    /** The same, with a secret from its first use on. */
    public function ready(int $idShop): ShopSettings
    {
        $settings = $this->of($idShop);
        if ($settings->secret === '') {
            $settings->secret = Secret::generate();
            $this->save($settings);
        }

        return $settings;
    }

    public function save(ShopSettings $settings): void
    {
        $values = [
            self::ID_SHOP => (string) $settings->idShop,
            self::URL => $settings->url,
            self::SECRET => $settings->secret,
            self::SECRET_PREVIOUS => $settings->previousSecret,
            self::PARK_DAYS => (string) $settings->parkDays,
        ];
        foreach (self::SEND as $kind => $key) {
            $values[$key] = $settings->send[$kind] ? '1' : '0';
        }
        $group = (int) Shop::getGroupFromShop($settings->idShop);
        foreach ($values as $key => $value) {
            Configuration::updateValue($key, $value, false, $group, $settings->idShop);
        }
    }

    /** A new secret; the one before it goes on signing too, until it is dropped. */
    public function exchangeSecret(ShopSettings $settings): void
    {
        $settings->previousSecret = $settings->secret;
        $settings->secret = Secret::generate();
        $this->save($settings);
    }

    public function shared(string $key): string
    {
        return (string) Configuration::getGlobalValue($key);
    }

    public function share(string $key, string $value): void
    {
        Configuration::updateGlobalValue($key, $value);
    }

    public function forget(): void
    {
        foreach (self::ALL as $key) {
            Configuration::deleteByName($key);
        }
    }

    private function read(string $key, int $idShop): string
    {
        return (string) Configuration::get($key, null, null, $idShop);
    }
}
