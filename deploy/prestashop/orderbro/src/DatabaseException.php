<?php

declare(strict_types=1);

namespace Orderbro;

/**
 * The database did not do what it was asked. The message has no SQL: that goes into logs.
 */
final class DatabaseException extends \RuntimeException
{
}
