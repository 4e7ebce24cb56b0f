<?php

declare(strict_types=1);

namespace Orderbro;

/**
 * What the settings page says for one shop.
 */
final class ShopSettings
{
    const DEFAULT_PARK_DAYS = 2;

    /** @var int */
    public $idShop;
    /** @var string the service's address for this shop, `https://service/webhooks/prestashop/<shop-key>` */
    public $url = '';
    /** @var string */
    public $secret = '';
    /** @var string the secret before the last exchange, until it is dropped */
    public $previousSecret = '';
    /** @var array<string, bool> the kinds beside orders that are sent */
    public $send = ['product' => true, 'stock' => false, 'customer' => false];
    /** @var int after how many days a waiting notice is shown as parked */
    public $parkDays = self::DEFAULT_PARK_DAYS;

    public function __construct(int $idShop)
    {
        $this->idShop = $idShop;
    }

    /** Whether there is somewhere to send to. */
    public function isComplete(): bool
    {
        return $this->url !== '' && $this->secret !== '';
    }

    /** Orders always; the rest as chosen. */
    public function sends(string $kind): bool
    {
        return $kind === 'order' || !empty($this->send[$kind]);
    }

    /**
     * @return string[]
     */
    public function secrets(): array
    {
        return [$this->secret, $this->previousSecret];
    }

    /** Unix time before which a waiting notice counts as parked. */
    public function parkedSince(int $now): int
    {
        return $now - $this->parkDays * 86400;
    }
}
