<?php

declare(strict_types=1);

namespace Orderbro;

/**
 * Whether the current request is Orderbro's own call to the webservice. No hook parameter tells; that PrestaShop's dispatcher is what runs
 * and the key of the request do. The constant `_PS_API_IN_USE_` is there since 8.1; before, the script's name is all there is.
 */
final class Origin
{
    const DISPATCHER = '#(^|/)webservice/dispatcher\.php$#';

    /** @var bool */
    private $own;

    /**
     * @param bool                 $isDeclared whether `_PS_API_IN_USE_` is defined
     * @param array<string, mixed> $server     $_SERVER
     * @param array<string, mixed> $query      $_GET
     * @param string               $hash       SHA-256 of Orderbro's key, empty when it is not known
     */
    public function __construct(bool $isDeclared, array $server, array $query, string $hash)
    {
        $script = isset($server['SCRIPT_FILENAME']) ? str_replace('\\', '/', (string) $server['SCRIPT_FILENAME']) : '';
        $isWebservice = $isDeclared || preg_match(self::DISPATCHER, $script) === 1;
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
