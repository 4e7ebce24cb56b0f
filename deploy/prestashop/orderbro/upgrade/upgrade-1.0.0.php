<?php

if (!defined('_PS_VERSION_')) {
    exit;
}

/**
 * From a version before 1.0: adds what tables and hooks lack. What waits in the outbox stays there.
 *
 * @param Orderbro $module
 *
 * @return bool
 */
function upgrade_module_1_0_0($module)
{
    return $module->upgradeTo();
}
