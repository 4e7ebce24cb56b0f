<?php

declare(strict_types=1);

namespace Orderbro;

/**
 * Hears hooks inside the shop's own requests: writes what is to be told to the outbox, and nothing else that could fail or wait.
 */
final class Listener
{
    /** Our own writes to these come back as hooks and tell the service nothing that it does not know. Orders are marked instead. */
    const SUPPRESSED_ECHOES = ['product', 'stock'];

    /** @var Outbox */
    private $outbox;
    /** @var HookReader */
    private $reader;
    /** @var Settings */
    private $settings;
    /** @var Shops */
    private $shops;
    /** @var Origin */
    private $origin;

    public function __construct(Outbox $outbox, HookReader $reader, Settings $settings, Shops $shops, Origin $origin)
    {
        $this->outbox = $outbox;
        $this->reader = $reader;
        $this->settings = $settings;
        $this->shops = $shops;
        $this->origin = $origin;
    }

    /**
     * @param array<string, mixed> $params the hook's
     *
     * @return int[] the shops that now have something to send
     *
     * @throws \Throwable whoever calls catches it: an Error in a hook leaves half-made orders behind (prestashop.md 10)
     */
    public function hear(string $hook, array $params, int $now): array
    {
        $kind = HookReader::kind($hook);
        $wanted = $this->shopsThatSend($kind);
        if ($wanted === [] || ($this->origin->isOwn() && in_array($kind, self::SUPPRESSED_ECHOES, true))) {
            return [];
        }
        $told = [];
        foreach ($this->reader->read($hook, $params) as $happening) {
            foreach (array_intersect($happening->shops, $wanted) as $idShop) {
                $this->outbox->put(
                    new Notice($happening->type, $happening->id, $idShop, $happening->state, $happening->product, $this->origin->isOwn()),
                    $now
                );
                $told[$idShop] = $idShop;
            }
        }

        return array_values($told);
    }

    /**
     * @return int[]
     */
    private function shopsThatSend(string $kind): array
    {
        return array_filter($this->shops->all(), function (int $idShop) use ($kind): bool {
            $settings = $this->settings->of($idShop);

            return $settings->isComplete() && $settings->sends($kind);
        });
    }
}
