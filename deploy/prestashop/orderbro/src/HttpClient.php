<?php

declare(strict_types=1);

namespace Orderbro;

/**
 * Posts over one kept connection. Redirects are not followed: a notice and its signature go to the address that was entered, or nowhere.
 */
class HttpClient
{
    const CONNECT_SECONDS = 3.0;
    const ANSWER_SECONDS = 10.0;
    const MOST_BYTES = 65536;

    /** curl's error number => why there is no answer. Everything else is a connection that broke: NOT_HTTP. */
    const FAILURES = [
        CURLE_COULDNT_RESOLVE_PROXY => Code::DNS_FAILED,
        CURLE_COULDNT_RESOLVE_HOST => Code::DNS_FAILED,
        CURLE_COULDNT_CONNECT => Code::NO_CONNECTION,
        CURLE_OPERATION_TIMEDOUT => Code::NO_ANSWER,
        CURLE_SSL_CONNECT_ERROR => Code::TLS_FAILED,
        CURLE_SSL_PEER_CERTIFICATE => Code::TLS_FAILED,
        CURLE_SSL_CACERT => Code::TLS_FAILED,
        CURLE_SSL_CERTPROBLEM => Code::TLS_FAILED,
        CURLE_SSL_CIPHER => Code::TLS_FAILED,
        CURLE_SSL_ENGINE_NOTFOUND => Code::TLS_FAILED,
        CURLE_SSL_CACERT_BADFILE => Code::TLS_FAILED,
    ];

    /** @var resource|\CurlHandle|null */
    private $handle;
    /** @var float */
    private $connectSeconds;
    /** @var float */
    private $answerSeconds;

    public function __construct(float $connectSeconds = self::CONNECT_SECONDS, float $answerSeconds = self::ANSWER_SECONDS)
    {
        $this->connectSeconds = $connectSeconds;
        $this->answerSeconds = $answerSeconds;
    }

    /**
     * @param array<string, string> $headers
     */
    public function post(string $url, array $headers, string $body): Answer
    {
        if ($this->handle === null) {
            $this->handle = curl_init();
        }
        $lines = ['Content-Type: application/json', 'Expect:'];
        foreach ($headers as $name => $value) {
            $lines[] = $name . ': ' . $value;
        }
        $received = [];
        $text = '';
        curl_setopt_array($this->handle, [
            CURLOPT_URL => $url,
            CURLOPT_POST => true,
            CURLOPT_POSTFIELDS => $body,
            CURLOPT_HTTPHEADER => $lines,
            CURLOPT_USERAGENT => 'Orderbro-PrestaShop/' . Version::MODULE,
            CURLOPT_PROTOCOLS => CURLPROTO_HTTP | CURLPROTO_HTTPS,
            CURLOPT_FOLLOWLOCATION => false,
            CURLOPT_NOSIGNAL => true,
            CURLOPT_CONNECTTIMEOUT_MS => (int) ($this->connectSeconds * 1000),
            CURLOPT_TIMEOUT_MS => (int) ($this->answerSeconds * 1000),
            CURLOPT_HEADERFUNCTION => static function ($handle, string $line) use (&$received): int {
                $parts = explode(':', $line, 2);
                if (count($parts) === 2) {
                    $received[strtolower(trim($parts[0]))] = trim($parts[1]);
                }

                return strlen($line);
            },
            // More than an acknowledgement can be is not read: the transfer ends there, with what is needed of it.
            CURLOPT_WRITEFUNCTION => static function ($handle, string $part) use (&$text): int {
                $text .= substr($part, 0, self::MOST_BYTES - strlen($text));

                return strlen($text) < self::MOST_BYTES ? strlen($part) : 0;
            },
        ]);
        $done = curl_exec($this->handle) !== false || curl_errno($this->handle) === CURLE_WRITE_ERROR;
        if (!$done) {
            $number = curl_errno($this->handle);

            return Answer::none(isset(self::FAILURES[$number]) ? self::FAILURES[$number] : Code::NOT_HTTP);
        }

        return new Answer((int) curl_getinfo($this->handle, CURLINFO_RESPONSE_CODE), $received, $text);
    }
}
