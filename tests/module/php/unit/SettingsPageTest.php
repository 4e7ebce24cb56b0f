<?php

declare(strict_types=1);

namespace Orderbro\Tests;

use Configuration;
use Context;
use Orderbro\Answer;
use Orderbro\Code;
use Orderbro\Permissions;
use Orderbro\Settings;
use Orderbro\SettingsForm;
use Orderbro\Signer;
use Orderbro\Texts;
use Shop;

final class SettingsPageTest extends PageTestCase
{
    protected function setUp(): void
    {
        parent::setUp();
        $this->module->install();
        $this->configure();
        $this->db->execute("INSERT INTO `ps_orders` VALUES (42, 1, 'ABCDEFGHI'), (44, 2, 'XKBKNABJK')");
    }

    private function form(array $changed = []): array
    {
        return $changed + [
            SettingsForm::SUBMIT => '1',
            SettingsForm::ADDRESS => self::URL,
            SettingsForm::PARK_DAYS => '3',
            SettingsForm::SEND . 'product' => '1',
            SettingsForm::SEND . 'stock' => '0',
            SettingsForm::SEND . 'customer' => '0',
            SettingsForm::WEBSERVICE_KEY => '',
        ];
    }

    public function testTheFormIsSavedForTheShop(): void
    {
        $answer = $this->answer($this->form());

        $settings = $this->services->settings->of(1);
        self::assertSame('The settings are saved.', $answer);
        self::assertSame([self::URL, 3], [$settings->url, $settings->parkDays]);
        self::assertSame(['product' => true, 'stock' => false, 'customer' => false], $settings->send);
    }

    /**
     * @dataProvider addresses
     */
    public function testAnAddressThatCannotWorkIsRefusedWithWhatIsWrong(string $address, string $said): void
    {
        $answer = $this->answer($this->form([SettingsForm::ADDRESS => $address]));

        self::assertStringContainsString($said, $answer);
        self::assertSame(self::URL, $this->services->settings->of(1)->url);
    }

    public function addresses(): array
    {
        return [
            ['bro.example', 'is not an address'],
            ['https://', 'is not an address'],
            ["https://bro.example/webhooks/prestashop/acme\nX: y", 'is not an address'],
            ['http://bro.example/webhooks/prestashop/acme', 'must begin with https'],
            ['ftp://bro.example/webhooks/prestashop/acme', 'must begin with https'],
            ['http://127.0.0.1.evil.example/webhooks/prestashop/acme', 'must begin with https'],
            ['https://user:pass@bro.example/webhooks/prestashop/acme', 'must not hold a user name'],
            ['https://bro.example/', 'must end with'],
            ['https://bro.example/webhooks/prestashop/', 'must end with'],
            ['https://bro.example/webhooks/prestashop/acme?x=1', 'must end with'],
        ];
    }

    /**
     * @dataProvider privateAddresses
     */
    public function testWithoutTlsOnlyPrivateAddressesAreGood(string $host): void
    {
        self::assertSame('The settings are saved.', $this->answer($this->form([SettingsForm::ADDRESS => "http://$host/webhooks/prestashop/acme"])));
    }

    public function privateAddresses(): array
    {
        return [['127.0.0.1:8000'], ['localhost'], ['[::1]:8000'], ['10.1.2.3'], ['192.168.0.9'], ['orderbro:8000'], ['bro.internal']];
    }

    public function testDaysAndKeyAreChecked(): void
    {
        self::assertStringContainsString('1 to 365', $this->answer($this->form([SettingsForm::PARK_DAYS => '0'])));
        self::assertStringContainsString('1 to 365', $this->answer($this->form([SettingsForm::PARK_DAYS => 'two'])));
        self::assertStringContainsString('32 letters', $this->answer($this->form([SettingsForm::WEBSERVICE_KEY => 'short'])));
    }

