<?php

declare(strict_types=1);

namespace Orderbro;

/**
 * What Orderbro's webservice key may do: everything that the product reads or writes, and nothing else. Never DELETE on what the books rest
 * on. PrestaShop grants PATCH apart from PUT; a write is a PATCH, because PUT empties what it does not name (prestashop.md 1.1).
 */
final class Permissions
{
    const READ = [
        'addresses',
        'carriers',
        'cart_rules',
        'categories',
        'combinations',
        'configurations',
        'countries',
        'currencies',
        'customers',
        'customizations',
        'groups',
        'languages',
        'messages',
        'order_carriers',
        'order_cart_rules',
        'order_details',
        'order_histories',
        'order_invoices',
        'order_payments',
        'order_slip',
        'order_states',
        'orders',
        'product_option_values',
        'product_options',
        'products',
        'shop_groups',
        'shops',
        'specific_prices',
        'states',
        'stock_availables',
        'tax_rule_groups',
        'tax_rules',
        'taxes',
        'zones',
    ];

    const WRITE = [
        'order_histories' => ['POST'],                          // the order's state
        'order_carriers' => ['PATCH'],                          // the tracking number
        'orders' => ['PATCH'],                                  // the note with the invoice's number
        'products' => ['POST', 'PATCH'],                        // articles of Hogia, their prices
        'combinations' => ['PATCH'],                            // their prices
        'stock_availables' => ['PATCH'],                        // stock
        'specific_prices' => ['POST', 'PATCH', 'DELETE'],       // campaign prices
    ];

    /**
     * As WebserviceKey::setPermissionForAccount takes them. Resources that this PrestaShop does not have it leaves out itself.
     *
     * @return array<string, array<string, string>> resource => method => anything
     */
    public static function all(): array
    {
        $permissions = [];
        foreach (self::READ as $resource) {
            $permissions[$resource] = ['GET' => 'on'];
        }
        foreach (self::WRITE as $resource => $methods) {
            $permissions[$resource] += array_fill_keys($methods, 'on');
        }

        return $permissions;
    }
}
