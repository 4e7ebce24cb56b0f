<?php

declare(strict_types=1);

namespace Orderbro;

/**
 * The notices that wait, one row per (type, id, shop).
 *
 * A change to an entity whose notice still waits raises that row's version. Whoever has read a row removes or postpones *that version*: a
 * change that came while the notice was on its way keeps the row (connectors.md §7: the vendor's own module loses it there).
 * Rows leave in the order in which they fell due; a row never overtakes an earlier one of the same entity.
 */
final class Outbox
{
    const ATTEMPTS = 10;

    /** @var Database */
    private $database;
    /** @var Schema */
    private $schema;
    /** @var bool one attempt at repair per request */
    private $repaired = false;

    public function __construct(Database $database, Schema $schema)
    {
        $this->database = $database;
        $this->schema = $schema;
    }

    /**
     * Write a notice down. A table may be missing after a partial upgrade; then it is made.
     *
     * @throws \Throwable the last refusal
     */
    public function put(Notice $notice, int $now): void
    {
        $this->persistently(function () use ($notice, $now): void {
            $this->upsert($notice, $now);
        });
    }

    /**
     * Tried again at once when the database refuses: requests that write the same rows at the same time, and a delivery that takes them
     * away, may deadlock (measured: 1 in 100 with four writers on 20 orders).
     *
     * @throws \Throwable the last refusal
     */
    private function persistently(callable $write): void
    {
        for ($attempt = 1;; ++$attempt) {
            try {
                $write();

                return;
            } catch (\InvalidArgumentException $failure) {
                throw $failure;
            } catch (\Throwable $failure) {
                if ($attempt === self::ATTEMPTS) {
                    throw $failure;
                }
                if ($attempt > 1 && !$this->repaired) {
                    $this->repaired = true;
                    $this->schema->ensure();
                }
            }
        }
    }

    private function upsert(Notice $notice, int $now): void
    {
        $values = [
            'id_shop' => $notice->idShop,
            'kind' => $this->database->text($notice->kind()),
            'type' => $this->database->text($notice->type),
            'id_object' => $notice->id,
            'uid' => $this->database->text(bin2hex(random_bytes(10))),
            'version' => 1,
            'state' => $notice->state === null ? 'NULL' : $notice->state,
            'id_product' => $notice->product === null ? 'NULL' : $notice->product,
            'echo' => (int) $notice->echo,
            'first_at' => $now,
            'changed_at' => $now,
            'next_at' => $now,
        ];
        // An echo stays one only as long as nobody else changed the entity too.
        $this->database->execute(
            'INSERT INTO ' . $this->outbox() . ' (`' . implode('`, `', array_keys($values)) . '`)'
            . ' VALUES (' . implode(', ', $values) . ')'
            . ' ON DUPLICATE KEY UPDATE `version` = `version` + 1, `state` = VALUES(`state`), `id_product` = VALUES(`id_product`),'
            . ' `echo` = `echo` * VALUES(`echo`), `changed_at` = VALUES(`changed_at`),'
            . ' `next_at` = CASE WHEN `next_at` < VALUES(`next_at`) THEN `next_at` ELSE VALUES(`next_at`) END,'
            . " `attempts` = 0, `refused` = 0, `last_code` = ''"
        );
    }

    /**
     * The next rows to send: due, and without an earlier row of the same entity that still waits. A row that the service refused for what
     * it says does not hold its successors back.
     *
     * The indexes are named because the server's statistics lag behind an outbox that fills up: measured with 50 000 rows on MariaDB 10.11,
     * 245 ms without, 3 ms with them.
     *
     * @return OutboxRow[]
     */
    public function due(int $idShop, int $now, int $limit): array
    {
        return $this->read(
            'o.`id_shop` = ' . $idShop . ' AND o.`next_at` <= ' . $now
            . ' AND NOT EXISTS (SELECT 1 FROM ' . $this->outbox() . ' e FORCE INDEX (`entity`)'
            . ' WHERE e.`id_shop` = o.`id_shop` AND e.`kind` = o.`kind` AND e.`id_object` = o.`id_object`'
            . ' AND e.`id_outbox` < o.`id_outbox` AND e.`refused` = 0)',
            'o.`next_at`, o.`id_outbox`',
            $limit,
            'due'
        );
    }

