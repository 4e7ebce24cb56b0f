<?php

declare(strict_types=1);

namespace Orderbro;

/**
 * What became of an attempt. The sentences for people are in Texts.
 */
final class Code
{
    const SENT = 'SENT';

    const DNS_FAILED = 'DNS_FAILED';
    const NO_CONNECTION = 'NO_CONNECTION';
    const NO_ANSWER = 'NO_ANSWER';
    const TLS_FAILED = 'TLS_FAILED';
    const NOT_HTTP = 'NOT_HTTP';

    const REDIRECTED = 'REDIRECTED';
    const NOT_ORDERBRO = 'NOT_ORDERBRO';
    const SIGNATURE_REFUSED = 'SIGNATURE_REFUSED';
    const CLOCK_WRONG = 'CLOCK_WRONG';
    const ADDRESS_UNKNOWN = 'ADDRESS_UNKNOWN';
    const TOO_LARGE = 'TOO_LARGE';
    const TOO_MANY = 'TOO_MANY';
    const FORBIDDEN = 'FORBIDDEN';
    const NOTICE_REFUSED = 'NOTICE_REFUSED';
    const SERVICE_BUSY = 'SERVICE_BUSY';
    const SERVICE_FAILED = 'SERVICE_FAILED';
}
