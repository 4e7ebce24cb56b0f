<?php

declare(strict_types=1);

namespace Orderbro;

/**
 * Standard Webhooks 1.0: HMAC-SHA256 over `id.timestamp.body`, base64, one `v1,…` per secret. While a secret is exchanged a notice bears
 * the signatures of the new and of the previous one, so that it is accepted whichever of them the service knows.
 */
final class Signer
{
    /** @var string[] */
    private $keys;

    /**
     * @param string[] $secrets as they are stored; empty ones are left out
     */
    public function __construct(array $secrets)
    {
        $this->keys = array_map([Secret::class, 'bytes'], array_values(array_filter($secrets, 'strlen')));
    }

    /**
     * @param int $timestamp unix time in seconds
     *
     * @return array<string, string>
     */
    public function headers(string $webhookId, int $timestamp, string $body): array
    {
        $signatures = array_map(static function (string $key) use ($webhookId, $timestamp, $body): string {
            return 'v1,' . base64_encode(hash_hmac('sha256', $webhookId . '.' . $timestamp . '.' . $body, $key, true));
        }, $this->keys);

        return [
            'webhook-id' => $webhookId,
            'webhook-timestamp' => (string) $timestamp,
            'webhook-signature' => implode(' ', $signatures),
        ];
    }
}
