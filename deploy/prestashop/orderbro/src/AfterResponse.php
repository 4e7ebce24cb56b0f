<?php

declare(strict_types=1);

namespace Orderbro;

/**
 * Delivers when the buyer has the page: only where PHP can end the response and go on (PHP-FPM, LiteSpeed). Elsewhere the cron job does.
 */
final class AfterResponse
{
    /** How long a PHP process is kept for it. */
    const SECONDS = 5.0;
    const CONNECT_SECONDS = 2.0;
    const ANSWER_SECONDS = 5.0;
    const ENDING_FUNCTIONS = ['fastcgi_finish_request', 'litespeed_finish_request'];

    /** @var int[] */
    private static $shops = [];

    /**
     * @param int[]                 $shops
     * @param callable(int[]): void $deliver
     */
    public static function schedule(array $shops, callable $deliver): void
    {
        $end = self::ending();
        if ($shops === [] || $end === null) {
            return;
        }
        $first = self::$shops === [];
        self::$shops = array_unique(array_merge(self::$shops, $shops));
        if ($first) {
            // Registered again from within, so that it runs after every other shutdown function: what those print belongs to the response.
            register_shutdown_function(static function () use ($end, $deliver): void {
                register_shutdown_function([self::class, 'finish'], $end, $deliver);
            });
        }
    }

    /** @internal */
    public static function finish(callable $end, callable $deliver): void
    {
        try {
            if (session_status() === PHP_SESSION_ACTIVE) {
                session_write_close();  // its lock would hold up the same visitor's next page
            }
            ignore_user_abort(true);
            $end();
            $deliver(self::$shops);
        } catch (\Throwable $failure) {
            Log::failure('delivery after the response', $failure);
        }
    }

    private static function ending(): ?callable
    {
        foreach (self::ENDING_FUNCTIONS as $name) {
            if (function_exists($name)) {
                return $name;
            }
        }

        return null;
    }
}
