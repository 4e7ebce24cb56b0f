<?php

declare(strict_types=1);

namespace Orderbro;

use Module;

/**
 * Brings the module in and leaves the shop as it was.
 */
final class Installer
{
    /** @var Services */
    private $services;

    public function __construct(Services $services)
    {
        $this->services = $services;
    }

    /** Tables, hooks, a token for the cron URL and a secret for every shop. What is there already is kept. */
    public function install(Module $module): bool
    {
        $settings = $this->services->settings;
        $this->services->schema->ensure();
        if ($settings->shared(Settings::CRON_TOKEN) === '') {
            $settings->share(Settings::CRON_TOKEN, bin2hex(random_bytes(16)));
        }
        foreach ($this->services->shops->all() as $idShop) {
            $settings->ready($idShop);
        }

        return $this->registerHooks($module);
    }

    /** After an upgrade: tables and hooks that a newer version has. The outbox stays as it is. */
    public function upgrade(Module $module): bool
    {
        $this->services->schema->ensure();

        return $this->registerHooks($module);
    }

    /** PrestaShop removes the hooks' registrations itself. */
    public function uninstall(): void
    {
        $this->access()->remove();
        $this->services->schema->drop();
        $this->services->settings->forget();
    }

    public function access(): WebserviceAccess
    {
        return new WebserviceAccess($this->services->settings, $this->services->database);
    }

    private function registerHooks(Module $module): bool
    {
        foreach (array_keys(HookReader::HOOKS) as $hook) {
            if (!$module->registerHook($hook)) {
                return false;
            }
        }

        return true;
    }
}
