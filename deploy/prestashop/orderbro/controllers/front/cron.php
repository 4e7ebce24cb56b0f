<?php

if (!defined('_PS_VERSION_')) {
    exit;
}

require_once dirname(__DIR__, 2) . '/autoload.php';

/**
 * The cron URL, for shops without a crontab: /module/orderbro/cron?token=…
 */
class OrderbroCronModuleFrontController extends ModuleFrontController
{
    /** @var bool */
    public $ajax = true;

    public function postProcess()
    {
        $services = \Orderbro\Services::current();
        $token = $services->settings->shared(\Orderbro\Settings::CRON_TOKEN);
        $given = Tools::getValue('token');
        if ($token === '' || !is_string($given) || !hash_equals($token, $given)) {
            $this->answer(403, ['error' => 'The token is wrong; the address is on the module\'s settings page.']);
        }
        try {
            $figures = (new \Orderbro\CronCommand($services))->figures(\Orderbro\Services::URL_SECONDS);
        } catch (\Throwable $failure) {
            \Orderbro\Log::failure('cron URL', $failure);
            $this->answer(500, ['error' => 'The run failed; the reason is in PrestaShop\'s log.']);
        }
        $this->answer(200, $figures);
    }

    /** Orders are placed by other ways too while a shop is closed for its visitors. */
    protected function displayMaintenancePage()
    {
    }

    /** The caller is a machine, wherever it stands. */
    protected function displayRestrictedCountryPage()
    {
    }

    private function answer($status, array $body)
    {
        http_response_code($status);
        header('Content-Type: application/json');
        header('Cache-Control: no-store');
        exit(json_encode($body));
    }
}
