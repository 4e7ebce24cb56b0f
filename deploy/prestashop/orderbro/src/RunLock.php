<?php

declare(strict_types=1);

namespace Orderbro;

/**
 * The lock of one run. It is renewed when half of its time is over, not for every notice.
 */
final class RunLock
{
    /** @var DeliveryState */
    private $state;
    /** @var int */
    private $idShop;
    /** @var string */
    private $owner;
    /** @var int unix time of the last renewal */
    private $since = 0;

    public function __construct(DeliveryState $state, int $idShop)
    {
        $this->state = $state;
        $this->idShop = $idShop;
        $this->owner = bin2hex(random_bytes(16));
    }

    /** Whether this run has the lock. */
    public function take(int $now): bool
    {
        $this->since = $now;

        return $this->state->lock($this->idShop, $this->owner, $now);
    }

    /** Whether this run still has it. */
    public function keep(int $now): bool
    {
        return $now - $this->since < DeliveryState::LOCK_SECONDS / 2 || $this->take($now);
    }

    public function release(): void
    {
        $this->state->unlock($this->idShop, $this->owner);
    }
}
