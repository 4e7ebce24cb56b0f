<?php

declare(strict_types=1);

namespace Orderbro;

/**
 * Dates in HTTP headers (RFC 9110 §5.6.7): the preferred form, `Tue, 24 Nov 2026 08:00:30 GMT`. The obsolete ones are read as no date.
 */
final class HttpDate
{
    /** Unix time in seconds, or null for a text that is no such date. */
    public static function parse(string $text): ?int
    {
        $date = \DateTimeImmutable::createFromFormat('!D, d M Y H:i:s \G\M\T', trim($text), new \DateTimeZone('UTC'));

        return $date === false ? null : $date->getTimestamp();
    }
}
