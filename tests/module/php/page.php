<?php

declare(strict_types=1);

/*
 * A page of a shop under PHP-FPM, on which an order is placed. `SHOP_FILE` is the SQLite file of shop.php.
 */

require __DIR__ . '/bootstrap.php';

Db::open('sqlite:' . $_SERVER['SHOP_FILE']);
Configuration::$values = json_decode(file_get_contents($_SERVER['SHOP_FILE'] . '.json'), true);
session_save_path(dirname($_SERVER['SHOP_FILE']));
session_start();

$order = (object) ['id' => 42, 'id_shop' => 1];
$module = new Orderbro();
$module->hookActionValidateOrder(['order' => $order]);
$module->hookActionValidateOrderAfter(['order' => $order, 'orders' => [$order]]);
register_shutdown_function(static function (): void {
    echo ' and what other modules print at the end';
});
echo 'thank you for your order';
