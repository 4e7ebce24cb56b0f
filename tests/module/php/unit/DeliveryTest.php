<?php

declare(strict_types=1);

namespace Orderbro\Tests;

use Orderbro\Answer;
use Orderbro\Backoff;
use Orderbro\Code;
use Orderbro\Delivery;
use Orderbro\DeliveryReport;
use Orderbro\DeliveryState;
use Orderbro\Secret;
use Orderbro\Settings;
use Orderbro\ShopSettings;
use Orderbro\Signer;

final class DeliveryTest extends ModuleTestCase
{
    /** @var ScriptedService */
    private $service;
    /** @var ShopSettings */
    private $settings;

    protected function setUp(): void
    {
        parent::setUp();
        $this->service = new ScriptedService();
        $this->settings = $this->configure();
    }

    private function deliver(float $seconds = 60.0): DeliveryReport
    {
        return $this->delivery($this->service)->run($this->settings, $seconds);
    }

    private function state(): array
    {
        return $this->services->state->of(1);
    }

    public function testWhatWaitsIsSentInItsOrderAndGoneOnceAcknowledged(): void
    {
        $this->put('order.created', 1);
        $this->put('order.state_changed', 1, 1, 2);
        $this->put('order.created', 2);

        $report = $this->deliver();

        self::assertSame(['order.created 1', 'order.created 2', 'order.state_changed 1'], $this->service->told());
        self::assertSame([3, DeliveryReport::EMPTY, []], [$report->delivered, $report->end, $this->told()]);
        self::assertSame([3, self::NOW, Code::SENT], [$this->state()['delivered'], $this->state()['last_success_at'], $this->state()['last_code']]);
    }

    public function testANoticeIsSignedOverItsRawBytes(): void
    {
        $this->put('order.created', 1);

        $this->deliver();

        list($request) = $this->service->got;
        $signer = new Signer([$this->settings->secret]);
        self::assertSame($signer->headers($request['headers']['webhook-id'], self::NOW, $request['body']), $request['headers']);
        self::assertSame(self::URL, $request['url']);
    }

    public function testAResentNoticeHasTheSameIdAndTheSameBytesButATimestampOfItsOwn(): void
    {
        $this->put('order.created', 1);
        $this->service->answers = [new Answer(500)];
        $this->deliver();
        $this->now += 100;

        $this->deliver();

        list($first, $second) = $this->service->got;
        self::assertSame([$first['headers']['webhook-id'], $first['body']], [$second['headers']['webhook-id'], $second['body']]);
        self::assertSame((string) (self::NOW + 100), $second['headers']['webhook-timestamp']);
    }

    public function testAChangeDuringTheDeliveryIsSentTooUnderAnotherId(): void
    {
        $this->put('order.state_changed', 1, 1, 2);
        $this->service->answers = [function (): Answer {
            $this->put('order.state_changed', 1, 1, 4);

            return ScriptedService::accepted();
        }];

        $this->deliver();

        $states = array_map(static function (array $request): int {
            return json_decode($request['body'], true)['data']['state'];
        }, $this->service->got);
        self::assertSame([2, 4], $states);
        self::assertCount(2, array_unique($this->service->ids()));
        self::assertSame([], $this->told());
    }

    public function testANoticeThatTheServiceStumblesOverLetsOtherEntitiesPassButNotItsOwn(): void
    {
        $this->put('order.created', 1);
        $this->put('order.state_changed', 1, 1, 2);
        $this->put('order.created', 2);
        $this->service->answers = [new Answer(500)];

        $this->deliver();

        self::assertSame(['order.created 1', 'order.created 2'], $this->service->told());
        self::assertSame(['order.created 1', 'order.state_changed 1'], $this->told());
        $this->now += 5;
        $this->deliver();
        self::assertSame(['order.created 1', 'order.state_changed 1'], array_slice($this->service->told(), 2));
    }

    public function testWaitsDoubleUntilHalfAnHour(): void
    {
        $this->put('order.created', 1);
        $waits = [];
        for ($attempt = 0; $attempt < 12; ++$attempt) {
            $this->service->answers = [new Answer(500)];
            $this->deliver();
            $waits[] = $this->waiting()[0]->nextAt - (int) $this->now;
            $this->now += end($waits);
        }

        self::assertSame([5, 10, 20, 40, 80, 160, 320, 640, 1280, 1800, 1800, 1800], $waits);
    }

