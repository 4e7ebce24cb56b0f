<?php

declare(strict_types=1);

namespace Orderbro;

/**
 * What was delivered since the shop's figures were written: those are written once for many notices.
 */
final class Batch
{
    /** @var DeliveryState */
    private $state;
    /** @var int */
    private $idShop;
    /** @var int */
    private $count = 0;
    /** @var int|null */
    private $clockAhead;

    public function __construct(DeliveryState $state, int $idShop)
    {
        $this->state = $state;
        $this->idShop = $idShop;
    }

    public function delivered(?int $clockAhead): void
    {
        ++$this->count;
        $this->clockAhead = $clockAhead;
    }

    /** Write the figures. */
    public function close(int $now): void
    {
        if ($this->count > 0) {
            $this->state->succeeded($this->idShop, $this->count, $this->clockAhead, $now);
            $this->count = 0;
        }
    }
}
