<?php

declare(strict_types=1);

namespace Orderbro;

/**
 * Hooks and what their parameters say (prestashop.md 10). Several tell of the same thing, early or late, from the back office or the
 * webservice; the outbox makes one notice of them.
 *
 *     actionOrderStatusPostUpdate    fires before the history row is stored (PrestaShop#20772) and is all that some flows fire;
 *     actionOrderHistoryAddAfter     fires after it and raises the version again, so that what was read too early is read once more
 *     actionValidateOrder            the only one of PrestaShop before 8.0; the order has no state then
 *     actionObjectOrderUpdateAfter   another address on the order, a note
 *
 * @SuppressWarnings(PHPMD.UnusedPrivateMethod) the methods are called by their names in HOOKS
 */
final class HookReader
{
    /** Hook => the method that reads it. */
    const HOOKS = [
        'actionValidateOrder' => 'created',
        'actionValidateOrderAfter' => 'created',
        'actionOrderStatusPostUpdate' => 'stateChanged',
        'actionOrderHistoryAddAfter' => 'historyAdded',
        'actionOrderEdited' => 'orderGiven',
        'actionOrderSlipAdd' => 'refunded',
        'actionObjectOrderSlipAddAfter' => 'slipAdded',
        'actionObjectOrderUpdateAfter' => 'orderSaved',
        'actionObjectOrderPaymentAddAfter' => 'paymentAdded',
        'actionObjectOrderCarrierAddAfter' => 'partOfOrderSaved',
        'actionObjectOrderCarrierUpdateAfter' => 'partOfOrderSaved',
        'actionObjectOrderCartRuleAddAfter' => 'partOfOrderSaved',
        'actionObjectProductAddAfter' => 'productSaved',
        'actionObjectProductUpdateAfter' => 'productSaved',
        'actionObjectProductDeleteAfter' => 'productDeleted',
        'actionObjectCombinationAddAfter' => 'partOfProductSaved',
        'actionObjectCombinationUpdateAfter' => 'partOfProductSaved',
        'actionObjectCombinationDeleteAfter' => 'partOfProductSaved',
        'actionObjectSpecificPriceAddAfter' => 'partOfProductSaved',
        'actionObjectSpecificPriceUpdateAfter' => 'partOfProductSaved',
        'actionObjectSpecificPriceDeleteAfter' => 'partOfProductSaved',
        'actionObjectStockAvailableAddAfter' => 'stockSaved',
        'actionObjectStockAvailableUpdateAfter' => 'stockSaved',
        'actionObjectCustomerAddAfter' => 'customerSaved',
        'actionObjectCustomerUpdateAfter' => 'customerSaved',
        'actionObjectAddressAddAfter' => 'addressSaved',
        'actionObjectAddressUpdateAfter' => 'addressSaved',
        'actionObjectAddressDeleteAfter' => 'addressSaved',
    ];

    /** PrestaShop's class in a hook's name => the kind of entity; every other hook is about an order. */
    const KINDS = [
        'Product' => 'product',
        'Combination' => 'product',
        'SpecificPrice' => 'product',
        'StockAvailable' => 'stock',
        'Customer' => 'customer',
        'Address' => 'customer',
    ];

    /** @var Shops */
    private $shops;

    public function __construct(Shops $shops)
    {
        $this->shops = $shops;
    }

    /**
     * @param array<string, mixed> $params
     *
     * @return Happening[]
     */
    public function read(string $hook, array $params): array
    {
        $method = self::HOOKS[$hook];

        return array_filter($this->$method($params), static function (Happening $happening): bool {
            return $happening->id > 0;
        });
    }

    /** The kind of entity that a hook is about: a cheap question before anything is read. */
    public static function kind(string $hook): string
    {
        foreach (self::KINDS as $word => $kind) {
            if (strpos($hook, 'actionObject' . $word) === 0) {
                return $kind;
            }
        }

        return 'order';
    }

    private function created(array $params): array
    {
        $orders = isset($params['orders']) && is_array($params['orders']) ? $params['orders'] : [];
        if ($orders === [] && isset($params['order'])) {
            $orders = [$params['order']];
        }

        return array_map(static function ($order): Happening {
            return new Happening('order.created', (int) $order->id, [(int) $order->id_shop]);
        }, $orders);
    }

    private function stateChanged(array $params): array
    {
        $state = isset($params['newOrderStatus']) ? (int) $params['newOrderStatus']->id : null;

        return [$this->changedTo((int) $params['id_order'], $state)];
    }

    private function historyAdded(array $params): array
    {
        $history = $params['order_history'];

        return [$this->changedTo((int) $history->id_order, (int) $history->id_order_state)];
    }

    private function changedTo(int $idOrder, ?int $state): Happening
    {
        return new Happening('order.state_changed', $idOrder, $this->shops->ofOrder($idOrder), $state);
    }

    private function orderGiven(array $params): array
    {
        return [new Happening('order.updated', (int) $params['order']->id, [(int) $params['order']->id_shop])];
    }

    private function orderSaved(array $params): array
    {
        return $this->orderGiven(['order' => $params['object']]);
    }

    private function refunded(array $params): array
    {
        return [new Happening('order.refunded', (int) $params['order']->id, [(int) $params['order']->id_shop])];
    }

    private function slipAdded(array $params): array
    {
        $idOrder = (int) $params['object']->id_order;

        return [new Happening('order.refunded', $idOrder, $this->shops->ofOrder($idOrder))];
    }

    private function partOfOrderSaved(array $params): array
    {
        $idOrder = (int) $params['object']->id_order;

        return [new Happening('order.updated', $idOrder, $this->shops->ofOrder($idOrder))];
    }

    private function paymentAdded(array $params): array
    {
        $happenings = [];
        foreach ($this->shops->ofReference((string) $params['object']->order_reference) as $idOrder => $idShop) {
            $happenings[] = new Happening('order.updated', $idOrder, [$idShop]);
        }

        return $happenings;
    }

    private function productSaved(array $params): array
    {
        return [new Happening('product.saved', (int) $params['object']->id, $this->shops->all())];
    }

    private function productDeleted(array $params): array
    {
        return [new Happening('product.deleted', (int) $params['object']->id, $this->shops->all())];
    }

    private function partOfProductSaved(array $params): array
    {
        return [new Happening('product.saved', (int) $params['object']->id_product, $this->shops->all())];
    }

    private function stockSaved(array $params): array
    {
        $stock = $params['object'];
        $shops = $this->shops->ofStock((int) $stock->id_shop, (int) $stock->id_shop_group);

        return [new Happening('stock.changed', (int) $stock->id, $shops, null, (int) $stock->id_product)];
    }

    private function customerSaved(array $params): array
    {
        return [new Happening('customer.saved', (int) $params['object']->id, $this->shops->ofCustomer((int) $params['object']->id))];
    }

    /** An address of a supplier, a manufacturer or a warehouse has no customer. */
    private function addressSaved(array $params): array
    {
        $idCustomer = (int) $params['object']->id_customer;

        return $idCustomer > 0 ? [new Happening('customer.saved', $idCustomer, $this->shops->ofCustomer($idCustomer))] : [];
    }
}