    public function testOfAKeyThatIsEnteredOnlyTheFingerprintIsKept(): void
    {
        $key = str_repeat('K', 32);

        $page = $this->page($this->form([SettingsForm::WEBSERVICE_KEY => $key]));

        self::assertSame(hash('sha256', $key), $this->services->settings->shared(Settings::KEY_HASH));
        self::assertStringNotContainsString($key, $page . json_encode(Configuration::$values));
    }

    public function testWhatWasEnteredIsShownEscaped(): void
    {
        $page = $this->page($this->form([SettingsForm::ADDRESS => '"><script>alert(1)</script>']));

        self::assertStringNotContainsString('<script>', $page);
    }

    public function testTheConnectionTestSendsASignedNoticeThatMeansNothing(): void
    {
        $answer = $this->answer(['submitOrderbroTest' => '1']);

        list($request) = $this->service->got;
        self::assertSame('Orderbro answered: address, shop key, secret and clock are right.', $answer);
        self::assertSame('module.test', json_decode($request['body'], true)['type']);
        self::assertNotEmpty($request['headers']['webhook-signature']);
    }

    public function testTheConnectionTestTellsWhetherThePreviousSecretCanBeDropped(): void
    {
        $this->page(['submitOrderbroExchange' => '1']);

        $this->page(['submitOrderbroTest' => '1']);

        $headers = $this->service->got[0]['headers'];
        $new = new Signer([$this->services->settings->of(1)->secret]);
        self::assertSame($headers, $new->headers($headers['webhook-id'], self::NOW, $this->service->got[0]['body']));
    }

    /**
     * @dataProvider troubles
     */
    public function testTheConnectionTestSaysWhatToDo(Answer $answer, string $said): void
    {
        $this->service->answers = [$answer];

        $sentence = $this->answer(['submitOrderbroTest' => '1']);

        self::assertStringContainsString($said, $sentence);
        self::assertStringNotContainsString('%', $sentence);
        self::assertStringContainsString(htmlspecialchars($sentence, ENT_QUOTES), $this->page(), 'The page does not go on saying it.');
    }

    public function troubles(): array
    {
        return [
            '301' => [new Answer(301, ['location' => 'https://www.bro.example/x']), 'It points to: https://www.bro.example/x'],
            '302' => [new Answer(302), 'redirect'],
            '401' => [new Answer(401, [], '{"code": "SIGNATURE_WRONG"}'), 'Copy the secret below'],
            '401 with a clock that is wrong' => [new Answer(401, ['date' => 'Tue, 24 Nov 2026 08:10:00 GMT']), 'time synchronisation'],
            '403' => [new Answer(403), 'firewall'],
            '404' => [new Answer(404), 'knows no shop with this key'],
            '413' => [new Answer(413), 'too large'],
            '429' => [new Answer(429), 'asks for a pause'],
            '500' => [new Answer(500), 'failed over the notice'],
            '503' => [new Answer(503), 'cannot store anything'],
            'garbage' => [Answer::none(Code::NOT_HTTP), 'does not speak HTTP'],
            'a page' => [new Answer(200, [], '<html>'), 'not Orderbro'],
            'never' => [Answer::none(Code::NO_ANSWER), 'did not answer in time'],
            'no name' => [Answer::none(Code::DNS_FAILED), 'DNS'],
            'nobody' => [Answer::none(Code::NO_CONNECTION), 'Nobody answers'],
            'certificate' => [Answer::none(Code::TLS_FAILED), 'certificate'],
        ];
    }

    public function testAClockThatIsTenMinutesOffIsSaidOnThePage(): void
    {
        $this->service->answers = [new Answer(202, ['date' => 'Tue, 24 Nov 2026 07:50:00 GMT'], '{"event_id": "e"}')];

        $this->page(['submitOrderbroTest' => '1']);

        self::assertStringContainsString('clock is 600 seconds ahead', html_entity_decode($this->page(), ENT_QUOTES));
    }

