<?php

declare(strict_types=1);

namespace Orderbro\Tests;

use Configuration;
use Db;
use Orderbro\Backoff;
use Orderbro\Delivery;
use Orderbro\HttpClient;
use Orderbro\Notice;
use Orderbro\OutboxRow;
use Orderbro\Services;
use Orderbro\ShopSettings;
use PHPUnit\Framework\TestCase;
use PrestaShopLogger;
use Shop;

/**
 * An empty shop with the module's tables, at a time that stands still.
 */
abstract class ModuleTestCase extends TestCase
{
    const NOW = 1795507200;  // 2026-11-24T08:00:00Z
    const URL = 'https://bro.example/webhooks/prestashop/acme-se';

    /** @var Services */
    protected $services;
    /** @var Db */
    protected $db;
    /** @var float */
    protected $now = self::NOW;

    protected function setUp(): void
    {
        Configuration::$values = [];
        Shop::$groups = [1 => 1];
        Shop::$sharing = [];
        Shop::$context = 1;
        PrestaShopLogger::$messages = [];
        PrestaShopLogger::$fails = false;
        $this->db = Db::getInstance();
        $this->db->throws = false;
        $this->services = new Services($this->db, _DB_PREFIX_);
        $this->services->schema->drop();
        $this->services->schema->ensure();
        foreach (['orders' => '`id_order` INT, `id_shop` INT, `reference` VARCHAR(9)', 'customer' => '`id_customer` INT, `id_shop` INT'] as $name => $columns) {
            $this->db->execute('DROP TABLE IF EXISTS `ps_' . $name . '`');
            $this->db->execute('CREATE TABLE IF NOT EXISTS `ps_' . $name . '` (' . $columns . ') ENGINE=InnoDB');
        }
    }

    protected function configure(int $idShop = 1, string $url = self::URL): ShopSettings
    {
        $settings = $this->services->settings->ready($idShop);
        $settings->url = $url;
        $settings->send = ['product' => true, 'stock' => true, 'customer' => true];
        $this->services->settings->save($settings);

        return $settings;
    }

    protected function put(string $type, int $id, int $idShop = 1, ?int $state = null, bool $echo = false): void
    {
        $this->services->outbox->put(new Notice($type, $id, $idShop, $state, null, $echo), (int) $this->now);
    }

    /**
     * @return OutboxRow[]
     */
    protected function waiting(int $idShop = 1): array
    {
        return array_map(static function (array $columns): OutboxRow {
            return new OutboxRow($columns);
        }, $this->db->executeS('SELECT * FROM `ps_orderbro_outbox` WHERE `id_shop` = ' . $idShop . ' ORDER BY `id_outbox`'));
    }

    /**
     * @return string[] "type id"
     */
    protected function told(int $idShop = 1): array
    {
        return array_map(static function (OutboxRow $row): string {
            return $row->notice->type . ' ' . $row->notice->id;
        }, $this->waiting($idShop));
    }

    /** A delivery without chance in it: every wait is the whole one. */
    protected function delivery(HttpClient $http): Delivery
    {
        $backoff = new Backoff(static function (): float {
            return 1.0;
        });

        return new Delivery($this->services->outbox, $this->services->state, $http, $backoff, function (): float {
            return $this->now;
        });
    }
}