    public function testThreeFailuresInARowEndTheRun(): void
    {
        foreach (range(1, 10) as $id) {
            $this->put('order.created', $id);
        }
        $this->service->answers = array_fill(0, 10, new Answer(500));

        $report = $this->deliver();

        self::assertSame([Delivery::FAILURES_IN_A_ROW, DeliveryReport::PAUSED], [$report->failed, $report->end]);
        self::assertGreaterThan(self::NOW, $this->state()['paused_until']);
    }

    /**
     * @dataProvider troubleOfTheWholeService
     */
    public function testTroubleOfTheWholeServiceEndsTheRunAndKeepsEveryRow(Answer $answer, string $code): void
    {
        $this->put('order.created', 1);
        $this->put('order.created', 2);
        $this->service->answers = [$answer, $answer];

        $report = $this->deliver();

        self::assertSame([1, DeliveryReport::PAUSED, $code], [count($this->service->got), $report->end, $report->code]);
        self::assertSame(['order.created 1', 'order.created 2'], $this->told());
        self::assertSame($code, $this->state()['last_code']);
        self::assertSame(DeliveryReport::PAUSED, $this->deliver()->end);
        self::assertCount(1, $this->service->got, 'A service that is left alone was asked all the same.');
    }

    public function troubleOfTheWholeService(): array
    {
        return [
            '301' => [new Answer(301, ['location' => 'https://elsewhere.example/']), Code::REDIRECTED],
            '302' => [new Answer(302), Code::REDIRECTED],
            '401' => [new Answer(401), Code::SIGNATURE_REFUSED],
            '403' => [new Answer(403), Code::FORBIDDEN],
            '404' => [new Answer(404), Code::ADDRESS_UNKNOWN],
            '413' => [new Answer(413), Code::TOO_LARGE],
            '429' => [new Answer(429), Code::TOO_MANY],
            '503' => [new Answer(503), Code::SERVICE_BUSY],
            'a page instead of an acknowledgement' => [new Answer(200, [], '<html>It works!</html>'), Code::NOT_ORDERBRO],
            'an empty success' => [new Answer(204), Code::NOT_ORDERBRO],
            'a status that is none' => [new Answer(799), Code::NOT_HTTP],
            'no such name' => [Answer::none(Code::DNS_FAILED), Code::DNS_FAILED],
            'nobody listens' => [Answer::none(Code::NO_CONNECTION), Code::NO_CONNECTION],
            'no answer' => [Answer::none(Code::NO_ANSWER), Code::NO_ANSWER],
            'a bad certificate' => [Answer::none(Code::TLS_FAILED), Code::TLS_FAILED],
        ];
    }

    public function testANoticeThatTimesOutIsNotTheFirstForEver(): void
    {
        $this->put('order.created', 1);
        $this->put('order.created', 2);
        $this->service->answers = [Answer::none(Code::NO_ANSWER)];
        $this->deliver();
        $this->now += 3;

        $this->deliver();

        self::assertSame(['order.created 1', 'order.created 2'], $this->service->told());
    }

    /**
     * @dataProvider retryAfters
     */
    public function testTheServiceIsNotAskedBeforeItsRetryAfter(string $header, int $seconds): void
    {
        $this->put('order.created', 1);
        $this->service->answers = [new Answer(503, ['retry-after' => $header])];

        $this->deliver();

        self::assertGreaterThanOrEqual(self::NOW + $seconds, $this->state()['paused_until']);
        self::assertLessThanOrEqual(self::NOW + $seconds * 1.1 + 1, $this->state()['paused_until']);
        $this->now += $seconds - 1;
        self::assertSame(0, $this->deliver()->delivered);
        $this->now += 1 + $seconds * 0.1 + 1;
        self::assertSame(1, $this->deliver()->delivered);
    }

    public function retryAfters(): array
    {
        return [
            'seconds' => ['30', 30],
            'a date' => ['Tue, 24 Nov 2026 08:01:00 GMT', 60],
            'longer than an hour' => ['999999', 3600],
            'absurd' => ['99999999999999999999', 3600],
            'neither' => ['soon', 2],
            'a date that is past' => ['Tue, 24 Nov 2026 07:00:00 GMT', 0],
        ];
    }

    public function testAWorkingServiceEndsTheBackOff(): void
    {
        $this->put('order.created', 1);
        $this->service->answers = [new Answer(503), new Answer(503)];
        $this->deliver();
        $this->now += 10;
        $this->deliver();
        $this->now += 10;

        $this->deliver();

        self::assertSame([0, 0, Code::SENT], [$this->state()['failures'], $this->state()['paused_until'], $this->state()['last_code']]);
    }

