<?php

declare(strict_types=1);

namespace Orderbro;

/**
 * One run of the cron job, by command or by URL, for all shops of the installation.
 */
final class CronCommand
{
    const GOOD_ENDS = [DeliveryReport::EMPTY, DeliveryReport::TIME_OVER, DeliveryReport::BUSY, DeliveryReport::NOT_CONFIGURED];

    /** @var Services */
    private $services;

    public function __construct(Services $services)
    {
        $this->services = $services;
    }

    /**
     * @param callable(string): void $say one line per shop
     *
     * @return int the process's exit status
     */
    public function run(callable $say): int
    {
        $status = 0;
        foreach ($this->figures(Services::COMMAND_SECONDS) as $idShop => $figures) {
            $say('shop ' . $idShop . ': ' . http_build_query($figures, '', ' '));
            if ($figures['failed'] > 0 || !in_array($figures['end'], self::GOOD_ENDS, true)) {
                $status = 1;
            }
        }

        return $status;
    }

    /**
     * What a run did and what still waits.
     *
     * @return array<int, array<string, int|string>> by id_shop
     */
    public function figures(float $seconds): array
    {
        $this->services->schema->ensure();
        $figures = [];
        foreach ($this->services->deliverAll($seconds) as $idShop => $report) {
            $since = $this->services->settings->of($idShop)->parkedSince(time());
            $waiting = $this->services->outbox->figures($idShop, $since);
            $figures[$idShop] = $report->toArray() + ['waiting' => $waiting['waiting'], 'parked' => $waiting['parked']];
        }

        return $figures;
    }
}
