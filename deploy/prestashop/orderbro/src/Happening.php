<?php

declare(strict_types=1);

namespace Orderbro;

/**
 * What a hook told: one entity, and which shops it concerns.
 */
final class Happening
{
    /** @var string */
    public $type;
    /** @var int */
    public $id;
    /** @var int[] */
    public $shops;
    /** @var int|null */
    public $state;
    /** @var int|null */
    public $product;

    /**
     * @param int[] $shops
     */
    public function __construct(string $type, int $id, array $shops, ?int $state = null, ?int $product = null)
    {
        $this->type = $type;
        $this->id = $id;
        $this->shops = $shops;
        $this->state = $state;
        $this->product = $product;
    }
}
