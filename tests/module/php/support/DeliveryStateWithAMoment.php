<?php

declare(strict_types=1);

namespace Orderbro\Tests;

use Orderbro\Database;
use Orderbro\DeliveryState;

/**
 * Lets something happen in the moment between a run's last look at the outbox and the end of its lock.
 */
class DeliveryStateWithAMoment extends DeliveryState
{
    /** @var callable */
    private $moment;

    public function __construct(Database $database, callable $moment)
    {
        parent::__construct($database);
        $this->moment = $moment;
    }

    public function unlock(int $idShop, string $owner): void
    {
        ($this->moment)();
        parent::unlock($idShop, $owner);
    }
}
