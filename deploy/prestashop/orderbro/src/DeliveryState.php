<?php

declare(strict_types=1);

namespace Orderbro;

/**
 * One shop's delivery as a whole: its lock, since when the service fails and until when it is left alone, what it said last.
 *
 * The lock is a row with an expiry, not GET_LOCK: that belongs to a connection, which pooling proxies share and Galera does not replicate.
 * A run that is killed leaves it behind for at most LOCK_SECONDS. Two runs that hold it in turn because one was frozen send the same
 * notices with the same ids, which the service knows as duplicates.
 */
class DeliveryState
{
    /** Longer than any one attempt takes; renewed while a run goes on. */
    const LOCK_SECONDS = 60;

    const FRESH = [
        'failures' => 0,
        'paused_until' => 0,
        'last_success_at' => 0,
        'last_failure_at' => 0,
        'last_code' => '',
        'last_status' => 0,
        'last_detail' => '',
        'clock_ahead' => 0,
        'delivered' => 0,
    ];

    /** @var Database */
    private $database;

    public function __construct(Database $database)
    {
        $this->database = $database;
    }

    /** Take the lock, or keep it; whether it is ours. */
    public function lock(int $idShop, string $owner, int $now): bool
    {
        $this->database->execute('INSERT IGNORE INTO ' . $this->delivery() . ' (`id_shop`) VALUES (' . $idShop . ')');
        $mine = '`lock_owner` = ' . $this->database->text($owner);
        $this->database->execute(
            'UPDATE ' . $this->delivery() . ' SET ' . $mine . ', `lock_until` = ' . ($now + self::LOCK_SECONDS)
            . ' WHERE `id_shop` = ' . $idShop . ' AND (`lock_until` <= ' . $now . ' OR ' . $mine . ')'
        );

        $held = 'SELECT `id_shop` FROM ' . $this->delivery() . ' WHERE `id_shop` = ' . $idShop . ' AND ' . $mine;

        return $this->database->row($held) !== null;
    }

    public function unlock(int $idShop, string $owner): void
    {
        $this->database->execute(
            'UPDATE ' . $this->delivery() . " SET `lock_owner` = '', `lock_until` = 0"
            . ' WHERE `id_shop` = ' . $idShop . ' AND `lock_owner` = ' . $this->database->text($owner)
        );
    }

    /**
     * The columns of FRESH, with the lock's expiry as `lock_until`.
     *
     * @return array<string, int|string>
     */
    public function of(int $idShop): array
    {
        $row = $this->database->row('SELECT * FROM ' . $this->delivery() . ' WHERE `id_shop` = ' . $idShop);
        $state = self::FRESH + ['lock_until' => 0];
        foreach ($state as $name => $fresh) {
            if ($row !== null) {
                $state[$name] = is_int($fresh) ? (int) $row[$name] : (string) $row[$name];
            }
        }

        return $state;
    }

    public function isPaused(int $idShop, int $now): bool
    {
        return $this->of($idShop)['paused_until'] > $now;
    }

    /** Notices went through: whatever was wrong is over. */
    public function succeeded(int $idShop, int $count, ?int $clockAhead, int $now): void
    {
        $this->set($idShop, [
            '`delivered` = `delivered` + ' . $count,
            '`last_success_at` = ' . $now,
            "`failures` = 0, `paused_until` = 0, `last_code` = '" . Code::SENT . "', `last_status` = 202, `last_detail` = ''",
        ], $clockAhead);
    }

    /** An attempt failed. `$pausedUntil` 0: the others are still tried. */
    public function failed(int $idShop, Verdict $verdict, int $status, ?int $clockAhead, int $pausedUntil, int $now): void
    {
        $this->set($idShop, [
            '`failures` = `failures` + 1',
            '`paused_until` = ' . $pausedUntil,
            '`last_failure_at` = ' . $now,
            '`last_code` = ' . $this->database->text($verdict->code),
            '`last_status` = ' . $status,
            '`last_detail` = ' . $this->database->text($verdict->detail),
        ], $clockAhead);
    }

    /** A person wants it tried now. */
    public function resume(int $idShop): void
    {
        $this->set($idShop, ['`paused_until` = 0'], null);
    }

    /**
     * @param string[] $assignments
     */
    private function set(int $idShop, array $assignments, ?int $clockAhead): void
    {
        if ($clockAhead !== null) {
            $assignments[] = '`clock_ahead` = ' . $clockAhead;
        }
        $this->database->execute('INSERT IGNORE INTO ' . $this->delivery() . ' (`id_shop`) VALUES (' . $idShop . ')');
        $this->database->execute('UPDATE ' . $this->delivery() . ' SET ' . implode(', ', $assignments) . ' WHERE `id_shop` = ' . $idShop);
    }

    private function delivery(): string
    {
        return $this->database->table(Schema::DELIVERY);
    }
}
