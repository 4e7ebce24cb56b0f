<?php

declare(strict_types=1);

class Shop
{
    const SHARE_CUSTOMER = 'share_customer';
    const SHARE_STOCK = 'share_stock';
    const CONTEXT_SHOP = 1;
    const CONTEXT_GROUP = 2;
    const CONTEXT_ALL = 4;

    /** @var array<int, int> id_shop => id_shop_group */
    public static $groups = [1 => 1];
    /** @var int[] groups that share customers */
    public static $sharing = [];
    /** @var int|null the context's shop; null: all shops */
    public static $context = 1;

    public static function isFeatureActive()
    {
        return count(self::$groups) > 1;
    }

    public static function getContext()
    {
        return self::$context === null ? self::CONTEXT_ALL : self::CONTEXT_SHOP;
    }

    public static function getContextShopID($nullWithoutMultishop = false)
    {
        return self::$context;
    }

    public static function getShops($active = true, $idShopGroup = null, $getAsListId = false)
    {
        $shops = [];
        foreach (self::$groups as $shop => $group) {
            if ($idShopGroup === null || $idShopGroup === $group) {
                $shops[$shop] = $shop;
            }
        }

        return $shops;
    }

    public static function getGroupFromShop($idShop, $asId = true)
    {
        return self::$groups[$idShop];
    }

    public static function getSharedShops($idShop, $type)
    {
        $group = self::$groups[$idShop];
        $shares = $type === self::SHARE_CUSTOMER && in_array($group, self::$sharing, true);

        return $shares ? array_keys(self::$groups, $group, true) : [$idShop];
    }
}
