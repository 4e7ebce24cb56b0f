<?php

declare(strict_types=1);

/**
 * PrestaShop's Db over a real database: SQLite, or MySQL's dialect as it is when the data source is one.
 *
 * Fails as PrestaShop 1.7 does (false) or as 8 and 9 do (an exception): `$throws`.
 */
class Db
{
    /** @var Db|null */
    private static $instance;

    /** @var bool */
    public $throws = false;
    /** @var int how many writes it refuses from now on, as after a deadlock */
    public $refusals = 0;
    /** @var string the last statement that was asked for */
    public $last = '';
    /** @var PDO */
    private $pdo;
    /** @var bool */
    private $isSqlite;
    /** @var int */
    private $affected = 0;
    /** @var int */
    private $error = 0;

    public function __construct(PDO $pdo)
    {
        $pdo->setAttribute(PDO::ATTR_ERRMODE, PDO::ERRMODE_EXCEPTION);
        $this->pdo = $pdo;
        $this->isSqlite = $pdo->getAttribute(PDO::ATTR_DRIVER_NAME) === 'sqlite';
    }

    public static function getInstance($master = true)
    {
        if (self::$instance === null) {
            self::open(getenv('MODULE_TEST_DSN') ?: 'sqlite::memory:');
        }

        return self::$instance;
    }

    public static function open(string $dsn): self
    {
        $pdo = new PDO($dsn, strpos($dsn, 'sqlite') === 0 ? null : 'root');
        if ($pdo->getAttribute(PDO::ATTR_DRIVER_NAME) === 'sqlite') {
            $pdo->exec('PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
        }
        self::$instance = new self($pdo);

        return self::$instance;
    }

    public function execute($sql, $use_cache = true)
    {
        return $this->attempt($sql) !== false;
    }

    public function executeS($sql, $array = true, $use_cache = true)
    {
        $statement = $this->attempt($sql);

        return $statement === false ? false : $statement->fetchAll(PDO::FETCH_ASSOC);
    }

    public function getValue($sql, $use_cache = true)
    {
        $rows = $this->executeS($sql . ' LIMIT 1');

        return $rows ? current($rows[0]) : false;
    }

    public function Affected_Rows()
    {
        return $this->affected;
    }

    public function Insert_ID()
    {
        return $this->pdo->lastInsertId();
    }

    public function getNumberError()
    {
        return $this->error;
    }

    public function escape($string, $html_ok = false, $bq_sql = false)
    {
        return substr($this->pdo->quote((string) $string), 1, -1);
    }

    private function attempt(string $sql)
    {
        $this->last = $sql;
        try {
            $statement = false;
            if ($this->refusals > 0 && strpos($sql, 'INSERT') === 0) {
                --$this->refusals;
                throw new PDOException('Deadlock found when trying to get lock; try restarting transaction');
            }
            foreach ($this->isSqlite ? SqliteDialect::of($sql, $this->pdo) : [$sql] as $part) {
                $statement = $this->pdo->query($part);
            }
            $this->affected = $statement->rowCount();
            $this->error = 0;

            return $statement;
        } catch (PDOException $failure) {
            $this->error = 1146;
            if ($this->throws) {
                throw new PrestaShopDatabaseException($failure->getMessage());
            }

            return false;
        }
    }
}

class PrestaShopDatabaseException extends Exception
{
}

function pSQL($string, $html_ok = false)
{
    return Db::getInstance()->escape($string, $html_ok);
}
