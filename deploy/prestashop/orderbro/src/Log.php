<?php

declare(strict_types=1);

namespace Orderbro;

use PrestaShopLogger;

/**
 * Failures for PrestaShop's log (Advanced Parameters > Logs): once per request and place, never what was being sent, and never a failure
 * of its own.
 */
final class Log
{
    const WARNING = 2;

    /** @var array<string, bool> */
    private static $written = [];

    public static function failure(string $where, \Throwable $failure): void
    {
        if (isset(self::$written[$where])) {
            return;
        }
        self::$written[$where] = true;
        // Foreign messages may quote SQL and with it a person: only our own are written out.
        $why = $failure instanceof DatabaseException ? $failure->getMessage() : get_class($failure);
        $message = 'Orderbro: ' . $where . ' failed: ' . $why . ' (' . basename($failure->getFile()) . ':' . $failure->getLine() . ')';
        try {
            PrestaShopLogger::addLog($message, self::WARNING, null, 'Orderbro', null, true);
        } catch (\Throwable $unlogged) {
            error_log($message . '; PrestaShop\'s log failed too: ' . get_class($unlogged));
        }
    }
}
