<?php

declare(strict_types=1);

namespace Orderbro\Tests;

use Orderbro\DatabaseException;
use Orderbro\Schema;

final class OutboxTest extends ModuleTestCase
{
    public function testANoticeIsThinAndSaysWhatChangedWhen(): void
    {
        $this->put('order.state_changed', 42, 1, 2);

        self::assertSame(
            '{"type":"order.state_changed","timestamp":"2026-11-24T08:00:00Z","data":{"id":42,"id_shop":1,"state":2}}',
            $this->waiting()[0]->body()
        );
    }

    public function testChangesOfTheSameKindAreOneRowOfAHigherVersion(): void
    {
        $this->put('order.state_changed', 42, 1, 2);
        $before = $this->waiting()[0];
        $this->now += 10;
        $this->put('order.state_changed', 42, 1, 4);

        list($after) = $this->waiting();
        self::assertCount(1, $this->waiting());
        self::assertSame([2, 4, $before->firstAt, self::NOW + 10], [$after->version, $after->notice->state, $after->firstAt, $after->changedAt]);
        self::assertNotSame($before->webhookId(), $after->webhookId());
    }

    public function testAnotherTypeAnotherEntityAndAnotherShopAreRowsOfTheirOwn(): void
    {
        $this->put('order.created', 1);
        $this->put('order.updated', 1);
        $this->put('order.created', 2);
        $this->put('order.created', 1, 2);

        self::assertSame(['order.created 1', 'order.updated 1', 'order.created 2'], $this->told());
        self::assertSame(['order.created 1'], $this->told(2));
    }

    public function testAnEventThatArrivesWhileItsPredecessorIsOnItsWaySurvives(): void
    {
        $this->put('order.state_changed', 42, 1, 2);
        list($sent) = $this->services->outbox->due(1, self::NOW, 10);
        $this->put('order.state_changed', 42, 1, 4);

        $this->services->outbox->remove($sent);

        self::assertSame([4], [$this->waiting()[0]->notice->state]);
    }

    public function testAFailureOfAnOldVersionDoesNotDelayTheNewOne(): void
    {
        $this->put('order.updated', 42);
        list($sent) = $this->services->outbox->due(1, self::NOW, 10);
        $this->put('order.updated', 42);

        $this->services->outbox->postpone($sent, 'SERVICE_FAILED', self::NOW + 500);

        self::assertSame(self::NOW, $this->waiting()[0]->nextAt);
    }

    public function testANewChangeMakesAPostponedRowDueAgain(): void
    {
        $this->put('order.updated', 42);
        list($row) = $this->waiting();
        $this->services->outbox->postpone($row, 'NOTICE_REFUSED', self::NOW + 500, true);
        $this->now += 5;

        $this->put('order.updated', 42);

        list($row) = $this->waiting();
        self::assertSame([self::NOW + 5, 0, false, ''], [$row->nextAt, $row->attempts, $row->refused, $row->lastCode]);
    }

    public function testARowKeepsItsPlaceInTheQueueHoweverOftenItChanges(): void
    {
        $this->put('product.saved', 1);
        $this->now += 1;
        $this->put('product.saved', 2);
        $this->now += 1;
        $this->put('product.saved', 1);

        self::assertSame(self::NOW, $this->waiting()[0]->nextAt);
    }

    public function testAWebhookIdIsNeverUsedAgainForALaterEvent(): void
    {
        $this->put('order.updated', 42);
        list($first) = $this->waiting();
        $this->services->schema->drop();  // an uninstalled module, or a counter that a database restart set back
        $this->services->schema->ensure();
        $this->put('order.updated', 42);

        list($second) = $this->waiting();
        self::assertSame([$first->idOutbox, $first->version], [$second->idOutbox, $second->version]);
        self::assertNotSame($first->webhookId(), $second->webhookId());
    }

    public function testAnEntitysSecondNoticeWaitsForItsFirst(): void
    {
        $this->put('order.created', 1);
        $this->put('order.state_changed', 1, 1, 2);
        $this->put('order.created', 2);
        list($created) = $this->waiting();
        $this->services->outbox->postpone($created, 'SERVICE_FAILED', self::NOW + 60);

        $due = $this->services->outbox->due(1, self::NOW + 1, 10);

        self::assertSame([2], array_column(array_column($due, 'notice'), 'id'));
    }

