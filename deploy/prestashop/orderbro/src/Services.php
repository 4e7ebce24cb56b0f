<?php

declare(strict_types=1);

namespace Orderbro;

use Db;

/**
 * Puts the parts together, one set per request.
 */
final class Services
{
    /** Time for one run that nobody waits for: the cron URL stays below common proxies' limits. */
    const URL_SECONDS = 20.0;
    const COMMAND_SECONDS = 240.0;

    /** @var self|null */
    private static $current;

    /** @var Database */
    public $database;
    /** @var Schema */
    public $schema;
    /** @var Outbox */
    public $outbox;
    /** @var DeliveryState */
    public $state;
    /** @var Settings */
    public $settings;
    /** @var Shops */
    public $shops;

    public function __construct(Db $db, string $prefix)
    {
        $this->database = new Database($db, $prefix);
        $this->schema = new Schema($this->database);
        $this->outbox = new Outbox($this->database, $this->schema);
        $this->state = new DeliveryState($this->database);
        $this->settings = new Settings();
        $this->shops = new Shops($this->database);
    }

    public static function current(): self
    {
        if (self::$current === null) {
            self::$current = new self(Db::getInstance(), _DB_PREFIX_);
        }

        return self::$current;
    }

    public function listener(): Listener
    {
        $hash = $this->settings->shared(Settings::KEY_HASH);
        $origin = new Origin(defined('_PS_API_IN_USE_'), $_SERVER, $_GET, $hash);

        return new Listener($this->outbox, new HookReader($this->shops), $this->settings, $this->shops, $origin);
    }

    public function delivery(?HttpClient $http = null): Delivery
    {
        $backoff = new Backoff(static function (): float {
            return random_int(0, 1000000) / 1000000;
        });
        $clock = static function (): float {
            return microtime(true);
        };

        return new Delivery($this->outbox, $this->state, $http === null ? new HttpClient() : $http, $backoff, $clock);
    }

    /**
     * Deliver for every shop of the installation, in turn.
     *
     * @return array<int, DeliveryReport> by id_shop
     */
    public function deliverAll(float $seconds): array
    {
        $until = microtime(true) + $seconds;
        $delivery = $this->delivery();
        $reports = [];
        foreach ($this->shops->all() as $idShop) {
            $reports[$idShop] = $this->deliver($delivery, $idShop, max(0.0, $until - microtime(true)));
        }

        return $reports;
    }

    /**
     * @param int[] $shops
     */
    public function deliverAfterResponse(array $shops): void
    {
        $delivery = $this->delivery(new HttpClient(AfterResponse::CONNECT_SECONDS, AfterResponse::ANSWER_SECONDS));
        foreach ($shops as $idShop) {
            $this->deliver($delivery, $idShop, AfterResponse::SECONDS);
        }
    }

    /** One shop's trouble is its own: the others are delivered all the same. */
    private function deliver(Delivery $delivery, int $idShop, float $seconds): DeliveryReport
    {
        try {
            return $delivery->run($this->settings->of($idShop), $seconds);
        } catch (\Throwable $failure) {
            Log::failure('delivery of shop ' . $idShop, $failure);

            return DeliveryReport::ended(DeliveryReport::FAILED);
        }
    }
}
