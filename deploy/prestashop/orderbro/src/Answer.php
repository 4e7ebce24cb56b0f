<?php

declare(strict_types=1);

namespace Orderbro;

/**
 * What came back from the service: a status with headers and body, or the Code of why nothing did.
 */
final class Answer
{
    /** A clock that is further away is as wrong as one can be, and the number fits its column. */
    const MOST_SECONDS = 999999999;

    /** @var int 0 when there was no answer */
    public $status;
    /** @var array<string, string> by lower-case name */
    public $headers;
    /** @var string the beginning of it */
    public $body;
    /** @var string a Code, empty when there was an answer */
    public $failure;

    /**
     * @param array<string, string> $headers
     */
    public function __construct(int $status, array $headers = [], string $body = '', string $failure = '')
    {
        $this->status = $status;
        $this->headers = $headers;
        $this->body = $body;
        $this->failure = $failure;
    }

    public static function none(string $failure): self
    {
        return new self(0, [], '', $failure);
    }

    /** Seconds by which our clock is ahead of the service's, by its Date header; null when it does not say. */
    public function clockAhead(int $now): ?int
    {
        $theirs = HttpDate::parse(isset($this->headers['date']) ? $this->headers['date'] : '');

        return $theirs === null ? null : max(-self::MOST_SECONDS, min(self::MOST_SECONDS, $now - $theirs));
    }

    /** A text of the answer's JSON object, or an empty one. */
    public function text(string $name): string
    {
        $object = json_decode($this->body, true);

        return is_array($object) && isset($object[$name]) && is_string($object[$name]) ? $object[$name] : '';
    }
}
