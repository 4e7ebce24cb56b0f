<?php

declare(strict_types=1);

namespace Orderbro;

/**
 * The address that a person enters: checked for what would otherwise be found out by lost days.
 */
final class ServiceAddress
{
    const ENDING = '#^[^?\#]*/webhooks/prestashop/[A-Za-z0-9][A-Za-z0-9_.-]*$#D';
    /** Without TLS only to this machine or a private network. */
    const PRIVATE_HOST = '/^(localhost|127\.\d+\.\d+\.\d+|\[::1\]|10\.\d+\.\d+\.\d+|192\.168\.\d+\.\d+'
        . '|172\.(1[6-9]|2\d|3[01])\.\d+\.\d+|[a-z0-9-]+|[a-z0-9.-]+\.(test|local|internal|localhost|lan))$/i';

    const NOT_AN_ADDRESS = 'NOT_AN_ADDRESS';
    const NOT_HTTPS = 'NOT_HTTPS';
    const HAS_LOGIN = 'HAS_LOGIN';
    const WITHOUT_SHOP_KEY = 'WITHOUT_SHOP_KEY';

    /** What is wrong with an address; empty when nothing is. */
    public static function fault(string $url): string
    {
        $parts = parse_url($url);
        if (!is_array($parts) || !isset($parts['scheme'], $parts['host']) || preg_match('/[\s\x00-\x1f]/', $url) === 1) {
            return self::NOT_AN_ADDRESS;
        }
        if (isset($parts['user'])) {
            return self::HAS_LOGIN;
        }
        if (!self::isProtected($parts['scheme'], $parts['host'])) {
            return self::NOT_HTTPS;
        }

        return preg_match(self::ENDING, $url) === 1 ? '' : self::WITHOUT_SHOP_KEY;
    }

    private static function isProtected(string $scheme, string $host): bool
    {
        $scheme = strtolower($scheme);

        return $scheme === 'https' || ($scheme === 'http' && preg_match(self::PRIVATE_HOST, $host) === 1);
    }
}
