<?php

declare(strict_types=1);

namespace Orderbro;

/**
 * Acknowledged rows that are removed together: one commit of the shop's database instead of one per notice.
 */
final class Batch
{
    /** @var Outbox */
    private $outbox;
    /** @var DeliveryState */
    private $state;
    /** @var int */
    private $idShop;
    /** @var OutboxRow[] */
    private $rows = [];
    /** @var int|null */
    private $clockAhead;

    public function __construct(Outbox $outbox, DeliveryState $state, int $idShop)
    {
        $this->outbox = $outbox;
        $this->state = $state;
        $this->idShop = $idShop;
    }

    public function delivered(OutboxRow $row, ?int $clockAhead): void
    {
        $this->rows[] = $row;
        $this->clockAhead = $clockAhead;
    }

    /** Remove what was acknowledged so far. */
    public function close(int $now): void
    {
        if ($this->rows === []) {
            return;
        }
        $rows = $this->rows;
        $this->rows = [];
        $this->outbox->remove($rows);
        $this->state->succeeded($this->idShop, count($rows), $this->clockAhead, $now);
    }
}
