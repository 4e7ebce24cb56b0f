<?php

declare(strict_types=1);

namespace Orderbro\Tests;

use Context;
use Db;
use Module;
use Orderbro;
use Orderbro\Services;
use Orderbro\SettingsPage;
use ReflectionProperty;
use Smarty;
use Tools;
use WebserviceKey;

/**
 * The installed module with its page, rendered by the real Smarty.
 */
abstract class PageTestCase extends ModuleTestCase
{
    /** @var Orderbro */
    protected $module;
    /** @var ScriptedService */
    protected $service;

    protected function setUp(): void
    {
        parent::setUp();
        WebserviceKey::createTables();
        Module::createTables();
        WebserviceKey::$fails = false;
        Module::$registered = [];
        Module::$refusedHook = null;
        Tools::$submitted = [];
        Context::getContext()->language->iso_code = 'en';
        Context::getContext()->shop->id = 1;
        $current = new ReflectionProperty(Services::class, 'current');
        $current->setAccessible(true);
        $current->setValue(null, $this->services);
        $this->service = new ScriptedService();
        $this->module = new Orderbro();
    }

    /**
     * The page after a form of it was sent.
     *
     * @param array<string, mixed> $submitted
     */
    protected function page(array $submitted = []): string
    {
        require_once '/usr/share/php/smarty4/Smarty.class.php';
        $smarty = new Smarty();
        $smarty->setCompileDir(sys_get_temp_dir() . '/orderbro-smarty-' . getmypid());
        Context::getContext()->smarty = $smarty;
        Tools::$submitted = $submitted;

        return (new SettingsPage($this->module, Context::getContext(), $this->services))->render($this->service, (int) $this->now);
    }

    /** The sentence of the alert at the top. */
    protected function answer(array $submitted): string
    {
        preg_match('#<div class="alert alert-(?:success|danger)">(.*?)</div>#', $this->page($submitted), $found);

        return html_entity_decode($found[1], ENT_QUOTES);
    }

    protected function rowsIn(string $table): int
    {
        return (int) Db::getInstance()->getValue('SELECT COUNT(*) FROM `ps_' . $table . '`');
    }

    public static function tearDownAfterClass(): void
    {
        $folder = sys_get_temp_dir() . '/orderbro-smarty-' . getmypid();
        array_map('unlink', glob($folder . '/*') ?: []);
        is_dir($folder) && rmdir($folder);
    }
}