    public function testARefusedNoticeIsKeptAndTriedAgainLater(): void
    {
        $this->put('order.created', 1);
        $this->put('order.created', 2);
        $this->service->answers = [new Answer(400, [], '{"code": "NOTICE_ID_INVALID"}')];

        $report = $this->deliver();

        self::assertSame([1, 1], [$report->delivered, $report->failed]);
        list($row) = $this->waiting();
        self::assertSame([true, Code::NOTICE_REFUSED, self::NOW + 3600], [$row->refused, $row->lastCode, $row->nextAt]);
    }

    public function testARedirectsTargetIsShownWithoutWhatMayBePrivate(): void
    {
        $this->put('order.created', 1);
        $this->service->answers = [new Answer(301, ['location' => 'https://www.bro.example/webhooks?token=geheim#x'])];

        $this->deliver();

        self::assertSame('https://www.bro.example/webhooks', $this->state()['last_detail']);
    }

    /**
     * @dataProvider clocks
     */
    public function testAClockThatIsWrongIsNamedAsTheReason(array $headers, string $body, string $code, int $ahead): void
    {
        $this->put('order.created', 1);
        $this->service->answers = [new Answer(401, $headers, $body)];

        $this->deliver();

        self::assertSame([$code, $ahead], [$this->state()['last_code'], $this->state()['clock_ahead']]);
    }

    public function clocks(): array
    {
        return [
            'ten minutes ahead' => [['date' => 'Tue, 24 Nov 2026 07:50:00 GMT'], '', Code::CLOCK_WRONG, 600],
            'ten minutes behind' => [['date' => 'Tue, 24 Nov 2026 08:10:00 GMT'], '', Code::CLOCK_WRONG, -600],
            'the service says so' => [[], '{"code": "SIGNATURE_STALE"}', Code::CLOCK_WRONG, 0],
            'another reason' => [['date' => 'Tue, 24 Nov 2026 08:00:02 GMT'], '{"code": "SIGNATURE_WRONG"}', Code::SIGNATURE_REFUSED, -2],
            'a date that is none' => [['date' => 'yesterday'], '', Code::SIGNATURE_REFUSED, 0],
            'a date of another age' => [['date' => 'Fri, 31 Dec 9999 23:59:59 GMT'], '', Code::CLOCK_WRONG, -999999999],
        ];
    }

    public function testTwoRunsNeverOverlap(): void
    {
        $this->put('order.created', 1);
        $second = null;
        $this->service->answers = [function () use (&$second): Answer {
            $second = $this->delivery(new ScriptedService())->run($this->settings, 60.0);

            return ScriptedService::accepted();
        }];

        $this->deliver();

        self::assertSame([DeliveryReport::BUSY, 0], [$second->end, $second->delivered]);
        self::assertCount(1, $this->service->got);
    }

    public function testALockThatAKilledRunLeftBehindExpires(): void
    {
        $this->put('order.created', 1);
        $this->services->state->lock(1, 'a run that was killed', self::NOW);

        $before = $this->deliver();
        $this->now += DeliveryState::LOCK_SECONDS;
        $after = $this->deliver();

        self::assertSame([DeliveryReport::BUSY, DeliveryReport::EMPTY], [$before->end, $after->end]);
        self::assertSame(1, $after->delivered);
    }

    public function testARunThatHasLostItsLockStops(): void
    {
        $this->put('order.created', 1);
        $this->put('order.created', 2);
        $this->service->answers = [function (): Answer {
            $this->now += DeliveryState::LOCK_SECONDS + 1;  // frozen meanwhile
            $this->services->state->lock(1, 'another run', (int) $this->now);

            return ScriptedService::accepted();
        }];

        $report = $this->deliver(3600.0);

        self::assertSame([DeliveryReport::BUSY, 1], [$report->end, $report->delivered]);
        self::assertSame(['order.created 2'], $this->told());
    }

    public function testALongRunKeepsItsLock(): void
    {
        foreach (range(1, 10) as $id) {
            $this->put('order.created', $id);
        }
        $this->service->answers = array_fill(0, 10, function (): Answer {
            $this->now += 20;
            $this->services->state->lock(1, 'another run', (int) $this->now);

            return ScriptedService::accepted();
        });

        self::assertSame(10, $this->deliver(3600.0)->delivered);
    }

