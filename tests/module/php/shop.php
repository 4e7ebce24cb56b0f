<?php

declare(strict_types=1);

/*
 * A shop with the module installed, for tests of another language: php shop.php FILE.sqlite < {"do": "…", …}
 *
 *     install            {}                                    tables, hooks, secret
 *     configure          {"url", "secret"?, "send"?}
 *     put                {"notices": [[type, id, state?], …]}  straight to the outbox
 *     hook               {"calls": [[hook, params], …]}        through the module, objects as JSON objects
 *     deliver            {"seconds"?, "answer_seconds"?, "ahead"?}   one run, on a clock so many seconds ahead
 *     resume             {}                                    every wait is over
 *     exchange, drop     {}                                    the secret
 *     test               {}                                    the settings page's connection test
 *
 * Every command answers {"result", "waiting", "state", "secret", "previous"} as JSON. The configuration is kept beside the database.
 */

require __DIR__ . '/bootstrap.php';

use Orderbro\Backoff;
use Orderbro\ConnectionTest;
use Orderbro\Delivery;
use Orderbro\HttpClient;
use Orderbro\Notice;
use Orderbro\Services;

$file = $argv[1];
$given = json_decode(stream_get_contents(STDIN));
Db::open('sqlite:' . $file);
if (is_file($file . '.json')) {
    Configuration::$values = json_decode(file_get_contents($file . '.json'), true);
}
$services = Services::current();
$module = new Orderbro();
$http = new HttpClient(3.0, isset($given->answer_seconds) ? (float) $given->answer_seconds : 10.0);

$commands = [
    'install' => static function () use ($module): bool {
        Module::createTables();
        Db::getInstance()->execute('CREATE TABLE IF NOT EXISTS `ps_orders` (`id_order` INT, `id_shop` INT, `reference` VARCHAR(9))');
        Db::getInstance()->execute('CREATE TABLE IF NOT EXISTS `ps_customer` (`id_customer` INT, `id_shop` INT)');

        return $module->install();
    },
    'configure' => static function ($given) use ($services): bool {
        $settings = $services->settings->ready(1);
        $settings->url = $given->url;
        $settings->secret = isset($given->secret) ? $given->secret : $settings->secret;
        $settings->send = ['product' => true, 'stock' => true, 'customer' => true];
        $services->settings->save($settings);

        return true;
    },
    'put' => static function ($given) use ($services): bool {
        foreach ($given->notices as $notice) {
            $services->outbox->put(new Notice($notice[0], $notice[1], 1, isset($notice[2]) ? $notice[2] : null), time());
        }

        return true;
    },
    'hook' => static function ($given) use ($module): bool {
        foreach ($given->calls as list($hook, $params)) {
            $module->{'hook' . ucfirst($hook)}((array) $params);
        }

        return true;
    },
    'deliver' => static function ($given) use ($services, $http): array {
        $seconds = isset($given->seconds) ? (float) $given->seconds : 30.0;
        $delivery = $services->delivery($http);
        if (!empty($given->ahead)) {
            $delivery = new Delivery($services->outbox, $services->state, $http, new Backoff('lcg_value'), static function () use ($given): float {
                return microtime(true) + $given->ahead;
            });
        }

        return $delivery->run($services->settings->of(1), $seconds)->toArray();
    },
    'resume' => static function () use ($services): int {
        $services->state->resume(1);

        return $services->outbox->resend(1, time());
    },
    'exchange' => static function () use ($services): bool {
        $services->settings->exchangeSecret($services->settings->of(1));

        return true;
    },
    'drop' => static function () use ($services): bool {
        $settings = $services->settings->of(1);
        $settings->previousSecret = '';
        $services->settings->save($settings);

        return true;
    },
    'test' => static function () use ($services, $http): array {
        $verdict = (new ConnectionTest($http, $services->state))->run($services->settings->of(1), time());

        return ['meaning' => $verdict->meaning, 'code' => $verdict->code, 'detail' => $verdict->detail];
    },
];
$result = $commands[$given->do]($given);
$settings = $services->settings->of(1);
file_put_contents($file . '.new' . getmypid(), json_encode(Configuration::$values));
rename($file . '.new' . getmypid(), $file . '.json');  // in one step: tests kill this process at any point
$waiting = Db::getInstance()->executeS('SELECT * FROM `ps_orderbro_outbox` ORDER BY `id_outbox` LIMIT 1000');
echo json_encode([
    'result' => $result,
    'waiting' => $waiting,
    'state' => $services->state->of(1),
    'secret' => $settings->secret,
    'previous' => $settings->previousSecret,
]);
