<?php

declare(strict_types=1);

namespace Orderbro;

/**
 * A signed notice of a type that means nothing: whoever answers it with 202 has address, shop key, secret and clock right. Signed with the
 * new secret only, so that it also tells whether the previous one can be dropped.
 */
final class ConnectionTest
{
    const TYPE = 'module.test';

    /** @var HttpClient */
    private $http;
    /** @var DeliveryState */
    private $state;

    public function __construct(HttpClient $http, DeliveryState $state)
    {
        $this->http = $http;
        $this->state = $state;
    }

    /** What came of it; it is also noted as the shop's last attempt, without any pause. */
    public function run(ShopSettings $settings, int $now): Verdict
    {
        $body = Notice::envelope(self::TYPE, $now, ['id_shop' => $settings->idShop]);
        $signer = new Signer([$settings->secret]);
        $answer = $this->http->post($settings->url, $signer->headers('msg_' . bin2hex(random_bytes(10)) . '_test', $now, $body), $body);
        $verdict = Verdict::of($answer, $now);
        $ahead = $answer->clockAhead($now);
        if ($verdict->meaning === Verdict::DELIVERED) {
            $this->state->succeeded($settings->idShop, 0, $ahead, $now);
        } else {
            $this->state->failed($settings->idShop, $verdict, $answer->status, $ahead, 0, $now);
        }

        return $verdict;
    }
}
