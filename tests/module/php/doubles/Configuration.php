<?php

declare(strict_types=1);

/**
 * PrestaShop's configuration: a value of a shop goes before one of its group, that before the installation's.
 */
class Configuration
{
    /** @var array<string, array<string, string>> key => scope => value */
    public static $values = [];

    public static function get($key, $idLang = null, $idShopGroup = null, $idShop = null, $default = false)
    {
        if ($idShop === null && Shop::isFeatureActive()) {
            $idShop = Shop::getContextShopID();
        }
        foreach (["shop $idShop", 'global'] as $scope) {
            if (isset(self::$values[$key][$scope]) && ($scope === 'global' || Shop::isFeatureActive())) {
                return self::$values[$key][$scope];
            }
        }

        return $default;
    }

    public static function getGlobalValue($key, $idLang = null)
    {
        return isset(self::$values[$key]['global']) ? self::$values[$key]['global'] : false;
    }

    public static function updateValue($key, $values, $html = false, $idShopGroup = null, $idShop = null)
    {
        // Without multistore everything is the installation's, whatever shop is named.
        self::$values[$key][$idShop !== null && Shop::isFeatureActive() ? "shop $idShop" : 'global'] = (string) $values;

        return true;
    }

    public static function updateGlobalValue($key, $values, $html = false)
    {
        self::$values[$key]['global'] = (string) $values;

        return true;
    }

    public static function deleteByName($key)
    {
        unset(self::$values[$key]);

        return true;
    }
}