    public function testSendNowIgnoresEveryBackOff(): void
    {
        $this->put('order.created', 42);
        list($row) = $this->waiting();
        $this->services->outbox->postpone($row, Code::SERVICE_FAILED, time() + 500);
        $this->now = time();

        $answer = $this->answer(['submitOrderbroSendNow' => '1']);

        self::assertSame(['1 notices were delivered, 0 are waiting.', []], [$answer, $this->told()]);
    }

    public function testAnOrderIsToldAgainOnWish(): void
    {
        $answer = $this->answer(['submitOrderbroResendOrder' => '1', 'orderbro_order' => ' 42 ']);

        self::assertSame(['Order 42 is told again.', ['order.updated 42']], [$answer, $this->told()]);
    }

    /**
     * @dataProvider ordersThatAreNone
     */
    public function testAnOrderThatTheShopDoesNotHaveIsNotTold(string $given): void
    {
        self::assertStringContainsString('no order with the ID', $this->answer(['submitOrderbroResendOrder' => '1', 'orderbro_order' => $given]));
        self::assertSame([], $this->told());
    }

    public function ordersThatAreNone(): array
    {
        return ['unknown' => ['999'], "another shop's" => ['44'], 'nothing' => [''], 'a reference' => ['ABCDEFGHI'], 'too large' => ['99999999999']];
    }

    public function testParkedRowsAreShownSentAgainAndDiscarded(): void
    {
        $this->put('order.created', 42);
        list($row) = $this->waiting();
        $this->services->outbox->postpone($row, Code::NOTICE_REFUSED, self::NOW + 500, true);

        $page = $this->page();
        $resent = $this->answer(['submitOrderbroResend' => '1', 'orderbro_row' => (string) $row->idOutbox]);
        $discarded = $this->answer([
            'submitOrderbroDiscard' => '1',
            'orderbro_row' => (string) $row->idOutbox,
            'orderbro_version' => (string) $row->version,
        ]);

        self::assertStringContainsString('order.created 42', $page);
        self::assertStringContainsString('could not read this notice', $page);
        self::assertSame(['The notice is sent again.', 'The notice is discarded.'], [$resent, $discarded]);
        self::assertSame([], $this->told());
    }

    public function testRowsThatWaitForDaysAreParked(): void
    {
        $this->put('order.created', 42);
        $this->now += 2 * 86400 + 1;

        self::assertStringContainsString('order.created 42', $this->page());
    }

    public function testNoticesThatNobodySendsAreNoticed(): void
    {
        $this->put('order.created', 42);
        $this->now += 3700;

        self::assertStringContainsString('Is the cron job set up?', $this->page());
    }

    public function testASecretIsExchangedOnceUntilThePreviousOneIsDropped(): void
    {
        $first = $this->services->settings->of(1)->secret;
        $this->page(['submitOrderbroExchange' => '1']);
        $second = $this->services->settings->of(1)->secret;

        $refused = $this->answer(['submitOrderbroExchange' => '1']);
        $page = $this->page();
        $this->page(['submitOrderbroDrop' => '1']);

        self::assertStringContainsString('Drop it before', $refused);
        self::assertStringContainsString($first, $page);
        self::assertStringContainsString($second, $page);
        self::assertSame([$second, ''], $this->services->settings->of(1)->secrets());
    }

    public function testTheKeyHasExactlyThePermissionsThatAreNeededAndIsShownOnce(): void
    {
        $answer = $this->answer(['submitOrderbroCreateKey' => '1']);

        preg_match('/[A-Z1-9]{32}/', $answer, $key);
        $granted = [];
        foreach ($this->db->executeS('SELECT `resource`, `method` FROM `ps_webservice_permission`') as $row) {
            $granted[$row['resource']][$row['method']] = 'on';
        }
        self::assertEquals(Permissions::all('8.2.1'), $granted);
        self::assertSame(hash('sha256', $key[0]), $this->services->settings->shared(Settings::KEY_HASH));
        self::assertStringNotContainsString($key[0], $this->page() . json_encode(Configuration::$values));
        self::assertSame('1', Configuration::getGlobalValue('PS_WEBSERVICE'));
    }

