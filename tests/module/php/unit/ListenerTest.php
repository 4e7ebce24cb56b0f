<?php

declare(strict_types=1);

namespace Orderbro\Tests;

use Orderbro\HookReader;
use Orderbro\Listener;
use Orderbro\Origin;

final class ListenerTest extends ModuleTestCase
{
    protected function setUp(): void
    {
        parent::setUp();
        $this->configure();
        $this->db->execute("INSERT INTO `ps_orders` VALUES (42, 1, 'ABCDEFGHI'), (43, 1, 'ABCDEFGHI'), (44, 2, 'XKBKNABJK')");
        $this->db->execute('INSERT INTO `ps_customer` VALUES (5, 1), (6, 2)');
    }

    private function hear(string $hook, array $params, ?Origin $origin = null): array
    {
        $origin = $origin === null ? new Origin(false, [], [], '') : $origin;
        $listener = new Listener(
            $this->services->outbox,
            new HookReader($this->services->shops),
            $this->services->settings,
            $this->services->shops,
            $origin
        );

        return $listener->hear($hook, $params, self::NOW);
    }

    /**
     * @dataProvider hooks
     */
    public function testAHookBecomesTheNoticeOfItsEntity(string $hook, array $params, array $told): void
    {
        $this->hear($hook, $params);

        self::assertSame($told, $this->told());
    }

    public function hooks(): array
    {
        $order = (object) ['id' => '42', 'id_shop' => '1'];
        $second = (object) ['id' => 43, 'id_shop' => 1];
        $ofOrder = (object) ['id' => 9, 'id_order' => '42'];
        $ofProduct = (object) ['id' => 9, 'id_product' => '20'];
        $stock = (object) ['id' => 72, 'id_product' => 20, 'id_shop' => 1, 'id_shop_group' => 0];
        $customer = (object) ['id' => 5];
        $address = (object) ['id' => 8, 'id_customer' => '5'];
        $state = (object) ['id' => '2'];
        $payment = (object) ['id' => 3, 'order_reference' => 'ABCDEFGHI'];
        $product = (object) ['id' => 20];

        return [
            'a new order before 8.0' => ['actionValidateOrder', ['order' => $order], ['order.created 42']],
            'every order of a split cart' => [
                'actionValidateOrderAfter',
                ['orders' => [$order, $second], 'order' => $second],
                ['order.created 42', 'order.created 43'],
            ],
            'a failed cart has no order' => ['actionValidateOrderAfter', ['orders' => [], 'order' => null], []],
            'a state' => ['actionOrderStatusPostUpdate', ['id_order' => '42', 'newOrderStatus' => $state], ['order.state_changed 42']],
            'a state without a name' => ['actionOrderStatusPostUpdate', ['id_order' => 42], ['order.state_changed 42']],
            'a history row' => [
                'actionOrderHistoryAddAfter',
                ['order_history' => (object) ['id_order' => 42, 'id_order_state' => 2]],
                ['order.state_changed 42'],
            ],
            'edited in the back office' => ['actionOrderEdited', ['order' => $order], ['order.updated 42']],
            'another address' => ['actionObjectOrderUpdateAfter', ['object' => $order], ['order.updated 42']],
            'a payment, of all orders of its reference' => [
                'actionObjectOrderPaymentAddAfter',
                ['object' => $payment],
                ['order.updated 42', 'order.updated 43'],
            ],
            'a payment that belongs to no order' => [
                'actionObjectOrderPaymentAddAfter',
                ['object' => (object) ['id' => 3, 'order_reference' => null]],
                [],
            ],
            'a tracking number' => ['actionObjectOrderCarrierUpdateAfter', ['object' => $ofOrder], ['order.updated 42']],
            'a discount afterwards' => ['actionObjectOrderCartRuleAddAfter', ['object' => $ofOrder], ['order.updated 42']],
            'a credit slip' => ['actionOrderSlipAdd', ['order' => $order], ['order.refunded 42']],
            'a credit slip of the webservice' => ['actionObjectOrderSlipAddAfter', ['object' => $ofOrder], ['order.refunded 42']],
            'an order that is in no table' => ['actionOrderStatusPostUpdate', ['id_order' => 999, 'newOrderStatus' => $state], []],
            'a new product' => ['actionObjectProductAddAfter', ['object' => $product], ['product.saved 20']],
            'a product' => ['actionObjectProductUpdateAfter', ['object' => $product], ['product.saved 20']],
            'a deleted product' => ['actionObjectProductDeleteAfter', ['object' => $product], ['product.deleted 20']],
            'a combination' => ['actionObjectCombinationUpdateAfter', ['object' => $ofProduct], ['product.saved 20']],
            'a deleted combination' => ['actionObjectCombinationDeleteAfter', ['object' => $ofProduct], ['product.saved 20']],
            'a campaign price' => ['actionObjectSpecificPriceAddAfter', ['object' => $ofProduct], ['product.saved 20']],
            'a price rule of no product' => ['actionObjectSpecificPriceAddAfter', ['object' => (object) ['id' => 9, 'id_product' => 0]], []],
            'stock' => ['actionObjectStockAvailableUpdateAfter', ['object' => $stock], ['stock.changed 72']],
            'a customer' => ['actionObjectCustomerUpdateAfter', ['object' => $customer], ['customer.saved 5']],
            'an address' => ['actionObjectAddressUpdateAfter', ['object' => $address], ['customer.saved 5']],
            'an address of a supplier' => ['actionObjectAddressUpdateAfter', ['object' => (object) ['id' => 8, 'id_customer' => 0]], []],
        ];
    }

