<?php

declare(strict_types=1);

namespace Orderbro\Tests;

use Configuration;
use Module;
use Orderbro;
use Orderbro\HookReader;
use Orderbro\Log;
use Orderbro\Secret;
use Orderbro\Settings;
use Orderbro\Version;
use PrestaShopLogger;
use ReflectionProperty;
use Shop;

final class InstallationTest extends PageTestCase
{
    public function testInstallationMakesTablesASecretATokenAndEveryHook(): void
    {
        $this->services->schema->drop();

        self::assertTrue($this->module->install());

        $settings = $this->services->settings->of(1);
        self::assertSame(Secret::BYTES, strlen(Secret::bytes($settings->secret)));
        self::assertMatchesRegularExpression('/^[0-9a-f]{32}$/', $this->services->settings->shared(Settings::CRON_TOKEN));
        self::assertSame(array_keys(HookReader::HOOKS), array_keys(Module::$registered));
        self::assertSame([], $this->told());
    }

    public function testEveryShopHasASecretOfItsOwn(): void
    {
        Shop::$groups = [1 => 1, 2 => 1];

        $this->module->install();

        self::assertNotSame($this->services->settings->of(1)->secret, $this->services->settings->of(2)->secret);
    }

    /**
     * @dataProvider switches
     */
    public function testUninstallationLeavesNothing(array $configuration): void
    {
        Configuration::$values = $configuration;
        $before = Configuration::$values;
        $this->module->install();
        $this->configure();
        $this->page(['submitOrderbroCreateKey' => '1']);

        self::assertTrue($this->module->uninstall());

        self::assertSame($before, Configuration::$values);
        self::assertSame([0, 0, 0], array_map([$this, 'rowsIn'], ['webservice_account', 'webservice_account_shop', 'webservice_permission']));
        self::assertFalse($this->db->executeS('SELECT * FROM `ps_orderbro_outbox`'));
        self::assertFalse($this->db->executeS('SELECT * FROM `ps_orderbro_delivery`'));
        self::assertSame([], Module::$registered);
        self::assertSame(['actionOrderEdited'], array_column($this->db->executeS('SELECT `name` FROM `ps_hook`'), 'name'));
    }

    public function testUninstallationLeavesHooksThatOtherModulesHearToo(): void
    {
        $this->module->install();
        $this->db->execute("INSERT INTO `ps_hook_module` SELECT 2, `id_hook` FROM `ps_hook` WHERE `name` = 'actionObjectOrderUpdateAfter'");

        $this->module->uninstall();

        self::assertSame(
            ['actionOrderEdited', 'actionObjectOrderUpdateAfter'],
            array_column($this->db->executeS('SELECT `name` FROM `ps_hook` ORDER BY `id_hook`'), 'name')
        );
    }

    public function switches(): array
    {
        return ['the webservice was off' => [['PS_WEBSERVICE' => ['global' => '0']]], 'it was never switched' => [[]]];
    }

    public function testUninstallationLeavesOtherPeoplesKeysAndTheirWebserviceAlone(): void
    {
        $this->db->execute("INSERT INTO `ps_webservice_account` VALUES (7, 'THEIRS', 'other', 1)");
        $this->module->install();
        $this->page(['submitOrderbroCreateKey' => '1']);

        $this->module->uninstall();

        self::assertSame(1, $this->rowsIn('webservice_account'));
        self::assertSame('1', Configuration::getGlobalValue('PS_WEBSERVICE'));
    }

    public function testAnUpgradeKeepsTheOutboxAndTheSecret(): void
    {
        $this->module->install();
        $secret = $this->services->settings->of(1)->secret;
        $this->put('order.created', 42);
        Module::$registered = [];
        require_once MODULE . 'upgrade/upgrade-1.0.0.php';

        self::assertTrue(upgrade_module_1_0_0($this->module));

        self::assertSame(['order.created 42'], $this->told());
        self::assertSame($secret, $this->services->settings->of(1)->secret);
        self::assertCount(count(HookReader::HOOKS), Module::$registered);
    }

    public function testAnInstallationThatFailsSaysSo(): void
    {
        Module::$refusedHook = 'actionOrderEdited';

        self::assertFalse($this->module->install());
    }

    public function testTheVersionIsTheSameEverywhere(): void
    {
        $configuration = simplexml_load_file(MODULE . 'config.xml');

        self::assertSame([Version::MODULE, Version::MODULE], [$this->module->version, (string) $configuration->version]);
    }

