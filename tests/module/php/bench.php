<?php

declare(strict_types=1);

/*
 * php bench.php DSN hooks COUNT             what a hook adds to a shop's request: milliseconds of each call, as JSON
 * php bench.php DSN delivery COUNT URL SECRET   seconds that delivering so many waiting notices takes, and how many were delivered
 */

require __DIR__ . '/bootstrap.php';

use Orderbro\Notice;
use Orderbro\Services;

list(, $source, $what, $count) = $argv;
$db = Db::open($source);
$db->execute('DROP TABLE IF EXISTS `ps_orders`');
$db->execute('CREATE TABLE IF NOT EXISTS `ps_orders` (`id_order` INT, `id_shop` INT, `reference` VARCHAR(9), PRIMARY KEY (`id_order`)) ENGINE=InnoDB');
$services = Services::current();
$services->schema->drop();
Module::createTables();
$module = new Orderbro();
$module->install();
$settings = $services->settings->ready(1);
$settings->url = isset($argv[4]) ? $argv[4] : 'http://127.0.0.1:9/webhooks/prestashop/acme-se';
$settings->secret = isset($argv[5]) ? $argv[5] : $settings->secret;
$settings->send['stock'] = true;
$services->settings->save($settings);

if ($what === 'hooks') {
    $times = [];
    for ($number = 1; $number <= $count / 7; ++$number) {
        $db->execute("INSERT INTO `ps_orders` VALUES ($number, 1, 'R$number')");
        $order = (object) ['id' => $number, 'id_shop' => 1];
        $stock = (object) ['id' => $number % 500 + 1, 'id_product' => 20, 'id_shop' => 1, 'id_shop_group' => 0];
        // What one purchase fires (prestashop.md 10).
        $calls = [
            ['ActionObjectStockAvailableUpdateAfter', ['object' => $stock]],
            ['ActionObjectOrderPaymentAddAfter', ['object' => (object) ['id' => 1, 'order_reference' => "R$number"]]],
            ['ActionValidateOrder', ['order' => $order]],
            ['ActionObjectOrderUpdateAfter', ['object' => $order]],
            ['ActionOrderStatusPostUpdate', ['id_order' => $number, 'newOrderStatus' => (object) ['id' => 2]]],
            ['ActionOrderHistoryAddAfter', ['order_history' => (object) ['id_order' => $number, 'id_order_state' => 2]]],
            ['ActionValidateOrderAfter', ['order' => $order, 'orders' => [$order]]],
        ];
        foreach ($calls as list($hook, $params)) {
            $started = microtime(true);
            $module->{'hook' . $hook}($params);
            $times[] = (microtime(true) - $started) * 1000;
        }
    }
    echo json_encode($times);
    exit(PrestaShopLogger::$messages === [] ? 0 : 1);
}

for ($id = 1; $id <= $count; ++$id) {
    $services->outbox->put(new Notice('order.state_changed', $id, 1, 2), time());
}
$started = microtime(true);
$report = $services->delivery()->run($settings, 120.0);
echo json_encode(['seconds' => microtime(true) - $started] + $report->toArray());
