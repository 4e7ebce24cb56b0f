<?php

declare(strict_types=1);

namespace Orderbro\Tests;

use Orderbro\Secret;
use Orderbro\Signer;

final class SignerTest extends ModuleTestCase
{
    public function testTheSignatureIsStandardWebhooksOwnExample(): void
    {
        // The example of the Standard Webhooks specification's libraries.
        $signer = new Signer(['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw']);

        $headers = $signer->headers('msg_p5jXN8AQM9LWM0D4loKWxJek', 1614265330, '{"test": 2432232314}');

        self::assertSame([
            'webhook-id' => 'msg_p5jXN8AQM9LWM0D4loKWxJek',
            'webhook-timestamp' => '1614265330',
            'webhook-signature' => 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
        ], $headers);
    }

    public function testWhileASecretIsExchangedBothSign(): void
    {
        $new = Secret::generate();
        $old = Secret::generate();

        $both = (new Signer([$new, $old]))->headers('msg_1', 1, '{}')['webhook-signature'];

        $each = array_map(static function (string $secret): string {
            return (new Signer([$secret]))->headers('msg_1', 1, '{}')['webhook-signature'];
        }, [$new, $old]);
        self::assertSame(implode(' ', $each), $both);
    }

    public function testASecretIsThirtyTwoRandomBytes(): void
    {
        $secret = Secret::generate();

        self::assertStringStartsWith('whsec_', $secret);
        self::assertSame(32, strlen(Secret::bytes($secret)));
        self::assertNotSame($secret, Secret::generate());
    }

    public function testThePrefixOfASecretMayBeMissing(): void
    {
        self::assertSame('abcdefghijklmnopqrstuvwx', Secret::bytes(base64_encode('abcdefghijklmnopqrstuvwx')));
    }

    /**
     * @dataProvider secretsThatAreNone
     */
    public function testWhatIsNoSecretIsRefused(string $secret): void
    {
        $this->expectException(\InvalidArgumentException::class);

        Secret::bytes($secret);
    }

    public function secretsThatAreNone(): array
    {
        return [[''], ['whsec_'], ['not base64!'], ['whsec_åäö']];
    }
}