    public function testEveryFolderHidesItsContents(): void
    {
        $folders = [MODULE];
        foreach (new \RecursiveIteratorIterator(new \RecursiveDirectoryIterator(MODULE, \FilesystemIterator::SKIP_DOTS), 1) as $entry) {
            if ($entry->isDir()) {
                $folders[] = $entry->getPathname() . '/';
            }
        }
        foreach ($folders as $folder) {
            self::assertFileExists($folder . 'index.php');
        }
    }

    public function testAHookWritesWhatItHears(): void
    {
        $this->module->install();
        $this->configure();

        $this->module->hookActionOrderEdited(['order' => (object) ['id' => 42, 'id_shop' => 1]]);

        self::assertSame(['order.updated 42'], $this->told());
    }

    /**
     * @dataProvider whatGoesWrongInAHook
     */
    public function testNothingThatGoesWrongInAHookReachesTheCheckout(callable $trouble, $params): void
    {
        $this->module->install();
        $this->configure();
        $written = new ReflectionProperty(Log::class, 'written');
        $written->setAccessible(true);
        $written->setValue(null, []);
        $trouble($this);

        foreach (array_keys(HookReader::HOOKS) as $hook) {
            $this->module->{'hook' . ucfirst($hook)}($params);
        }

        self::assertSame([], preg_grep('/secret|SELECT|INSERT/', PrestaShopLogger::$messages));
    }

    public function whatGoesWrongInAHook(): array
    {
        $order = ['order' => (object) ['id' => 42, 'id_shop' => 1]];

        return [
            'no parameters' => [static function (): void {
            }, null],
            'parameters of another shape' => [static function (): void {
            }, ['order' => 'x', 'object' => null, 'id_order' => [], 'order_history' => 5, 'orders' => 'y', 'newOrderStatus' => 1]],
            'a table that cannot be made' => [static function (self $test): void {
                $test->services->schema->drop();
                $test->db->execute('CREATE VIEW `ps_orderbro_outbox` AS SELECT 1 AS `x`');
            }, $order],
            'a database that throws' => [static function (self $test): void {
                $test->services->schema->drop();
                $test->db->execute('CREATE VIEW `ps_orderbro_outbox` AS SELECT 1 AS `x`');
                $test->db->throws = true;
            }, $order],
        ];
    }

    protected function tearDown(): void
    {
        $this->db->throws = false;
        $this->db->execute('DROP VIEW IF EXISTS `ps_orderbro_outbox`');
        parent::tearDown();
    }

    public function testAFailureInAHookIsLoggedOnceWithoutWhatWasSent(): void
    {
        $this->module->install();
        $this->configure();
        $this->hear('actionOrderEdited', null, 2);

        self::assertCount(1, PrestaShopLogger::$messages);
        self::assertStringStartsWith('Orderbro: hook actionOrderEdited failed: ', PrestaShopLogger::$messages[0]);
    }

    private function hear(string $hook, $params, int $times): void
    {
        $written = new ReflectionProperty(Log::class, 'written');
        $written->setAccessible(true);
        $written->setValue(null, []);
        for ($time = 0; $time < $times; ++$time) {
            $this->module->{'hook' . ucfirst($hook)}($params);
        }
    }

    public function testOneShopsBrokenSecretDoesNotStopTheOthers(): void
    {
        Shop::$groups = [1 => 1, 2 => 1];
        $broken = $this->configure(1, 'http://127.0.0.1:1/webhooks/prestashop/one');
        $broken->secret = 'not base64!';
        $this->services->settings->save($broken);
        $this->configure(2, 'http://127.0.0.1:1/webhooks/prestashop/two');
        $this->put('order.created', 1, 1);
        $this->put('order.created', 2, 2);

        $reports = $this->services->deliverAll(10.0);

        self::assertSame(['failed', 'paused'], array_column(array_map('get_object_vars', $reports), 'end'));
        self::assertSame([0, 1], [$this->waiting(1)[0]->attempts, $this->waiting(2)[0]->attempts]);
    }

    public function testTheModulesNamesAreTranslated(): void
    {
        \Context::getContext()->language->iso_code = 'sv';

        self::assertStringContainsString('fakturorna', (new Orderbro())->description);
    }
}
