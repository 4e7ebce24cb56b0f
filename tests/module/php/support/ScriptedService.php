<?php

declare(strict_types=1);

namespace Orderbro\Tests;

use Orderbro\Answer;
use Orderbro\HttpClient;

/**
 * A service that answers what it is told to, 202 otherwise, and keeps what it was sent.
 */
final class ScriptedService extends HttpClient
{
    /** @var array<int, Answer|callable> one per attempt */
    public $answers = [];
    /** @var array<int, array{url: string, headers: array<string, string>, body: string}> */
    public $got = [];

    public function post(string $url, array $headers, string $body): Answer
    {
        $this->got[] = ['url' => $url, 'headers' => $headers, 'body' => $body];
        $answer = array_shift($this->answers);
        if (is_callable($answer)) {
            $answer = $answer(json_decode($body, true));
        }

        return $answer instanceof Answer ? $answer : self::accepted();
    }

    public static function accepted(): Answer
    {
        return new Answer(202, [], '{"event_id": "e"}');
    }

    /**
     * @return string[] "type id" of every attempt
     */
    public function told(): array
    {
        return array_map(static function (array $request): string {
            $body = json_decode($request['body'], true);

            return $body['type'] . ' ' . $body['data']['id'];
        }, $this->got);
    }

    /**
     * @return string[]
     */
    public function ids(): array
    {
        return array_map(static function (array $request): string {
            return $request['headers']['webhook-id'];
        }, $this->got);
    }
}
