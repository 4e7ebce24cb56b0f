<?php

declare(strict_types=1);

namespace Orderbro;

/**
 * What one run did.
 */
final class DeliveryReport
{
    const EMPTY = 'empty';          // nothing is due any more
    const TIME_OVER = 'time_over';  // more is due
    const BUSY = 'busy';            // another run holds the lock
    const PAUSED = 'paused';        // the service is left alone for a while
    const NOT_CONFIGURED = 'not_configured';
    const FAILED = 'failed';        // on our side; the reason is in PrestaShop's log

    /** @var string why it ended */
    public $end = self::EMPTY;
    /** @var int */
    public $delivered = 0;
    /** @var int */
    public $failed = 0;
    /** @var string the Code of the last attempt, empty without one */
    public $code = '';

    public static function ended(string $end): self
    {
        $report = new self();
        $report->end = $end;

        return $report;
    }

    /**
     * @return array<string, int|string>
     */
    public function toArray(): array
    {
        return ['end' => $this->end, 'delivered' => $this->delivered, 'failed' => $this->failed, 'code' => $this->code];
    }
}
