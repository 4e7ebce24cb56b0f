<?php

declare(strict_types=1);

/*
 * The module on the PHP that runs this file, without PHPUnit, which has no version for all of them: every file is parsed and loaded, and
 * the module is installed, hears every hook, delivers, shows its page and is uninstalled. Any notice or deprecation is a failure.
 *
 * With `LEVEL_SAMPLES`, JSON of names and sources, it only says which of them this PHP does not parse.
 */
set_error_handler(static function (int $level, string $message, string $file, int $line): bool {
    throw new ErrorException($message, 0, $level, $file, $line);
});

require __DIR__ . '/bootstrap.php';

use Orderbro\Answer;
use Orderbro\Code;
use Orderbro\HookReader;
use Orderbro\HttpClient;
use Orderbro\Notice;
use Orderbro\Services;
use Orderbro\SettingsPage;
use Orderbro\Tests\ScriptedService;
use Orderbro\Verdict;

function fact(bool $holds, string $what): void
{
    if (!$holds) {
        throw new LogicException('Not so: ' . $what);
    }
}

function parse_error(string $source): string
{
    try {
        token_get_all($source, TOKEN_PARSE);

        return '';
    } catch (ParseError $error) {
        return $error->getLine() . ': ' . $error->getMessage();
    }
}

if (getenv('LEVEL_SAMPLES')) {
    echo json_encode(array_keys(array_filter(array_map('parse_error', json_decode(getenv('LEVEL_SAMPLES'), true)))));
    exit(0);
}

$files = [];
foreach (new RecursiveIteratorIterator(new RecursiveDirectoryIterator(MODULE, FilesystemIterator::SKIP_DOTS)) as $file) {
    if ($file->getExtension() === 'php') {
        $files[] = $file->getPathname();
    }
}
foreach ($files as $file) {
    $error = parse_error(file_get_contents($file));
    if ($error !== '') {
        echo $file, ':', $error, PHP_EOL;
        exit(1);
    }
}
// PrestaShop 1.7 checks a module's main file by evaluating it inside a block, where imports and declarations are errors.
$main = substr(file_get_contents(MODULE . 'orderbro.php'), strlen('<?php'));
fact(parse_error('<?php if (false) {' . $main . '}') === '' && strpos($main, 'declare(') === false, 'the main file may stand in a block');
foreach (glob(MODULE . 'src/*.php') as $file) {
    if (basename($file) !== 'index.php') {
        require_once $file;
    }
}
require_once MODULE . 'controllers/front/cron.php';
require_once MODULE . 'upgrade/upgrade-1.0.0.php';

WebserviceKey::createTables();
Module::createTables();
Db::getInstance()->execute('CREATE TABLE IF NOT EXISTS `ps_orders` (`id_order` INT, `id_shop` INT, `reference` VARCHAR(9))');
Db::getInstance()->execute('CREATE TABLE IF NOT EXISTS `ps_customer` (`id_customer` INT, `id_shop` INT)');
Db::getInstance()->execute("INSERT INTO `ps_orders` VALUES (42, 1, 'ABCDEFGHI')");
Db::getInstance()->execute('INSERT INTO `ps_customer` VALUES (5, 1)');
Context::getContext()->smarty = new class {
    public function assign(array $values): void
    {
        fact(isset($values['orderbro']['t']['test']), 'the page has its texts');
    }

    public function fetch(string $template): string
    {
        return basename($template);
    }
};

$module = new Orderbro();
fact($module->install() && upgrade_module_1_0_0($module), 'the module is installed and upgraded');
$services = Services::current();
$settings = $services->settings->ready(1);
$settings->url = 'https://bro.example/webhooks/prestashop/acme-se';
$settings->send = ['product' => true, 'stock' => true, 'customer' => true];
$services->settings->save($settings);

$object = (object) ['id' => 42, 'id_shop' => 1, 'id_shop_group' => 1, 'id_order' => 42, 'id_product' => 20, 'id_customer' => 5];
$object->order_reference = 'ABCDEFGHI';
$object->id_order_state = 2;
$params = ['object' => $object, 'order' => $object, 'orders' => [$object], 'id_order' => 42, 'order_history' => $object];
$params['newOrderStatus'] = (object) ['id' => 2];
foreach (array_keys(HookReader::HOOKS) as $hook) {
    $module->{'hook' . ucfirst($hook)}($params);
}
fact(PrestaShopLogger::$messages === [], 'no hook failed: ' . implode(' ', PrestaShopLogger::$messages));
fact($services->outbox->figures(1, 0)['waiting'] === 9, 'every type of notice waits, of two products');

$service = new ScriptedService();
$service->answers = [new Answer(500), new Answer(400, [], '{"code": "NOTICE_ID_INVALID"}')];
$report = $services->delivery($service)->run($settings, 10.0);
fact([$report->delivered, $report->failed] === [4, 2], 'what can be delivered is: ' . json_encode($report->toArray()));
$services->outbox->put(new Notice('order.updated', 43, 1), time());
$service->answers = [new Answer(503, ['retry-after' => 'Tue, 24 Nov 2026 08:01:00 GMT', 'date' => 'Tue, 24 Nov 2026 08:00:00 GMT'])];
fact($services->delivery($service)->run($settings, 10.0)->end === 'paused', 'a busy service is left alone');
foreach ([100, 200, 204, 301, 401, 404, 413, 418, 429, 500, 503, 999] as $status) {
    fact(Verdict::of(new Answer($status), time())->meaning !== Verdict::DELIVERED, 'a bad answer is no acknowledgement');
}
fact((new HttpClient(0.5, 0.5))->post('gopher://127.0.0.1:1/', [], '{}')->failure !== '', 'other protocols are not spoken');

$buttons = ['Test', 'SendNow', 'ResendOrder', 'Resend', 'Discard', 'Exchange', 'Drop', 'CreateKey', 'RemoveKey', 'Settings'];
foreach ($buttons as $button) {
    Tools::$submitted = ['submitOrderbro' . $button => '1'];
    $page = (new SettingsPage($module, Context::getContext(), $services))->render($service);
    fact(strpos($page, 'alert') !== false && strpos($page, 'panels.tpl') !== false, 'the page answers ' . $button);
}
fact($module->uninstall() && Configuration::$values === [], 'nothing is left');

echo 'PHP ', PHP_VERSION, ': ', count($files), ' files', PHP_EOL;