    public function testANewKeyTakesTheOldOnesPlace(): void
    {
        Configuration::updateGlobalValue('PS_WEBSERVICE', '0');
        $this->page(['submitOrderbroCreateKey' => '1']);
        $this->page(['submitOrderbroCreateKey' => '1']);
        $created = $this->rowsIn('webservice_account');
        $this->page(['submitOrderbroRemoveKey' => '1']);

        self::assertSame([1, 0], [$created, $this->rowsIn('webservice_account')]);
        self::assertSame('0', Configuration::getGlobalValue('PS_WEBSERVICE'));
    }

    public function testAKeyThatPrestaShopDoesNotStoreIsSaid(): void
    {
        \WebserviceKey::$fails = true;

        self::assertStringContainsString('could not be made', $this->answer(['submitOrderbroCreateKey' => '1']));
        self::assertSame(0, $this->rowsIn('webservice_account'));
    }

    public function testInMultistoreAShopHasToBeChosen(): void
    {
        Shop::$groups = [1 => 1, 2 => 1];
        Shop::$context = null;

        self::assertStringContainsString('Choose one shop', $this->page());
    }

    public function testAnotherShopHasSettingsOfItsOwn(): void
    {
        $first = $this->services->settings->of(1)->secret;
        Shop::$groups = [1 => 1, 2 => 1];
        Shop::$context = 2;
        Context::getContext()->shop->id = 2;

        $page = $this->page();

        self::assertStringNotContainsString($first, $page);
        self::assertStringNotContainsString(self::URL, $page);
    }

    public function testTablesThatCannotBeMadeAreSaid(): void
    {
        $this->services->schema->drop();
        $this->db->execute('CREATE VIEW `ps_orderbro_outbox` AS SELECT 1 AS `x`');

        $page = $this->page();

        $this->db->execute('DROP VIEW `ps_orderbro_outbox`');
        self::assertStringContainsString('right to create and alter tables', $page);
    }

    public function testWithFiftyThousandWaitingRowsThePageIsThereInAMoment(): void
    {
        for ($from = 1; $from <= 50000; $from += 1000) {
            $rows = [];
            for ($id = $from; $id < $from + 1000; ++$id) {
                $rows[] = "(1, 'product', 'product.saved', $id, 'u$id', 1, 1, 1)";
            }
            $this->db->execute('INSERT INTO `ps_orderbro_outbox`'
                . ' (`id_shop`, `kind`, `type`, `id_object`, `uid`, `first_at`, `changed_at`, `next_at`) VALUES ' . implode(', ', $rows));
        }
        $started = microtime(true);

        $page = $this->page();

        self::assertLessThan(1.0, microtime(true) - $started);
        self::assertStringContainsString('The oldest 20 are shown.', $page);
    }

    public function testThePageIsSwedishForASwede(): void
    {
        Context::getContext()->language->iso_code = 'sv';

        $page = $this->page($this->form());

        self::assertStringContainsString('Inställningarna är sparade.', $page);
        self::assertStringContainsString('Testa anslutningen', $page);
        self::assertStringNotContainsString('Test the connection', $page);
    }

    public function testEverySentenceIsThereInSwedishWithTheSamePlaces(): void
    {
        Context::getContext()->language->iso_code = 'sv';
        $texts = new Texts($this->module);

        foreach (Texts::ENGLISH as $key => $english) {
            $swedish = $texts->of($key);
            if (!in_array($key, ['name', 'order_number'], true)) {
                self::assertNotSame($english, $swedish, $key);
            }
            preg_match_all('/%(?:\d\$)?[sd]/', $english, $expected);
            preg_match_all('/%(?:\d\$)?[sd]/', $swedish, $found);
            self::assertSame($expected, $found, $key);
        }
    }

    public function testEveryCodeHasASentence(): void
    {
        $codes = (new \ReflectionClass(Code::class))->getConstants();

        foreach ($codes as $code) {
            self::assertArrayHasKey('code_' . $code, Texts::ENGLISH);
        }
    }
}
