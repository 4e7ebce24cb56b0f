<?php

if (!defined('_PS_VERSION_')) {
    exit;
}

require_once __DIR__ . '/autoload.php';

/**
 * Orderbro: tells the bridge to Hogia Smart what happens in the shop, by signed webhooks.
 */
class Orderbro extends Module
{
    use \Orderbro\HookMethods;

    public function __construct()
    {
        $this->name = 'orderbro';
        $this->tab = 'billing_invoicing';
        $this->version = '1.0.0';  // also in src/Version.php: PrestaShop reads this line without running it
        $this->author = 'Orderbro';
        $this->need_instance = 0;
        $this->bootstrap = true;
        $this->ps_versions_compliancy = ['min' => '1.7.6.0', 'max' => '9.99.99'];
        parent::__construct();
        $texts = new \Orderbro\Texts($this);
        $this->displayName = $texts->of('name');
        $this->description = $texts->of('description');
        $this->confirmUninstall = $texts->of('confirm_uninstall');
    }

    public function install()
    {
        try {
            return parent::install() && $this->installer()->install($this);
        } catch (\Throwable $failure) {
            return $this->failed('installation', $failure);
        }
    }

    public function uninstall()
    {
        try {
            $newHooks = \Orderbro\Services::current()->settings->shared(\Orderbro\Settings::NEW_HOOKS);
            $this->installer()->uninstall();
            if (!parent::uninstall()) {
                return false;
            }
            $this->installer()->forgetHooks($newHooks);
        } catch (\Throwable $failure) {
            return $this->failed('uninstallation', $failure);
        }

        return true;
    }

    /** What upgrade/ calls. */
    public function upgradeTo()
    {
        try {
            return $this->installer()->upgrade($this);
        } catch (\Throwable $failure) {
            return $this->failed('upgrade', $failure);
        }
    }

    public function getContent()
    {
        return (new \Orderbro\SettingsPage($this, $this->context, \Orderbro\Services::current()))->render();
    }

    private function installer()
    {
        return new \Orderbro\Installer(\Orderbro\Services::current());
    }

    private function failed($what, \Throwable $failure)
    {
        \Orderbro\Log::failure($what, $failure);
        $this->_errors[] = (new \Orderbro\Texts($this))->of('failed', $what, get_class($failure));

        return false;
    }
}
