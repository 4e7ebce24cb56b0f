<?php

declare(strict_types=1);

/**
 * MySQL's words in SQLite's: as few as the module uses.
 */
final class SqliteDialect
{
    /**
     * @return string[] statements that together do the same
     */
    public static function of(string $sql, PDO $pdo): array
    {
        if (strpos($sql, 'CREATE TABLE') === 0) {
            return self::creation($sql, $pdo);
        }
        $sql = preg_replace('/^SHOW COLUMNS FROM `(\w+)`/', "SELECT name AS Field FROM pragma_table_info('$1')", $sql);
        $sql = preg_replace(
            '/^SHOW INDEX FROM `(\w+)`/',
            "SELECT substr(name, length('$1') + 2) AS Key_name FROM pragma_index_list('$1')",
            $sql
        );
        $sql = preg_replace('/ FORCE INDEX \(`\w+`\)/', '', $sql);
        $sql = preg_replace('/^ALTER TABLE `(\w+)` ADD (UNIQUE )?KEY `(\w+)` /', 'CREATE $2INDEX `$1_$3` ON `$1` ', $sql);
        $sql = str_replace('INSERT IGNORE', 'INSERT OR IGNORE', $sql);
        if (strpos($sql, 'ON DUPLICATE KEY UPDATE') !== false) {
            list($insert, $update) = explode('ON DUPLICATE KEY UPDATE', $sql);
            $sql = $insert . 'ON CONFLICT (`id_shop`, `type`, `id_object`) DO UPDATE SET'
                . preg_replace('/VALUES\((`\w+`)\)/', 'excluded.$1', $update);
        }
        if (strpos($sql, 'ALTER TABLE') === 0) {
            $sql = self::types($sql);
        }

        return [$sql];
    }

    private static function creation(string $sql, PDO $pdo): array
    {
        preg_match('/CREATE TABLE IF NOT EXISTS `(\w+)`/', $sql, $table);
        if ($pdo->query("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = '{$table[1]}'")->fetch()) {
            return ['SELECT 1'];  // MySQL leaves a table that is there alone, with its indexes
        }
        $indexes = [];
        $sql = preg_replace_callback('/, (UNIQUE )?KEY `(\w+)` (\([^)]*\))/', static function (array $key) use (&$indexes, $table): string {
            $indexes[] = "CREATE {$key[1]}INDEX IF NOT EXISTS `{$table[1]}_{$key[2]}` ON `{$table[1]}` {$key[3]}";

            return '';
        }, $sql);
        $sql = self::types(preg_replace('/ENGINE=.*$/', '', $sql));
        if (strpos($sql, 'AUTO_INCREMENT') !== false) {
            $sql = preg_replace('/, PRIMARY KEY \(`\w+`\)/', '', $sql);
            $sql = preg_replace('/INTEGER NOT NULL AUTO_INCREMENT/', 'INTEGER PRIMARY KEY AUTOINCREMENT', $sql);
        }

        return array_merge([$sql], $indexes);
    }

    private static function types(string $sql): string
    {
        return preg_replace('/\b(BIGINT|INT|TINYINT)( UNSIGNED)?/', 'INTEGER', $sql);
    }
}
