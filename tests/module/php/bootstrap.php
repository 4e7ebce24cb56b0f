<?php

declare(strict_types=1);

/*
 * The module's own classes over doubles of PrestaShop's: those that hold something (Db, Configuration) really hold it.
 * A deprecation counts as a failure, since the module has to run on PHP versions to come.
 */
error_reporting(E_ALL);
date_default_timezone_set('Europe/Stockholm');

define('_PS_VERSION_', '8.2.1');
define('_DB_PREFIX_', 'ps_');
define('_PS_MODULE_DIR_', dirname(__DIR__, 3) . '/deploy/prestashop/');
define('MODULE', _PS_MODULE_DIR_ . 'orderbro/');


foreach (glob(__DIR__ . '/doubles/*.php') as $double) {
    require_once $double;
}
require_once MODULE . 'orderbro.php';
spl_autoload_register(static function (string $class): void {
    $file = __DIR__ . '/support/' . basename(str_replace('\\', '/', $class)) . '.php';
    if (is_file($file)) {
        require_once $file;
    }
});
