<?php

declare(strict_types=1);

namespace Orderbro;

/**
 * Whether the current request is Orderbro's own call to the webservice. No hook parameter tells; the constant that PrestaShop's dispatcher
 * defines and the key of the request do (prestashop.md 10).
 */
final class Origin
{
    /** @var bool */
    private $own;

    /**
     * @param array<string, mixed> $server $_SERVER
     * @param array<string, mixed> $query  $_GET
     * @param string               $hash   SHA-256 of Orderbro's key, empty when it is not known
     */
    public function __construct(bool $isWebservice, array $server, array $query, string $hash)
    {
        $this->own = $isWebservice && $hash !== '' && hash_equals($hash, hash('sha256', self::key($server, $query)));
    }

    public function isOwn(): bool
    {
        return $this->own;
    }

    /** The key as the dispatcher finds it: the user of Basic authentication, else `ws_key`. */
    private static function key(array $server, array $query): string
    {
        if (isset($server['PHP_AUTH_USER']) && is_string($server['PHP_AUTH_USER'])) {
            return $server['PHP_AUTH_USER'];
        }
        foreach (['HTTP_AUTHORIZATION', 'REDIRECT_HTTP_AUTHORIZATION'] as $name) {
            if (isset($server[$name]) && preg_match('/^Basic\s+(.*)$/i', (string) $server[$name], $found) === 1) {
                return explode(':', (string) base64_decode($found[1]), 2)[0];
            }
        }

        return isset($query['ws_key']) && is_string($query['ws_key']) ? $query['ws_key'] : '';
    }
}
