<?php

declare(strict_types=1);

/**
 * Stores permissions in the table that PrestaShop has for them.
 */
class WebserviceKey
{
    /** @var bool */
    public static $fails = false;

    public static function createTables(): void
    {
        foreach (
            [
                'webservice_account' => '`id_webservice_account` INT NOT NULL AUTO_INCREMENT, `key` VARCHAR(32), `description` TEXT,'
                    . ' `active` INT, PRIMARY KEY (`id_webservice_account`)',
                'webservice_account_shop' => '`id_webservice_account` INT, `id_shop` INT',
                'webservice_permission' => '`resource` VARCHAR(64), `method` VARCHAR(8), `id_webservice_account` INT',
            ] as $name => $columns
        ) {
            Db::getInstance()->execute('DROP TABLE IF EXISTS `ps_' . $name . '`');
            Db::getInstance()->execute('CREATE TABLE IF NOT EXISTS `ps_' . $name . '` (' . $columns . ') ENGINE=InnoDB');
        }
    }

    public static function setPermissionForAccount($account, $permissions)
    {
        foreach (self::$fails ? [] : $permissions as $resource => $methods) {
            foreach (array_keys($methods) as $method) {
                Db::getInstance()->execute("INSERT INTO `ps_webservice_permission` VALUES ('$resource', '$method', $account)");
            }
        }

        return !self::$fails;
    }
}
