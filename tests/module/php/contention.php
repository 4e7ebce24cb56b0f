<?php

declare(strict_types=1);

/*
 * php contention.php DSN install | write SECONDS | deliver SECONDS: requests that write the same few rows, and a run that takes them away.
 * Says how many statements went through; ends with 1 at the first that did not.
 */

require __DIR__ . '/bootstrap.php';

use Orderbro\Notice;
use Orderbro\Services;

list(, $source, $what) = $argv;
$db = Db::open($source);
$db->throws = true;
$services = new Services($db, _DB_PREFIX_);
if ($what === 'install') {
    $services->schema->ensure();
    exit(0);
}
$until = microtime(true) + (float) $argv[3];
$count = 0;
while (microtime(true) < $until) {
    if ($what === 'write') {
        $services->outbox->put(new Notice(array_rand(Notice::KINDS), random_int(1, 10), 1), time());
        ++$count;
    } else {
        foreach ($services->outbox->due(1, time(), 50) as $row) {
            $services->outbox->remove($row);
            ++$count;
        }
    }
}
echo $count;
