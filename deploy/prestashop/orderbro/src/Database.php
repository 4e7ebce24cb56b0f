<?php

declare(strict_types=1);

namespace Orderbro;

use Db;

/**
 * PrestaShop's Db with one way to fail (1.7 answers false, 8 and 9 throw), and never from its query cache.
 */
final class Database
{
    /** @var Db */
    private $db;
    /** @var string */
    private $prefix;

    public function __construct(Db $db, string $prefix)
    {
        $this->db = $db;
        $this->prefix = $prefix;
    }

    /** The quoted name of a table of this shop. */
    public function table(string $name): string
    {
        return '`' . $this->prefix . $name . '`';
    }

    /**
     * @throws DatabaseException
     */
    public function execute(string $sql): void
    {
        if (!$this->db->execute($sql, false)) {
            throw new DatabaseException('The database refused a statement (error ' . (int) $this->db->getNumberError() . ').');
        }
    }

    /**
     * How many rows a statement changed. MySQL counts a row that already had the new values as not changed.
     *
     * @throws DatabaseException
     */
    public function change(string $sql): int
    {
        $this->execute($sql);

        return (int) $this->db->Affected_Rows();
    }

    /** The id that the last INSERT was given. */
    public function insertedId(): int
    {
        return (int) $this->db->Insert_ID();
    }

    /**
     * @return array<int, array<string, mixed>>
     *
     * @throws DatabaseException
     */
    public function rows(string $sql): array
    {
        $rows = $this->db->executeS($sql, true, false);
        if (!is_array($rows)) {
            throw new DatabaseException('The database refused a query (error ' . (int) $this->db->getNumberError() . ').');
        }

        return $rows;
    }

    /**
     * The first row, or null. Not Db::getRow: that appends a LIMIT of its own and answers false for "none" and for "failed" alike.
     *
     * @return array<string, mixed>|null
     *
     * @throws DatabaseException
     */
    public function row(string $sql): ?array
    {
        $rows = $this->rows($sql . ' LIMIT 1');

        return $rows === [] ? null : $rows[0];
    }

    /** A text within quotes. */
    public function text(string $value): string
    {
        return "'" . $this->db->escape($value) . "'";
    }
}
