<?php

/*
 * php modules/orderbro/cron.php: sends what waits, for every shop. Every minute is a good rhythm; a run that finds another at work leaves.
 * Ends with 0 when nothing is due any more or another run is at work, with 1 when something failed.
 */

if (PHP_SAPI !== 'cli') {
    header('HTTP/1.1 403 Forbidden');
    exit('Run this from the command line; the cron URL is on the settings page.');
}

$configuration = dirname(__DIR__, 2) . '/config/config.inc.php';
if (!is_file($configuration)) {
    fwrite(STDERR, "Run this file where it is installed, as modules/orderbro/cron.php of the shop.\n");
    exit(1);
}
require_once $configuration;
require_once __DIR__ . '/autoload.php';

exit((new \Orderbro\CronCommand(\Orderbro\Services::current()))->run(static function (string $line): void {
    fwrite(STDOUT, $line . PHP_EOL);
}));
