<?php

declare(strict_types=1);

namespace Orderbro;

/**
 * One waiting notice as it was read: what is told, and which version of the row that is.
 */
final class OutboxRow
{
    /** @var int */
    public $idOutbox;
    /** @var int */
    public $version;
    /** @var string what is unique to this row, also after the table was emptied or made anew */
    public $uid;
    /** @var Notice */
    public $notice;
    /** @var int unix time of the last change */
    public $changedAt;
    /** @var int unix time of the first change that is not delivered */
    public $firstAt;
    /** @var int unix time before which it is not tried */
    public $nextAt;
    /** @var int */
    public $attempts;
    /** @var bool whether the service said that this very notice cannot be accepted */
    public $refused;
    /** @var string a Code, or empty */
    public $lastCode;

    /**
     * @param array<string, mixed> $columns
     */
    public function __construct(array $columns)
    {
        $this->idOutbox = (int) $columns['id_outbox'];
        $this->version = (int) $columns['version'];
        $this->uid = (string) $columns['uid'];
        $this->notice = new Notice(
            (string) $columns['type'],
            (int) $columns['id_object'],
            (int) $columns['id_shop'],
            $columns['state'] === null ? null : (int) $columns['state'],
            $columns['id_product'] === null ? null : (int) $columns['id_product'],
            (bool) $columns['echo']
        );
        $this->changedAt = (int) $columns['changed_at'];
        $this->firstAt = (int) $columns['first_at'];
        $this->nextAt = (int) $columns['next_at'];
        $this->attempts = (int) $columns['attempts'];
        $this->refused = (bool) $columns['refused'];
        $this->lastCode = (string) $columns['last_code'];
    }

    /**
     * The webhook-id: the same however often this version is sent, and never that of another version.
     *
     * The uid is random because InnoDB before MySQL 8 counts AUTO_INCREMENT anew after a restart: an id that was used before would be
     * answered as a duplicate, and the event would be lost.
     */
    public function webhookId(): string
    {
        return 'msg_' . $this->uid . '_' . $this->version;
    }

    public function body(): string
    {
        return $this->notice->body($this->changedAt);
    }
}