    public function testARefusedNoticeDoesNotHoldItsSuccessorsBack(): void
    {
        $this->put('order.created', 1);
        $this->put('order.state_changed', 1, 1, 2);
        list($created) = $this->waiting();
        $this->services->outbox->postpone($created, 'NOTICE_REFUSED', self::NOW + 3600, true);

        $due = $this->services->outbox->due(1, self::NOW, 10);

        self::assertSame(['order.state_changed'], array_column(array_column($due, 'notice'), 'type'));
    }

    public function testAnEchoThatSomebodyElseChangedTooIsNoneAnyMore(): void
    {
        $this->put('order.updated', 1, 1, null, true);
        $this->put('order.updated', 2, 1, null, true);
        $this->put('order.updated', 2, 1, null, false);
        $this->put('order.updated', 3, 1, null, false);
        $this->put('order.updated', 3, 1, null, true);

        self::assertSame([true, false, false], array_column(array_column($this->waiting(), 'notice'), 'echo'));
        self::assertStringContainsString('"echo":true', $this->waiting()[0]->body());
    }

    /**
     * @dataProvider waysToFail
     */
    public function testAMissingTableIsMadeAnew(bool $throws): void
    {
        $this->services->schema->drop();
        $this->db->throws = $throws;

        $this->put('order.created', 1);

        self::assertSame(['order.created 1'], $this->told());
    }

    /**
     * @dataProvider waysToFail
     */
    public function testAColumnThatAPartialUpgradeLeftOutIsAdded(bool $throws): void
    {
        $this->services->schema->drop();
        $this->db->execute('CREATE TABLE IF NOT EXISTS `ps_orderbro_outbox` (`id_outbox` BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,'
            . ' `id_shop` INT UNSIGNED NOT NULL, `kind` VARCHAR(16) NOT NULL, `type` VARCHAR(32) NOT NULL, `id_object` INT UNSIGNED NOT NULL,'
            . ' `version` INT UNSIGNED NOT NULL DEFAULT 1,'
            . ' `next_at` INT UNSIGNED NOT NULL DEFAULT 0,'
            . ' PRIMARY KEY (`id_outbox`), UNIQUE KEY `notice` (`id_shop`, `type`, `id_object`)) ENGINE=InnoDB');
        $this->db->execute("INSERT INTO `ps_orderbro_outbox` (`id_shop`, `kind`, `type`, `id_object`) VALUES (1, 'order', 'order.created', 7)");
        $this->db->throws = $throws;

        $this->put('order.created', 1);

        self::assertSame(['order.created 7', 'order.created 1'], $this->told());
    }

    public function waysToFail(): array
    {
        return ['as PrestaShop 1.7' => [false], 'as PrestaShop 8 and 9' => [true]];
    }

    public function testAnIndexThatAPartialUpgradeLeftOutIsAdded(): void
    {
        $this->services->schema->drop();
        $columns = [];
        foreach (Schema::COLUMNS[Schema::OUTBOX] as $column => $definition) {
            $columns[] = "`$column` $definition";
        }
        $this->db->execute('CREATE TABLE IF NOT EXISTS `ps_orderbro_outbox` (' . implode(', ', $columns) . ', PRIMARY KEY (`id_outbox`))'
            . ' ENGINE=InnoDB');

        $this->services->schema->ensure();

        $this->put('order.created', 1);
        $this->put('order.created', 1);
        self::assertSame(['order.created 1'], $this->told());
        self::assertCount(1, $this->services->outbox->due(1, self::NOW, 10));
    }

    public function testAnInstallationThatIsRepeatedKeepsTheOutbox(): void
    {
        $this->put('order.created', 1);

        (new Schema($this->services->database))->ensure();

        self::assertSame(['order.created 1'], $this->told());
    }

    public function testFiguresTellWhatWaitsFailsAndIsParked(): void
    {
        $this->put('order.created', 1);
        $this->now += 86400;
        $this->put('order.created', 2);
        $this->put('order.created', 3);
        $rows = $this->waiting();
        $this->services->outbox->postpone($rows[1], 'SERVICE_FAILED', $rows[1]->nextAt);
        $this->services->outbox->postpone($rows[2], 'NOTICE_REFUSED', $rows[2]->nextAt, true);

        $figures = $this->services->outbox->figures(1, self::NOW + 1);

        self::assertSame(['waiting' => 3, 'failing' => 2, 'parked' => 2, 'oldest' => self::NOW], $figures);
        self::assertSame(['order.created 1', 'order.created 3'], array_map(static function ($row): string {
            return $row->notice->type . ' ' . $row->notice->id;
        }, $this->services->outbox->parked(1, self::NOW + 1, 10)));
    }

