<?php

declare(strict_types=1);

namespace Orderbro;

use Module;

/**
 * Every sentence of the settings page. English is here; Swedish is in translations/sv.php, and what a merchant has translated in the back
 * office goes before both.
 */
final class Texts
{
    const SOURCE = 'texts';

    const ENGLISH = [
        'name' => 'Orderbro',
        'description' => 'Tells Orderbro what happens in the shop, so that invoices stand in Hogia Smart within seconds.',
        'confirm_uninstall' => 'Notices that still wait are lost with the module. Uninstall it?',
        'failed' => 'The %1$s failed (%2$s). The reason is in PrestaShop under Advanced Parameters > Logs.',
        'choose_shop' => 'Choose one shop at the top of the page: every shop has an address and a secret of its own.',
        'tables_missing' => 'The module\'s tables are missing and could not be made, so nothing is told to Orderbro. Give PrestaShop\'s database user the right to create and alter tables, then open this page again.',
        'saved' => 'The settings are saved.',
        'settings' => 'Settings',
        'address' => 'Service address',
        'address_help' => 'As Orderbro shows it for this shop: https://…/webhooks/prestashop/<shop key>. Leave it empty to send nothing.',
        'send_product' => 'Tell about products',
        'send_product_help' => 'Needed when the shop leads the articles (flows 1 and 3). Orders are always told.',
        'send_stock' => 'Tell about stock',
        'send_stock_help' => 'Only when Orderbro asks for it: Hogia leads the stock.',
        'send_customer' => 'Tell about customers',
        'send_customer_help' => 'Only when Orderbro asks for it: an order brings its customer along.',
        'park_days' => 'Show as parked after days',
        'park_days_help' => 'A notice that is not delivered by then is shown below. It is still tried; nothing is ever dropped by itself.',
        'webservice_key' => 'Webservice key',
        'webservice_key_help' => 'Only if you made Orderbro\'s key yourself: enter it once, so that Orderbro\'s own changes are not told back to it. Only its fingerprint is kept.',
        'yes' => 'Yes',
        'no' => 'No',
        'save' => 'Save',
        'fault_NOT_AN_ADDRESS' => 'The service address is not an address. It looks like https://service/webhooks/prestashop/<shop key>.',
        'fault_NOT_HTTPS' => 'The service address must begin with https://; http:// is for this machine and private networks only.',
        'fault_HAS_LOGIN' => 'The service address must not hold a user name or a password: the signature proves who sends.',
        'fault_WITHOUT_SHOP_KEY' => 'The service address must end with /webhooks/prestashop/<shop key>. Orderbro shows it with `orderbro connections check`.',
        'bad_days' => 'The days must be a whole number from 1 to 365.',
        'bad_key' => 'A webservice key has 32 letters and digits. Copy it from Advanced Parameters > Webservice.',
        'delivery' => 'Delivery',
        'waiting' => 'Waiting',
        'failing' => 'Tried without success',
        'parked' => 'Parked',
        'delivered' => 'Delivered',
        'last_success' => 'Last success',
        'last_failure' => 'Last failure',
        'oldest' => 'Oldest waiting',
        'never' => 'never',
        'paused' => 'The service is asked again at %s.',
        'test' => 'Test the connection',
        'test_good' => 'Orderbro answered: address, shop key, secret and clock are right.',
        'send_now' => 'Send everything now',
        'sent_now' => '%d notices were delivered, %d are waiting.',
        'busy' => 'Another run is at work; look again in a minute.',
        'order_number' => 'Order (ID)',
        'resend_order' => 'Tell again about the order',
        'order_told' => 'Order %d is told again.',
        'order_unknown' => 'This shop has no order with the ID %s. The ID is the number in the first column under Orders.',
        'not_configured' => 'Enter the service address first.',
        'clock' => 'This server\'s clock is %d seconds ahead of Orderbro\'s. Notices are refused from 300 seconds on: switch on time synchronisation (NTP) on this server.',
        'clock_behind' => 'This server\'s clock is %d seconds behind Orderbro\'s. Notices are refused from 300 seconds on: switch on time synchronisation (NTP) on this server.',
        'no_cron' => 'Nothing was delivered although notices have waited for more than an hour. Is the cron job set up?',
        'parked_title' => 'What needs you',
        'notice' => 'Notice',
        'since' => 'Waiting since',
        'attempts' => 'Attempts',
        'reason' => 'Reason',
        'resend' => 'Send again',
        'discard' => 'Discard',
        'resent' => 'The notice is sent again.',
        'discarded' => 'The notice is discarded.',
        'changed_meanwhile' => 'The notice has changed or gone since the page was shown; look again.',
        'more_parked' => 'The oldest %d are shown.',
        'secret' => 'Webhook secret',
        'secret_help' => 'Enter it in Orderbro as the shop\'s webhook_secret. It is not needed anywhere else.',
        'previous_secret' => 'Previous secret',
        'previous_help' => 'It still signs too. Drop it when Orderbro has the new one: the connection test tells.',
        'exchange' => 'Make a new secret',
        'exchanged' => 'A new secret is made. Enter it in Orderbro, test the connection, then drop the previous one.',
        'exchange_first' => 'The previous secret is still there. Drop it before you make a new one.',
        'drop' => 'Drop the previous secret',
        'dropped' => 'The previous secret is dropped.',
        'access' => 'Orderbro\'s webservice key',
        'access_help' => 'Makes a key with exactly the permissions that Orderbro needs, and switches the webservice on if it is off.',
        'create_key' => 'Create the key',
        'replace_key' => 'Create a new key in its place',
        'key_made' => 'The key, shown this once: %s. Enter it in Orderbro as the shop\'s webservice_key.',
        'key_failed' => 'The key could not be made. Make it under Advanced Parameters > Webservice, and enter it above.',
        'key_there' => 'This module made Orderbro\'s key.',
        'key_known' => 'Orderbro\'s key is known.',
        'key_unknown' => 'Orderbro\'s key is not known, so Orderbro\'s own changes are told back to it.',
        'remove_key' => 'Take the key away',
        'key_removed' => 'The key is taken away; Orderbro can no longer read the shop.',
        'cron' => 'Cron job',
        'cron_help' => 'Notices leave right after the page where PHP allows it (PHP-FPM). The cron job sends what is left, every minute, by command or by address:',
        'code_SENT' => 'Delivered.',
        'code_DNS_FAILED' => 'The service\'s name was not found. Check the service address; if it is right, this server\'s name service (DNS) does not work.',
        'code_NO_CONNECTION' => 'Nobody answers at the service\'s address. The service is down, or a firewall of this server\'s host stops outgoing connections.',
        'code_NO_ANSWER' => 'The service did not answer in time. It is tried again by itself.',
        'code_TLS_FAILED' => 'The service\'s certificate is not trusted. Check the service address; ask your host whether PHP\'s list of certificate authorities is up to date.',
        'code_NOT_HTTP' => 'What answered at the service\'s address does not speak HTTP, or broke off. Check address and port.',
        'code_REDIRECTED' => 'The service\'s address answers with a redirect, which is not followed. Enter the address that it points to, with https and without a redirect in between. It points to: %s',
        'code_NOT_ORDERBRO' => 'Something answered at the service\'s address, but not Orderbro. Check the service address.',
        'code_SIGNATURE_REFUSED' => 'The service refused the signature. Copy the secret below to Orderbro as the shop\'s webhook_secret and apply the connection file. %s',
        'code_CLOCK_WRONG' => 'The service refused the notices as too old or too new: this server\'s clock or the service\'s is wrong. Switch on time synchronisation (NTP).',
        'code_ADDRESS_UNKNOWN' => 'The service knows no shop with this key, or has no webhook secret for it. Check the end of the service address and the shop\'s webhook_secret in Orderbro.',
        'code_TOO_LARGE' => 'The service, or a proxy before it, refused the notice as too large, although a notice has some hundred bytes. Check the service address and the proxy\'s limit.',
        'code_TOO_MANY' => 'The service asks for a pause. The notices are sent by themselves when it is over.',
        'code_FORBIDDEN' => 'The service, or a firewall before it, refuses the notices. Check the service address; let the firewall pass POST with JSON. %s',
        'code_NOTICE_REFUSED' => 'The service could not read this notice. Update this module. %s',
        'code_SERVICE_BUSY' => 'The service cannot store anything right now. The notices are sent by themselves when it can.',
        'code_SERVICE_FAILED' => 'The service failed over the notice. It is tried again by itself; tell Orderbro\'s support if it goes on. %s',
    ];

    /** @var Module */
    private $module;

    public function __construct(Module $module)
    {
        $this->module = $module;
    }

    /**
     * A sentence as plain text: whoever shows it escapes it.
     *
     * @param string|int ...$values what takes the place of %s, %d and %1$s
     */
    public function of(string $key, ...$values): string
    {
        // Module::l answers text that is escaped for HTML, by its version with or without single quotes.
        $text = html_entity_decode((string) $this->module->l(self::ENGLISH[$key], self::SOURCE), ENT_QUOTES, 'UTF-8');

        return $values === [] ? $text : vsprintf($text, $values);
    }

    /** What an attempt came to, for people. */
    public function ofCode(string $code, string $detail = ''): string
    {
        $key = 'code_' . $code;
        if (!isset(self::ENGLISH[$key])) {
            return $code;
        }

        return trim(strpos(self::ENGLISH[$key], '%s') === false ? $this->of($key) : $this->of($key, $detail));
    }

    /**
     * @return array<string, string> every sentence without places to fill, for templates
     */
    public function all(): array
    {
        $texts = [];
        foreach (array_keys(self::ENGLISH) as $key) {
            $texts[$key] = $this->of($key);
        }

        return $texts;
    }
}
