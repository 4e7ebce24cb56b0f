<?php

declare(strict_types=1);

namespace Orderbro;

/**
 * What an answer means for the notice and for the ones behind it.
 *
 *     delivered   the service has it
 *     postpone    this notice later, the next one now: it may be the notice that the service stumbles over
 *     refused     the service says that the notice itself cannot be accepted
 *     pause       nothing is wrong with the notice: all of them wait until the service is asked again
 */
final class Verdict
{
    const DELIVERED = 'delivered';
    const POSTPONE = 'postpone';
    const REFUSED = 'refused';
    const PAUSE = 'pause';

    /** Our clock and the service's may differ by this much before it is named as the reason (the service allows 300 seconds). */
    const CLOCK_SECONDS = 240;

    /** Status => [what it means, why]. Others by their hundred. */
    const BY_STATUS = [
        400 => [self::REFUSED, Code::NOTICE_REFUSED],
        401 => [self::PAUSE, Code::SIGNATURE_REFUSED],
        404 => [self::PAUSE, Code::ADDRESS_UNKNOWN],
        409 => [self::REFUSED, Code::NOTICE_REFUSED],
        410 => [self::PAUSE, Code::ADDRESS_UNKNOWN],
        413 => [self::PAUSE, Code::TOO_LARGE],
        422 => [self::REFUSED, Code::NOTICE_REFUSED],
        429 => [self::PAUSE, Code::TOO_MANY],
        502 => [self::PAUSE, Code::SERVICE_BUSY],
        503 => [self::PAUSE, Code::SERVICE_BUSY],
        504 => [self::PAUSE, Code::SERVICE_BUSY],
    ];
    const BY_HUNDRED = [
        1 => [self::PAUSE, Code::NOT_HTTP],
        3 => [self::PAUSE, Code::REDIRECTED],
        4 => [self::PAUSE, Code::FORBIDDEN],
        5 => [self::POSTPONE, Code::SERVICE_FAILED],
    ];
    /** Why there was no answer => what it means. A notice over which the service hangs must not be the first for ever. */
    const BY_FAILURE = [
        Code::DNS_FAILED => self::PAUSE,
        Code::NO_CONNECTION => self::PAUSE,
        Code::TLS_FAILED => self::PAUSE,
        Code::NO_ANSWER => self::POSTPONE,
        Code::NOT_HTTP => self::POSTPONE,
    ];

    /** @var string */
    public $meaning;
    /** @var string a Code */
    public $code;
    /** @var string what to show beside the sentence: the address of a redirect, the service's own code */
    public $detail;

    private function __construct(string $meaning, string $code, string $detail = '')
    {
        $this->meaning = $meaning;
        $this->code = $code;
        $this->detail = $detail;
    }

    /** Whether the rest of this run would meet the same: an outage must not cost a whole time-out per notice. */
    public function endsRun(): bool
    {
        return $this->meaning === self::PAUSE || $this->code === Code::NO_ANSWER;
    }

    public static function of(Answer $answer, int $now): self
    {
        if ($answer->status === 0) {
            return new self(self::BY_FAILURE[$answer->failure], $answer->failure);
        }
        if ($answer->status >= 200 && $answer->status < 300) {
            return self::ofSuccess($answer);
        }

        return self::ofRefusal($answer, $now);
    }

    private static function ofRefusal(Answer $answer, int $now): self
    {
        list($meaning, $code) = self::rule($answer->status);
        if ($code === Code::REDIRECTED) {
            return new self($meaning, $code, self::target($answer));
        }
        $told = self::word($answer->text('code'));
        if ($code === Code::SIGNATURE_REFUSED && ($told === 'SIGNATURE_STALE' || self::clocksDiffer($answer, $now))) {
            $code = Code::CLOCK_WRONG;
        }

        return new self($meaning, $code, $told);
    }

    /**
     * @return array{0: string, 1: string}
     */
    private static function rule(int $status): array
    {
        if (isset(self::BY_STATUS[$status])) {
            return self::BY_STATUS[$status];
        }
        $hundred = intdiv($status, 100);

        return self::BY_HUNDRED[isset(self::BY_HUNDRED[$hundred]) ? $hundred : 1];
    }

    /**
     * Orderbro answers 202 with the event's id. A parked domain, a login page or a captive portal answers 200 to everything, and what it
     * was sent would be lost.
     */
    private static function ofSuccess(Answer $answer): self
    {
        $acknowledged = $answer->status === 202 || $answer->text('event_id') !== '';

        return $acknowledged ? new self(self::DELIVERED, Code::SENT) : new self(self::PAUSE, Code::NOT_ORDERBRO);
    }

    private static function clocksDiffer(Answer $answer, int $now): bool
    {
        $ahead = $answer->clockAhead($now);

        return $ahead !== null && abs($ahead) > self::CLOCK_SECONDS;
    }

    /** Where a redirect points to, without what may be private in it. */
    private static function target(Answer $answer): string
    {
        $location = isset($answer->headers['location']) ? $answer->headers['location'] : '';

        return substr((string) preg_replace('/[?#].*$|[^\x21-\x7e]/s', '', $location), 0, 200);
    }

    /** A code of the service's problem document, and nothing else that somebody may have put there. */
    private static function word(string $text): string
    {
        return preg_match('/^[A-Z][A-Z0-9_]{0,63}$/', $text) === 1 ? $text : '';
    }
}
