<?php

declare(strict_types=1);

namespace Orderbro;

/**
 * A webhook secret as it is shown and stored: `whsec_` and base64 of 32 random bytes (Standard Webhooks asks for 24 to 64).
 */
final class Secret
{
    const PREFIX = 'whsec_';
    const BYTES = 32;

    public static function generate(): string
    {
        return self::PREFIX . base64_encode(random_bytes(self::BYTES));
    }

    /**
     * The key behind a secret, with or without the prefix.
     *
     * @throws \InvalidArgumentException
     */
    public static function bytes(string $secret): string
    {
        $encoded = strncmp($secret, self::PREFIX, strlen(self::PREFIX)) === 0 ? substr($secret, strlen(self::PREFIX)) : $secret;
        $bytes = base64_decode($encoded, true);
        if ($bytes === false || $bytes === '') {
            throw new \InvalidArgumentException('The webhook secret is not base64. Make a new one on the settings page.');
        }

        return $bytes;
    }
}
