<?php

declare(strict_types=1);

namespace Orderbro;

use Configuration;
use Tools;
use WebserviceKey;

/**
 * Orderbro's webservice key: made and taken away on a merchant's wish, or named by its hash when the merchant has made it.
 *
 * By statements instead of WebserviceKey::add and ::delete: those write the key into PrestaShop's log, in the name of an employee whom an
 * uninstallation by command line does not have (seen on 8.2.1).
 */
final class WebserviceAccess
{
    const KEY_LENGTH = 32;
    const LETTERS = 'ABCDEFGHIJKLMNPQRSTUVWXYZ123456789';  // PrestaShop's own alphabet: no O and no 0

    const WAS_OFF = 'off';
    const WAS_ABSENT = 'absent';

    /** @var Settings */
    private $settings;
    /** @var Database */
    private $database;

    public function __construct(Settings $settings, Database $database)
    {
        $this->settings = $settings;
        $this->database = $database;
    }

    /** The account that this module made, 0 for none; one that was deleted in the back office does not count. */
    public function account(): int
    {
        $account = (int) $this->settings->shared(Settings::KEY_ACCOUNT);
        $found = $this->database->row(
            'SELECT 1 FROM ' . $this->database->table('webservice_account') . ' WHERE `id_webservice_account` = ' . $account
        );

        return $found === null ? 0 : $account;
    }

    /**
     * Make the key and switch the webservice on. It is shown once; what is kept is its hash.
     *
     * @param int[] $shops the shops that it may read
     *
     * @throws \RuntimeException when PrestaShop does not store it
     */
    public function create(array $shops): string
    {
        $this->remove();
        $key = $this->key();
        $this->database->execute(
            'INSERT INTO ' . $this->database->table('webservice_account') . ' (`key`, `description`, `active`)'
            . ' VALUES (' . $this->database->text($key) . ", 'Orderbro', 1)"
        );
        $account = $this->database->insertedId();
        $this->settings->share(Settings::KEY_ACCOUNT, (string) $account);
        foreach ($shops as $idShop) {
            $this->database->execute(
                'INSERT INTO ' . $this->database->table('webservice_account_shop') . ' (`id_webservice_account`, `id_shop`)'
                . ' VALUES (' . $account . ', ' . $idShop . ')'
            );
        }
        if (!WebserviceKey::setPermissionForAccount($account, Permissions::all(_PS_VERSION_))) {
            $this->remove();
            throw new \RuntimeException('PrestaShop did not store the permissions of the webservice key.');
        }
        $this->know($key);
        $this->switchOn();

        return $key;
    }

    /** Know a key's calls from now on. */
    public function know(string $key): void
    {
        $this->settings->share(Settings::KEY_HASH, hash('sha256', $key));
    }

    public function isKnown(): bool
    {
        return $this->settings->shared(Settings::KEY_HASH) !== '';
    }

    /** Take away the key that this module made, and switch the webservice off if it switched it on and nobody else uses it. */
    public function remove(): void
    {
        $account = (int) $this->settings->shared(Settings::KEY_ACCOUNT);
        if ($account === 0) {
            return;
        }
        foreach (['webservice_permission', 'webservice_account_shop', 'webservice_account'] as $table) {
            $this->database->execute('DELETE FROM ' . $this->database->table($table) . ' WHERE `id_webservice_account` = ' . $account);
        }
        $this->settings->share(Settings::KEY_ACCOUNT, '0');
        $this->settings->share(Settings::KEY_HASH, '');
        $others = $this->database->row('SELECT 1 FROM ' . $this->database->table('webservice_account') . ' WHERE `active` = 1');
        if ($others === null) {
            $this->switchBack();
        }
    }

    private function switchOn(): void
    {
        $before = Configuration::getGlobalValue('PS_WEBSERVICE');
        if ($before) {
            return;
        }
        Configuration::updateGlobalValue('PS_WEBSERVICE', '1');
        $this->settings->share(Settings::SWITCHED_ON, $before === false ? self::WAS_ABSENT : self::WAS_OFF);
        Tools::generateHtaccess();  // the rewrite of /api is only written while the webservice is on
    }

    private function switchBack(): void
    {
        $before = $this->settings->shared(Settings::SWITCHED_ON);
        if ($before === self::WAS_ABSENT) {
            Configuration::deleteByName('PS_WEBSERVICE');
        } elseif ($before === self::WAS_OFF) {
            Configuration::updateGlobalValue('PS_WEBSERVICE', '0');
        }
        $this->settings->share(Settings::SWITCHED_ON, '');
    }

    private function key(): string
    {
        $key = '';
        while (strlen($key) < self::KEY_LENGTH) {
            $key .= self::LETTERS[random_int(0, strlen(self::LETTERS) - 1)];
        }

        return $key;
    }
}
