<?php

declare(strict_types=1);

namespace Orderbro;

/**
 * What Orderbro's webservice key may do: everything that the product reads or writes, and nothing else. Never DELETE on what the books
 * rest on. A write is a PATCH, because PUT empties what it does not name (prestashop.md 1.1); only PrestaShop 1.7, which knows no PATCH, is
 * given PUT, where Orderbro reads an entry whole before it puts it back. Never on orders: a PUT would set their state anew, and mail.
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

    const PUT_INSTEAD_OF_PATCH = ['products', 'combinations', 'stock_availables', 'specific_prices', 'order_carriers'];
    const PATCH_SINCE = '8.0.0';

    /**
     * As WebserviceKey::setPermissionForAccount takes them. Resources that this PrestaShop does not have it leaves out itself.
     *
     * @param string $version PrestaShop's
     *
     * @return array<string, array<string, string>> resource => method => anything
     */
    public static function all(string $version): array
    {
        $permissions = [];
        foreach (self::READ as $resource) {
            $permissions[$resource] = ['GET' => 'on'];
        }
        foreach (self::WRITE as $resource => $methods) {
            $permissions[$resource] += array_fill_keys($methods, 'on');
        }

        if (version_compare($version, self::PATCH_SINCE, '<')) {
            foreach (self::PUT_INSTEAD_OF_PATCH as $resource) {
                $permissions[$resource]['PUT'] = 'on';
            }
        }

        return $permissions;
    }
}
