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

    /** What is the module's own. PrestaShop then removes the hooks' registrations itself. */
    public function uninstall(): void
    {
        $this->access()->remove();
        $this->services->schema->drop();
        $this->services->settings->forget();
    }

    /** The hooks that nobody but this module has heard: PrestaShop makes a row for each when it is registered, and leaves it behind. */
    public function forgetHooks(string $names): void
    {
        $database = $this->services->database;
        foreach (array_filter(explode(',', $names), 'strlen') as $name) {
            $database->execute(
                'DELETE FROM ' . $database->table('hook') . ' WHERE `name` = ' . $database->text($name)
                . ' AND `id_hook` NOT IN (SELECT `id_hook` FROM ' . $database->table('hook_module') . ')'
            );
        }
    }

    public function access(): WebserviceAccess
    {
        return new WebserviceAccess($this->services->settings, $this->services->database);
    }

    private function registerHooks(Module $module): bool
    {
        $this->noteNewHooks();
        foreach (array_keys(HookReader::HOOKS) as $hook) {
            if (!$module->registerHook($hook)) {
                return false;
            }
        }

        return true;
    }

    private function noteNewHooks(): void
    {
        $settings = $this->services->settings;
        $hooks = $this->services->database->rows('SELECT `name` FROM ' . $this->services->database->table('hook'));
        $new = array_udiff(array_keys(HookReader::HOOKS), array_column($hooks, 'name'), 'strcasecmp');
        $known = array_filter(explode(',', $settings->shared(Settings::NEW_HOOKS)), 'strlen');
        $settings->share(Settings::NEW_HOOKS, implode(',', array_unique(array_merge($known, $new))));
    }
}