    public function testEveryHookIsReadAndHasAnExample(): void
    {
        foreach (HookReader::HOOKS as $hook => $method) {
            self::assertTrue(method_exists(HookReader::class, $method), $hook);
        }
        self::assertSame([], array_diff(['product', 'stock', 'customer', 'order'], array_map([HookReader::class, 'kind'], array_keys(HookReader::HOOKS))));
    }

    public function testTheNoticeOfAStateNamesTheState(): void
    {
        $this->hear('actionOrderStatusPostUpdate', ['id_order' => 42, 'newOrderStatus' => (object) ['id' => 4]]);

        self::assertStringContainsString('"data":{"id":42,"id_shop":1,"state":4}', $this->waiting()[0]->body());
    }

    public function testTheNoticeOfStockNamesStockRecordAndProduct(): void
    {
        $this->hear('actionObjectStockAvailableUpdateAfter', [
            'object' => (object) ['id' => 72, 'id_product' => 20, 'id_shop' => 1, 'id_shop_group' => 0],
        ]);

        self::assertStringContainsString('"data":{"id":72,"id_shop":1,"product":20}', $this->waiting()[0]->body());
    }

    public function testAStateThatIsToldBeforeAndAfterItsHistoryRowIsOneNoticeOfTwoVersions(): void
    {
        $this->hear('actionOrderStatusPostUpdate', ['id_order' => 42, 'newOrderStatus' => (object) ['id' => 2]]);
        $this->hear('actionOrderHistoryAddAfter', ['order_history' => (object) ['id_order' => 42, 'id_order_state' => 2]]);

        self::assertSame([2], array_column($this->waiting(), 'version'));
    }

    public function testAShopWithoutAnAddressWritesNothing(): void
    {
        $settings = $this->services->settings->of(1);
        $settings->url = '';
        $this->services->settings->save($settings);

        $told = $this->hear('actionOrderEdited', ['order' => (object) ['id' => 42, 'id_shop' => 1]]);

        self::assertSame([[], []], [$told, $this->told()]);
    }

    public function testOnlyChosenKindsAreSentAndOrdersAlways(): void
    {
        $settings = $this->services->settings->of(1);
        $settings->send = ['product' => false, 'stock' => false, 'customer' => false];
        $this->services->settings->save($settings);

        foreach ($this->hooks() as list($hook, $params)) {
            $this->hear($hook, $params);
        }

        self::assertSame(['order'], array_values(array_unique(array_map(static function ($row): string {
            return $row->notice->kind();
        }, $this->waiting()))));
    }

    public function testInMultistoreAnOrderIsToldToItsOwnShopAndAProductToAll(): void
    {
        $this->makeMultistore();

        $order = $this->hear('actionOrderStatusPostUpdate', ['id_order' => 44, 'newOrderStatus' => (object) ['id' => 2]]);
        $product = $this->hear('actionObjectProductUpdateAfter', ['object' => (object) ['id' => 20]]);

        self::assertSame([[2], [1, 2]], [$order, $product]);
        self::assertSame(['product.saved 20'], $this->told(1));
        self::assertSame(['order.state_changed 44', 'product.saved 20'], $this->told(2));
    }

