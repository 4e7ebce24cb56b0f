<?php

declare(strict_types=1);

namespace Orderbro;

use Shop;

/**
 * Which shops an entity concerns (multistore): an order its own one, a product every one, stock and customers the group that shares them.
 */
final class Shops
{
    /** @var Database */
    private $database;

    public function __construct(Database $database)
    {
        $this->database = $database;
    }

    /**
     * @return int[]
     */
    public function all(): array
    {
        return array_map('intval', array_values(Shop::getShops(false, null, true)));
    }

    /**
     * @return int[]
     */
    public function ofOrder(int $idOrder): array
    {
        $row = $this->database->row('SELECT `id_shop` FROM ' . $this->database->table('orders') . ' WHERE `id_order` = ' . $idOrder);

        return $row === null ? [] : [(int) $row['id_shop']];
    }

    /**
     * The orders that bear a reference: a split cart makes several (prestashop.md 8).
     *
     * @return array<int, int> id_order => id_shop
     */
    public function ofReference(string $reference): array
    {
        $rows = $this->database->rows(
            'SELECT `id_order`, `id_shop` FROM ' . $this->database->table('orders')
            . ' WHERE `reference` = ' . $this->database->text($reference)
        );

        return array_map('intval', array_column($rows, 'id_shop', 'id_order'));
    }

    /**
     * Stock that a group shares has id_shop 0.
     *
     * @return int[]
     */
    public function ofStock(int $idShop, int $idShopGroup): array
    {
        if ($idShop > 0) {
            return [$idShop];
        }

        return array_map('intval', array_values(Shop::getShops(false, $idShopGroup, true)));
    }

    /**
     * @return int[]
     */
    public function ofCustomer(int $idCustomer): array
    {
        $customer = $this->database->row(
            'SELECT `id_shop` FROM ' . $this->database->table('customer') . ' WHERE `id_customer` = ' . $idCustomer
        );
        if ($customer === null) {
            return [];
        }

        return array_map('intval', array_values(Shop::getSharedShops((int) $customer['id_shop'], Shop::SHARE_CUSTOMER)));
    }
}
