<?php

declare(strict_types=1);

namespace Orderbro;

/**
 * The module's two tables: `orderbro_outbox`, one row per notice that waits, and `orderbro_delivery`, one row per shop with the lock, the
 * back-off and what the last attempt said. Times are unix seconds, so that no time zone of PHP's or the database's matters.
 */
final class Schema
{
    const OUTBOX = 'orderbro_outbox';
    const DELIVERY = 'orderbro_delivery';

    const COLUMNS = [
        self::OUTBOX => [
            'id_outbox' => 'BIGINT UNSIGNED NOT NULL AUTO_INCREMENT',
            'id_shop' => 'INT UNSIGNED NOT NULL',
            'kind' => 'VARCHAR(16) NOT NULL',
            'type' => 'VARCHAR(32) NOT NULL',
            'id_object' => 'INT UNSIGNED NOT NULL',
            'uid' => "CHAR(20) NOT NULL DEFAULT ''",
            'version' => 'INT UNSIGNED NOT NULL DEFAULT 1',
            'state' => 'INT UNSIGNED NULL',
            'id_product' => 'INT UNSIGNED NULL',
            'echo' => 'TINYINT UNSIGNED NOT NULL DEFAULT 0',
            'first_at' => 'INT UNSIGNED NOT NULL DEFAULT 0',
            'changed_at' => 'INT UNSIGNED NOT NULL DEFAULT 0',
            'next_at' => 'INT UNSIGNED NOT NULL DEFAULT 0',
            'attempts' => 'INT UNSIGNED NOT NULL DEFAULT 0',
            'refused' => 'TINYINT UNSIGNED NOT NULL DEFAULT 0',
            'last_code' => "VARCHAR(32) NOT NULL DEFAULT ''",
        ],
        self::DELIVERY => [
            'id_shop' => 'INT UNSIGNED NOT NULL',
            'lock_owner' => "VARCHAR(32) NOT NULL DEFAULT ''",
            'lock_until' => 'INT UNSIGNED NOT NULL DEFAULT 0',
            'failures' => 'INT UNSIGNED NOT NULL DEFAULT 0',
            'paused_until' => 'INT UNSIGNED NOT NULL DEFAULT 0',
            'last_success_at' => 'INT UNSIGNED NOT NULL DEFAULT 0',
            'last_failure_at' => 'INT UNSIGNED NOT NULL DEFAULT 0',
            'last_code' => "VARCHAR(32) NOT NULL DEFAULT ''",
            'last_status' => 'INT UNSIGNED NOT NULL DEFAULT 0',
            'last_detail' => "VARCHAR(255) NOT NULL DEFAULT ''",
            'clock_ahead' => 'INT NOT NULL DEFAULT 0',
            'delivered' => 'BIGINT UNSIGNED NOT NULL DEFAULT 0',
        ],
    ];

    const PRIMARY = [self::OUTBOX => 'PRIMARY KEY (`id_outbox`)', self::DELIVERY => 'PRIMARY KEY (`id_shop`)'];

    /** `notice` is what is coalesced by; `due` is the order of delivery; `entity` finds an earlier notice of the same entity. */
    const KEYS = [
        self::OUTBOX => [
            'notice' => 'UNIQUE KEY `notice` (`id_shop`, `type`, `id_object`)',
            'due' => 'KEY `due` (`id_shop`, `next_at`, `id_outbox`)',
            'entity' => 'KEY `entity` (`id_shop`, `kind`, `id_object`, `id_outbox`)',
            'since' => 'KEY `since` (`id_shop`, `first_at`)',
        ],
        self::DELIVERY => [],
    ];

    /** @var Database */
    private $database;

    public function __construct(Database $database)
    {
        $this->database = $database;
    }

    /**
     * Make what is missing, keep what is there: also after an upgrade that stopped half-way.
     *
     * @throws DatabaseException
     */
    public function ensure(): void
    {
        foreach (self::COLUMNS as $name => $columns) {
            $table = $this->database->table($name);
            $this->database->execute($this->creation($name));
            $there = array_column($this->database->rows('SHOW COLUMNS FROM ' . $table), 'Field');
            foreach (array_diff(array_keys($columns), $there) as $missing) {
                $this->database->execute('ALTER TABLE ' . $table . ' ADD COLUMN `' . $missing . '` ' . $columns[$missing]);
            }
            $there = array_column($this->database->rows('SHOW INDEX FROM ' . $table), 'Key_name');
            foreach (array_diff(array_keys(self::KEYS[$name]), $there) as $missing) {
                $this->database->execute('ALTER TABLE ' . $table . ' ADD ' . self::KEYS[$name][$missing]);
            }
        }
    }

    /**
     * @throws DatabaseException
     */
    public function drop(): void
    {
        foreach (array_keys(self::COLUMNS) as $name) {
            $this->database->execute('DROP TABLE IF EXISTS ' . $this->database->table($name));
        }
    }

    private function creation(string $name): string
    {
        $lines = [];
        foreach (self::COLUMNS[$name] as $column => $definition) {
            $lines[] = '`' . $column . '` ' . $definition;
        }

        $lines = array_merge($lines, [self::PRIMARY[$name]], array_values(self::KEYS[$name]));

        return 'CREATE TABLE IF NOT EXISTS ' . $this->database->table($name) . ' (' . implode(', ', $lines) . ')'
            . ' ENGINE=InnoDB DEFAULT CHARSET=utf8mb4';
    }
}
