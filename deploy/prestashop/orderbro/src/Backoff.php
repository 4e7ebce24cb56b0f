<?php

declare(strict_types=1);

namespace Orderbro;

/**
 * How long to wait. Doubling, with an end, and with jitter: after an outage not every shop comes back in the same second.
 */
final class Backoff
{
    const ROW_FIRST_SECONDS = 5;
    const ROW_LONGEST_SECONDS = 1800;
    const REFUSED_FIRST_SECONDS = 3600;
    const REFUSED_LONGEST_SECONDS = 86400;
    const SERVICE_FIRST_SECONDS = 2;
    const SERVICE_LONGEST_SECONDS = 600;
    const RETRY_AFTER_LONGEST_SECONDS = 3600;

    /** @var callable(): float from 0 to 1 */
    private $random;

    public function __construct(callable $random)
    {
        $this->random = $random;
    }

    /** Seconds until a notice is tried again after its n-th attempt. */
    public function row(int $attempts): int
    {
        return $this->wait(self::ROW_FIRST_SECONDS, self::ROW_LONGEST_SECONDS, $attempts);
    }

    /** The same for a notice that was refused for what it says. */
    public function refused(int $attempts): int
    {
        return $this->wait(self::REFUSED_FIRST_SECONDS, self::REFUSED_LONGEST_SECONDS, $attempts);
    }

    /**
     * Seconds until the service is tried again after the n-th failure in a row: never earlier than it asked for.
     *
     * @param string $retryAfter the header's value: seconds or a date, or empty
     */
    public function service(int $failures, string $retryAfter, int $now): int
    {
        $asked = $this->asked($retryAfter, $now);
        if ($asked === null) {
            return $this->wait(self::SERVICE_FIRST_SECONDS, self::SERVICE_LONGEST_SECONDS, $failures);
        }

        $asked = min($asked, self::RETRY_AFTER_LONGEST_SECONDS);

        return $asked + (int) round($asked * 0.1 * ($this->random)());
    }

    private function asked(string $retryAfter, int $now): ?int
    {
        $retryAfter = trim($retryAfter);
        if ($retryAfter === '') {
            return null;
        }
        if (ctype_digit($retryAfter)) {
            return strlen($retryAfter) > 9 ? self::RETRY_AFTER_LONGEST_SECONDS : (int) $retryAfter;
        }
        $date = HttpDate::parse($retryAfter);

        return $date === null ? null : max(0, $date - $now);
    }

    /** Between half and all of the doubled wait. */
    private function wait(int $first, int $longest, int $times): int
    {
        $whole = min($longest, $first * 2 ** min(max($times - 1, 0), 20));

        return (int) max(1, round($whole * (0.5 + 0.5 * ($this->random)())));
    }
}