    /**
     * Delivered: gone, unless it has changed since it was read. One row by its key: a list of them may be looked for by reading the whole
     * table, and locks that against the shop's own requests meanwhile (seen on MariaDB 10.11).
     */
    public function remove(OutboxRow $row): void
    {
        $this->persistently(function () use ($row): void {
            $this->database->execute(
                'DELETE FROM ' . $this->outbox() . ' WHERE `id_outbox` = ' . $row->idOutbox . ' AND `version` = ' . $row->version
            );
        });
    }

    /**
     * Not delivered: note why, and try again at `$nextAt`. A version that came meanwhile is left as it is.
     */
    public function postpone(OutboxRow $row, string $code, int $nextAt, bool $refused = false): void
    {
        $this->persistently(function () use ($row, $code, $nextAt, $refused): void {
            $this->database->execute(
                'UPDATE ' . $this->outbox() . ' SET `attempts` = `attempts` + 1, `next_at` = ' . $nextAt . ', `refused` = ' . (int) $refused
                . ', `last_code` = ' . $this->database->text($code)
                . ' WHERE `id_outbox` = ' . $row->idOutbox . ' AND `version` = ' . $row->version
            );
        });
    }

    /** Everything that waits for its time is due at once. */
    public function resend(int $idShop, int $now): int
    {
        return $this->database->change(
            'UPDATE ' . $this->outbox() . ' SET `next_at` = ' . $now . ' WHERE `id_shop` = ' . $idShop . ' AND `next_at` > ' . $now
        );
    }

    /** One row is due at once. */
    public function resendRow(int $idShop, int $idOutbox, int $now): int
    {
        return $this->database->change(
            'UPDATE ' . $this->outbox() . ' SET `next_at` = ' . $now
            . ' WHERE `id_shop` = ' . $idShop . ' AND `id_outbox` = ' . $idOutbox . ' AND `next_at` > ' . $now
        );
    }

    /** A person has decided that a version of a row is not to be sent. */
    public function discard(int $idShop, int $idOutbox, int $version): int
    {
        return $this->database->change(
            'DELETE FROM ' . $this->outbox()
            . ' WHERE `id_shop` = ' . $idShop . ' AND `id_outbox` = ' . $idOutbox . ' AND `version` = ' . $version
        );
    }

    /**
     * What needs a person: waiting since before `$since`, or refused for what it says; oldest first.
     *
     * @return OutboxRow[]
     */
    public function parked(int $idShop, int $since, int $limit): array
    {
        return $this->read(
            'o.`id_shop` = ' . $idShop . ' AND (o.`first_at` < ' . $since . ' OR o.`refused` = 1)',
            'o.`first_at`, o.`id_outbox`',
            $limit,
            'since'
        );
    }

    /**
     * @return array{waiting: int, failing: int, parked: int, oldest: int} oldest: unix time, 0 when nothing waits
     */
    public function figures(int $idShop, int $since): array
    {
        $found = $this->database->rows(
            'SELECT COUNT(*) AS `waiting`, SUM(CASE WHEN `attempts` > 0 THEN 1 ELSE 0 END) AS `failing`,'
            . ' SUM(CASE WHEN `first_at` < ' . $since . ' OR `refused` = 1 THEN 1 ELSE 0 END) AS `parked`, MIN(`first_at`) AS `oldest`'
            . ' FROM ' . $this->outbox() . ' WHERE `id_shop` = ' . $idShop
        );

        return array_map('intval', $found[0]);
    }

    /**
     * @return OutboxRow[]
     */
    private function read(string $condition, string $order, int $limit, string $index): array
    {
        $rows = $this->database->rows(
            'SELECT o.* FROM ' . $this->outbox() . ' o FORCE INDEX (`' . $index . '`) WHERE ' . $condition
            . ' ORDER BY ' . $order . ' LIMIT ' . $limit
        );

        return array_map(static function (array $columns): OutboxRow {
            return new OutboxRow($columns);
        }, $rows);
    }

    private function outbox(): string
    {
        return $this->database->table(Schema::OUTBOX);
    }
}
