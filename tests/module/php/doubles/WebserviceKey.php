<?php

declare(strict_types=1);

/**
 * Stores accounts and permissions in the tables that PrestaShop has for them.
 */
class WebserviceKey
{
    /** @var bool */
    public static $fails = false;

    public $id;
    public $key;
    public $description;
    public $active;
    public $id_shop_list;

    public static function createTables(): void
    {
        foreach (
            [
                'webservice_account' => '`id_webservice_account` INT, `key` VARCHAR(32), `active` INT',
                'webservice_account_shop' => '`id_webservice_account` INT, `id_shop` INT',
                'webservice_permission' => '`resource` VARCHAR(64), `method` VARCHAR(8), `id_webservice_account` INT',
            ] as $name => $columns
        ) {
            Db::getInstance()->execute('DROP TABLE IF EXISTS `ps_' . $name . '`');
            Db::getInstance()->execute('CREATE TABLE IF NOT EXISTS `ps_' . $name . '` (' . $columns . ') ENGINE=InnoDB');
        }
    }

    public function add()
    {
        if (self::$fails) {
            return false;
        }
        $this->id = 1 + (int) Db::getInstance()->getValue('SELECT MAX(`id_webservice_account`) FROM `ps_webservice_account`');
        Db::getInstance()->execute("INSERT INTO `ps_webservice_account` VALUES ({$this->id}, '{$this->key}', " . (int) $this->active . ')');
        foreach ($this->id_shop_list as $shop) {
            Db::getInstance()->execute("INSERT INTO `ps_webservice_account_shop` VALUES ({$this->id}, $shop)");
        }

        return true;
    }

    public static function setPermissionForAccount($account, $permissions)
    {
        foreach ($permissions as $resource => $methods) {
            foreach (array_keys($methods) as $method) {
                Db::getInstance()->execute("INSERT INTO `ps_webservice_permission` VALUES ('$resource', '$method', $account)");
            }
        }

        return true;
    }
}