    public function testARowWrittenWhileTheRunEndsIsNotLeftBehind(): void
    {
        $this->put('order.created', 1);
        $late = null;
        $state = new DeliveryStateWithAMoment($this->services->database, function () use (&$late): void {
            if ($late === null) {
                $this->put('order.created', 2);  // by a request that then finds the lock taken
                $late = $this->delivery(new ScriptedService())->run($this->settings, 60.0)->end;
            }
        });
        $backoff = new Backoff('lcg_value');
        $delivery = new Delivery($this->services->outbox, $state, $this->service, $backoff, function (): float {
            return $this->now;
        });

        $delivery->run($this->settings, 60.0);

        self::assertSame(DeliveryReport::BUSY, $late);
        self::assertSame(['order.created 1', 'order.created 2'], $this->service->told());
    }

    public function testARunEndsWhenItsTimeIsOver(): void
    {
        foreach (range(1, 5) as $id) {
            $this->put('order.created', $id);
        }
        $this->service->answers = array_fill(0, 5, function (): Answer {
            $this->now += 10;

            return ScriptedService::accepted();
        });

        $report = $this->deliver(25.0);

        self::assertSame([3, DeliveryReport::TIME_OVER], [$report->delivered, $report->end]);
        self::assertSame(['order.created 4', 'order.created 5'], $this->told());
    }

    public function testWhatWasAcknowledgedBeforeAnErrorIsNotSentAgain(): void
    {
        $this->put('order.created', 1);
        $this->put('order.created', 2);
        $this->service->answers = [ScriptedService::accepted(), static function (): Answer {
            throw new \Error('anything');
        }];
        try {
            $this->deliver();
            self::fail('The error was swallowed.');
        } catch (\Error $error) {
            self::assertSame('anything', $error->getMessage());
        }

        self::assertSame(['order.created 2'], $this->told());
        self::assertSame(1, $this->deliver()->delivered);
    }

    public function testWhatANewerVersionOfTheModuleLeftIsSentAllTheSame(): void
    {
        $this->db->execute("INSERT INTO `ps_orderbro_outbox` (`id_shop`, `kind`, `type`, `id_object`, `uid`) VALUES (1, 'cart', 'cart.left', 9, 'u')");
        $this->put('order.created', 1);

        $this->deliver();

        self::assertSame(['cart.left 9', 'order.created 1'], $this->service->told());
    }

    public function testAShopWithoutAnAddressSendsNothing(): void
    {
        $this->put('order.created', 1);
        $this->settings->url = '';

        self::assertSame(DeliveryReport::NOT_CONFIGURED, $this->deliver()->end);
        self::assertSame([], $this->service->got);
    }

    public function testASecretThatIsExchangedIsFollowedByBothSignaturesUntilThePreviousOneIsDropped(): void
    {
        $settings = new Settings();
        $settings->exchangeSecret($this->settings);
        $this->put('order.created', 1);
        $this->deliver();
        $this->settings->previousSecret = '';
        $settings->save($this->settings);
        $this->put('order.created', 2);

        $this->deliver();

        $counts = array_map(static function (array $request): int {
            return count(explode(' ', $request['headers']['webhook-signature']));
        }, $this->service->got);
        self::assertSame([2, 1], $counts);
        self::assertNotSame(Secret::generate(), $this->settings->secret);
    }

    public function testFiftyThousandWaitingRowsDoNotSlowARunDown(): void
    {
        $rows = [];
        for ($id = 1; $id <= 50000; ++$id) {
            $rows[] = "(1, 'product', 'product.saved', $id, 'u$id', 1, 1, " . self::NOW . ')';
        }
        foreach (array_chunk($rows, 5000) as $chunk) {
            $this->db->execute('INSERT INTO `ps_orderbro_outbox`'
                . ' (`id_shop`, `kind`, `type`, `id_object`, `uid`, `first_at`, `changed_at`, `next_at`) VALUES ' . implode(', ', $chunk));
        }
        $this->service->answers = array_fill(0, 500, function (): Answer {
            $this->now += 0.1;

            return ScriptedService::accepted();
        });
        $started = microtime(true);

        $report = $this->deliver(49.95);

        self::assertSame([500, DeliveryReport::TIME_OVER], [$report->delivered, $report->end]);
        self::assertLessThan(2.0, microtime(true) - $started);
    }
}