    public function testAShopThatInheritsTheFirstShopsSettingsIsNotConnected(): void
    {
        \Shop::$groups = [1 => 1, 2 => 1];  // multistore is switched on: shop 2 reads the installation's values

        $this->hear('actionOrderStatusPostUpdate', ['id_order' => 44, 'newOrderStatus' => (object) ['id' => 2]]);

        self::assertSame([], $this->told(2));
        self::assertTrue($this->services->settings->of(1)->isComplete());
    }

    public function testSharedStockAndSharedCustomersAreToldToTheGroup(): void
    {
        $this->makeMultistore();
        \Shop::$sharing = [1];

        $this->hear('actionObjectStockAvailableUpdateAfter', [
            'object' => (object) ['id' => 72, 'id_product' => 20, 'id_shop' => 0, 'id_shop_group' => 1],
        ]);
        $this->hear('actionObjectCustomerUpdateAfter', ['object' => (object) ['id' => 6]]);

        self::assertSame(['stock.changed 72', 'customer.saved 6'], $this->told(1));
        self::assertSame($this->told(1), $this->told(2));
    }

    private function makeMultistore(): void
    {
        \Shop::$groups = [1 => 1, 2 => 1];
        $this->configure(1);
        $this->configure(2, 'https://bro.example/webhooks/prestashop/acme-no');
    }

    public function testWhatOrderbroItselfWroteIsMarkedForOrdersAndNotToldForProductsAndStock(): void
    {
        $origin = new Origin(true, ['PHP_AUTH_USER' => 'OUR-KEY'], [], hash('sha256', 'OUR-KEY'));

        foreach ($this->hooks() as list($hook, $params)) {
            $this->hear($hook, $params, $origin);
        }

        self::assertEqualsCanonicalizing(['customer', 'order'], array_unique(array_map(static function ($row): string {
            return $row->notice->kind();
        }, $this->waiting())));
        self::assertNotContains(false, array_column(array_column($this->waiting(), 'notice'), 'echo'));
    }

    /**
     * @dataProvider requests
     */
    public function testACallIsOrderbrosOwnByItsKey(bool $isWebservice, array $server, array $query, string $hash, bool $own): void
    {
        self::assertSame($own, (new Origin($isWebservice, $server, $query, $hash))->isOwn());
    }

    public function requests(): array
    {
        $hash = hash('sha256', 'OUR-KEY');

        return [
            'basic' => [true, ['PHP_AUTH_USER' => 'OUR-KEY'], [], $hash, true],
            'basic behind php-cgi' => [true, ['HTTP_AUTHORIZATION' => 'Basic ' . base64_encode('OUR-KEY:')], [], $hash, true],
            'renamed by Apache' => [true, ['REDIRECT_HTTP_AUTHORIZATION' => 'basic ' . base64_encode('OUR-KEY:')], [], $hash, true],
            'in the address' => [true, [], ['ws_key' => 'OUR-KEY'], $hash, true],
            "somebody else's" => [true, ['PHP_AUTH_USER' => 'THEIR-KEY'], [], $hash, false],
            'before 8.1' => [
                false,
                ['PHP_AUTH_USER' => 'OUR-KEY', 'SCRIPT_FILENAME' => '/var/www/shop/webservice/dispatcher.php'],
                [],
                $hash,
                true,
            ],
            'before 8.1 on Windows' => [
                false,
                ['PHP_AUTH_USER' => 'OUR-KEY', 'SCRIPT_FILENAME' => 'C:\\shop\\webservice\\dispatcher.php'],
                [],
                $hash,
                true,
            ],
            'another page' => [false, ['PHP_AUTH_USER' => 'OUR-KEY', 'SCRIPT_FILENAME' => '/var/www/shop/index.php'], [], $hash, false],
            'no webservice call' => [false, ['PHP_AUTH_USER' => 'OUR-KEY'], [], $hash, false],
            'our key is not known' => [true, ['PHP_AUTH_USER' => ''], [], '', false],
            'no key' => [true, [], [], $hash, false],
            'a key that is a list' => [true, [], ['ws_key' => ['OUR-KEY']], $hash, false],
        ];
    }
}