    /**
     * @dataProvider waysToFail
     */
    public function testADeadlockIsTriedAgain(bool $throws): void
    {
        $this->db->throws = $throws;
        $this->db->refusals = 3;

        $this->put('order.created', 1);

        self::assertSame(['order.created 1'], $this->told());
    }

    public function testADatabaseThatRefusesForGoodIsNotAskedForEver(): void
    {
        $this->db->refusals = 1000;
        try {
            $this->put('order.created', 1);
            self::fail('The refusal was swallowed.');
        } catch (DatabaseException $failure) {
            self::assertGreaterThan(900, $this->db->refusals);
        } finally {
            $this->db->refusals = 0;
        }
    }

    /**
     * @dataProvider noNotices
     */
    public function testWhatIsNoNoticeIsNotWritten(string $type, int $id, int $idShop): void
    {
        $this->expectException(\InvalidArgumentException::class);

        $this->put($type, $id, $idShop);
    }

    public function noNotices(): array
    {
        return [['order.eaten', 1, 1], ['order.created', 0, 1], ['order.created', 1, 0]];
    }

    public function testAnEmptyOutboxHasFiguresToo(): void
    {
        self::assertSame(
            ['waiting' => 0, 'failing' => 0, 'parked' => 0, 'oldest' => 0],
            $this->services->outbox->figures(1, self::NOW)
        );
    }

    public function testAPersonMaySendAgainOrDiscardARow(): void
    {
        $this->put('order.created', 1);
        $this->put('order.created', 2);
        foreach ($this->waiting() as $row) {
            $this->services->outbox->postpone($row, 'NOTICE_REFUSED', self::NOW + 3600, true);
        }
        list($first, $second) = $this->waiting();

        $resent = $this->services->outbox->resendRow(1, $first->idOutbox, self::NOW);
        $discarded = $this->services->outbox->discard(1, $second->idOutbox, $second->version);

        self::assertSame([1, 1], [$resent, $discarded]);
        self::assertCount(1, $this->services->outbox->due(1, self::NOW, 10));
    }

    public function testARowThatHasChangedSinceItWasShownIsNotDiscarded(): void
    {
        $this->put('order.created', 1);
        list($shown) = $this->waiting();
        $this->put('order.created', 1);

        self::assertSame(0, $this->services->outbox->discard(1, $shown->idOutbox, $shown->version));
        self::assertSame(['order.created 1'], $this->told());
    }

    public function testAnotherShopsRowsAreOutOfReach(): void
    {
        $this->put('order.created', 1, 2);
        list($row) = $this->waiting(2);

        self::assertSame(0, $this->services->outbox->discard(1, $row->idOutbox, $row->version));
        self::assertSame([], $this->services->outbox->due(1, self::NOW, 10));
    }

    public function testFiftyThousandWaitingRowsAreReadInAMoment(): void
    {
        $this->fill(50000);
        $started = microtime(true);

        $due = $this->services->outbox->due(1, self::NOW, 50);
        self::assertLessThan(0.1, microtime(true) - $started);
        $this->services->outbox->parked(1, self::NOW, 20);
        $figures = $this->services->outbox->figures(1, self::NOW);

        self::assertLessThan(1.0, microtime(true) - $started);
        self::assertSame([50, 50000], [count($due), $figures['waiting']]);
    }

    public function testTheRowsToSendAreFoundByAnIndexWhateverWaits(): void
    {
        $this->fill(2000);

        $this->services->outbox->due(1, self::NOW, 50);

        $plan = json_encode($this->db->executeS('EXPLAIN ' . (getenv('MODULE_TEST_DSN') ? '' : 'QUERY PLAN ') . $this->db->last));
        self::assertStringContainsString('due', $plan);
        self::assertStringNotContainsStringIgnoringCase('temp', $plan);
        self::assertStringNotContainsStringIgnoringCase('filesort', $plan);
    }

    private function fill(int $count): void
    {
        for ($from = 1; $from <= $count; $from += 1000) {
            $rows = [];
            for ($id = $from; $id < $from + 1000; ++$id) {
                $rows[] = "(1, 'product', 'product.saved', $id, 'u$id', " . self::NOW . ', ' . self::NOW . ', ' . self::NOW . ')';
            }
            $this->db->execute('INSERT INTO `ps_orderbro_outbox`'
                . ' (`id_shop`, `kind`, `type`, `id_object`, `uid`, `first_at`, `changed_at`, `next_at`) VALUES ' . implode(', ', $rows));
        }
    }
}
