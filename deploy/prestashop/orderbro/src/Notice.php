<?php

declare(strict_types=1);

namespace Orderbro;

/**
 * What is told about one entity: its type, its id, its shop. No prices, no persons (design 3.1).
 */
final class Notice
{
    /** Type => the kind of entity, which is what deliveries are ordered by (mappers/prestashop/webhook.py). */
    const KINDS = [
        'order.created' => 'order',
        'order.state_changed' => 'order',
        'order.updated' => 'order',
        'order.refunded' => 'order',
        'product.saved' => 'product',
        'product.deleted' => 'product',
        'stock.changed' => 'stock',
        'customer.saved' => 'customer',
    ];

    /** @var string */
    public $type;
    /** @var int */
    public $id;
    /** @var int */
    public $idShop;
    /** @var int|null the order state, for order.state_changed */
    public $state;
    /** @var int|null id_product, for stock.changed */
    public $product;
    /** @var bool whether Orderbro itself made the change, through its webservice key */
    public $echo;

    /** Any type: what a newer version of the module left in the outbox is sent all the same. */
    public function __construct(string $type, int $id, int $idShop, ?int $state = null, ?int $product = null, bool $echo = false)
    {
        $this->type = $type;
        $this->id = $id;
        $this->idShop = $idShop;
        $this->state = $state;
        $this->product = $product;
        $this->echo = $echo;
    }

    /**
     * @throws \InvalidArgumentException for what is no notice of this version
     */
    public function kind(): string
    {
        if (!isset(self::KINDS[$this->type]) || $this->id < 1 || $this->idShop < 1) {
            throw new \InvalidArgumentException('A notice has a known type and ids from 1.');
        }

        return self::KINDS[$this->type];
    }

    /**
     * The body that is signed and sent. The same notice of the same time has the same bytes, so that a resent one is a duplicate.
     *
     * @param int $changedAt unix time in seconds
     */
    public function body(int $changedAt): string
    {
        $data = ['id' => $this->id, 'id_shop' => $this->idShop];
        if ($this->state !== null) {
            $data['state'] = $this->state;
        }
        if ($this->product !== null) {
            $data['product'] = $this->product;
        }
        if ($this->echo) {
            $data['echo'] = true;
        }

        return self::envelope($this->type, $changedAt, $data);
    }

    /**
     * @param array<string, int|bool> $data
     */
    public static function envelope(string $type, int $changedAt, array $data): string
    {
        return (string) json_encode(['type' => $type, 'timestamp' => gmdate('Y-m-d\TH:i:s\Z', $changedAt), 'data' => $data]);
    }
}
