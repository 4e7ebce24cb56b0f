<?php

declare(strict_types=1);

namespace Orderbro;

/**
 * The address that a person enters: checked for what would otherwise be found out by lost days.
 */
final class ServiceAddress
{
    const PATH = '#/webhooks/prestashop/[A-Za-z0-9][A-Za-z0-9_.-]*$#';
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
        $scheme = strtolower($parts['scheme']);
        if ($scheme !== 'https' && ($scheme !== 'http' || preg_match(self::PRIVATE_HOST, $parts['host']) !== 1)) {
            return self::NOT_HTTPS;
        }
        $path = isset($parts['path']) ? $parts['path'] : '';
        if (isset($parts['query']) || isset($parts['fragment']) || preg_match(self::PATH, $path) !== 1) {
            return self::WITHOUT_SHOP_KEY;
        }

        return '';
    }
}
