<?php

declare(strict_types=1);

namespace Orderbro;

/**
 * Sends what waits for one shop, at least once: a row goes when the service has acknowledged it, never before. A run that is killed at any
 * point leaves rows that are sent again under the same webhook-id.
 */
final class Delivery
{
    /** How many rows are read at a time. */
    const BATCH = 50;
    /** After so many failures in a row the service is left alone, whatever each of them said. */
    const FAILURES_IN_A_ROW = 3;

    /** @var Outbox */
    private $outbox;
    /** @var DeliveryState */
    private $state;
    /** @var HttpClient */
    private $http;
    /** @var Backoff */
    private $backoff;
    /** @var callable(): float unix time */
    private $clock;

    public function __construct(Outbox $outbox, DeliveryState $state, HttpClient $http, Backoff $backoff, callable $clock)
    {
        $this->outbox = $outbox;
        $this->state = $state;
        $this->http = $http;
        $this->backoff = $backoff;
        $this->clock = $clock;
    }

    /**
     * Send until nothing is due, the service has to be left alone, or the time is over.
     *
     * @param float $seconds how long the run may last; an attempt under way is waited for
     */
    public function run(ShopSettings $settings, float $seconds): DeliveryReport
    {
        if (!$settings->isComplete()) {
            return DeliveryReport::ended(DeliveryReport::NOT_CONFIGURED);
        }
        $lock = new RunLock($this->state, $settings->idShop);
        $until = ($this->clock)() + $seconds;
        $report = new DeliveryReport();
        do {
            if (!$lock->take($this->now())) {
                $report->end = DeliveryReport::BUSY;

                return $report;
            }
            try {
                $report->end = $this->drain($settings, $lock, $until, $report);
            } finally {
                $lock->release();
            }
            // A row that was written after the last look, by a request that found the lock taken, would wait for the next occasion.
        } while ($report->end === DeliveryReport::EMPTY && $this->outbox->due($settings->idShop, $this->now(), 1) !== []);

        return $report;
    }

    private function drain(ShopSettings $settings, RunLock $lock, float $until, DeliveryReport $report): string
    {
        $signer = new Signer($settings->secrets());
        $failures = 0;
        while (true) {
            if ($this->state->isPaused($settings->idShop, $this->now())) {
                return DeliveryReport::PAUSED;
            }
            $rows = $this->outbox->due($settings->idShop, $this->now(), self::BATCH);
            if ($rows === []) {
                return DeliveryReport::EMPTY;
            }
            $batch = new Batch($this->state, $settings->idShop);
            try {
                foreach ($rows as $row) {
                    if (($this->clock)() >= $until) {
                        return DeliveryReport::TIME_OVER;
                    }
                    if (!$lock->keep($this->now())) {
                        return DeliveryReport::BUSY;
                    }
                    $answer = $this->send($settings, $signer, $row);
                    $verdict = Verdict::of($answer, $this->now());
                    $report->code = $verdict->code;
                    if ($verdict->meaning === Verdict::DELIVERED) {
                        $failures = 0;
                        ++$report->delivered;
                        $this->outbox->remove($row);
                        $batch->delivered($answer->clockAhead($this->now()));
                        continue;
                    }
                    ++$report->failed;
                    ++$failures;
                    $batch->close($this->now());
                    if ($this->fail($row, $verdict, $answer, $failures)) {
                        return DeliveryReport::PAUSED;
                    }
                }
            } finally {
                $batch->close($this->now());
            }
        }
    }

    private function send(ShopSettings $settings, Signer $signer, OutboxRow $row): Answer
    {
        $body = $row->body();

        return $this->http->post($settings->url, $signer->headers($row->webhookId(), $this->now(), $body), $body);
    }

    /** Keep the row and say when it is tried again; whether the run ends here. */
    private function fail(OutboxRow $row, Verdict $verdict, Answer $answer, int $failures): bool
    {
        $now = $this->now();
        $idShop = $row->notice->idShop;
        $nextAt = $row->nextAt;
        if ($verdict->meaning === Verdict::POSTPONE) {
            $nextAt = $now + $this->backoff->row($row->attempts + 1);
        } elseif ($verdict->meaning === Verdict::REFUSED) {
            $nextAt = $now + $this->backoff->refused($row->attempts + 1);
        }
        $this->outbox->postpone($row, $verdict->code, $nextAt, $verdict->meaning === Verdict::REFUSED);
        $ends = $verdict->endsRun() || $failures >= self::FAILURES_IN_A_ROW;
        $pausedUntil = 0;
        if ($ends) {
            $retryAfter = isset($answer->headers['retry-after']) ? $answer->headers['retry-after'] : '';
            $pausedUntil = $now + $this->backoff->service($this->state->of($idShop)['failures'] + 1, $retryAfter, $now);
        }
        $this->state->failed($idShop, $verdict, $answer->status, $answer->clockAhead($now), $pausedUntil, $now);

        return $ends;
    }

    private function now(): int
    {
        return (int) ($this->clock)();
    }
}
