<?php

declare(strict_types=1);

/** What a shop needs of the gateway: requests that end in time, are sent again, and fail in one way. */
final class Gateway
{
    private const TRIES = 3;
    private const SECONDS_A_TRY = 10;
    private const LONGEST_WAIT = 60;
    private const SENT_AGAIN = [429, 500, 502, 503, 504];

    private readonly string $url;
    private readonly CurlHandle $curl;
    private bool $wasReplayed = false;

    public function __construct(string $url, private readonly string $apiKey)
    {
        $this->url = rtrim($url, '/');
        // One handle for all requests keeps the connection open.
        $this->curl = curl_init();
    }

    /** @return array<string, mixed> */
    public function get(string $path, array $query): array
    {
        return $this->send("$path?" . http_build_query($query), []);
    }

    /**
     * Under the same key, the same request is done once, however often it is sent.
     *
     * @return array<string, mixed>
     */
    public function post(string $path, array $body, string $idempotencyKey): array
    {
        return $this->send($path, self::bodyOptions($body), ["Idempotency-Key: $idempotencyKey"]);
    }

    /** @return array<string, mixed> */
    public function query(string $document, array $variables): array
    {
        return $this->send('/graphql', self::bodyOptions(['query' => $document, 'variables' => $variables]))['data'];
    }

    /** @return array<string, mixed> */
    public function mutate(string $document, array $variables, string $idempotencyKey): array
    {
        return $this->post('/graphql', ['query' => $document, 'variables' => $variables], $idempotencyKey)['data'];
    }

    /** Whether the last answer was that of an earlier request with the same Idempotency-Key. */
    public function wasReplayed(): bool
    {
        return $this->wasReplayed;
    }

    private static function bodyOptions(array $body): array
    {
        return [CURLOPT_POSTFIELDS => json_encode($body, JSON_THROW_ON_ERROR)];
    }

    private function send(string $target, array $options, array $headers = []): array
    {
        for ($try = 1; ; $try++) {
            [$status, $told, $text] = $this->sendOnce($target, $options, $headers);
            $body = json_decode($text, true);
            // GraphQL answers 200 where an operation fails; the status that REST would have is in the error.
            $status = $body['errors'][0]['extensions']['status'] ?? $status;
            $wait = self::secondsToWait($status, $told['retry-after'] ?? null, $try);
            if ($wait === null || $try === self::TRIES) {
                break;
            }
            $reason = $status === 0 ? 'no answer' : $status;
            $failed = "try $try of " . self::TRIES . ": $reason";
            if ($wait > self::LONGEST_WAIT) {
                error_log("$failed, given up: told to wait $wait s");
                break;
            }
            error_log("$failed, again in $wait s");
            sleep($wait);
        }
        $this->wasReplayed = ($told['idempotent-replayed'] ?? '') === 'true';
        return self::read($status, $body);
    }

    /** @return array{int, array<string, string>, string} status (0 where no answer came), headers and body */
    private function sendOnce(string $target, array $options, array $headers): array
    {
        $told = [];
        curl_reset($this->curl);
        curl_setopt_array($this->curl, $options + [
            CURLOPT_URL => $this->url . $target,
            // The key in a header: URLs stand in logs.
            CURLOPT_HTTPHEADER => ["Authorization: Bearer $this->apiKey", 'Content-Type: application/json', ...$headers],
            CURLOPT_TIMEOUT => self::SECONDS_A_TRY,
            CURLOPT_RETURNTRANSFER => true,
            CURLOPT_HEADERFUNCTION => function ($curl, string $line) use (&$told): int {
                [$name, $value] = explode(':', $line, 2) + [1 => ''];
                $told[strtolower($name)] = trim($value);
                return strlen($line);
            },
        ]);
        $text = curl_exec($this->curl);
        // An answer that was cut has a status too.
        return $text === false ? [0, [], ''] : [curl_getinfo($this->curl, CURLINFO_RESPONSE_CODE), $told, $text];
    }

    /** How long to wait before the next try; null where the answer is final. */
    private static function secondsToWait(int $status, ?string $told, int $try): ?int
    {
        // A 409 without the header is a conflict that stays; with it, the first request with this key still runs.
        if (!in_array($status, [0, ...self::SENT_AGAIN], true) && !($status === 409 && $told !== null)) {
            return null;
        }
        return $told !== null && ctype_digit($told) ? (int) $told : $try;
    }

    /** Only known members are read: others may come at any time. */
    private static function read(int $status, mixed $body): array
    {
        if ($status === 0) {
            throw new GatewayError(0, 'NO_ANSWER', 'no answer came');
        }
        if (is_array($body['error'] ?? null)) {
            throw GatewayError::of($status, $body['error']['message'] ?? '', $body['error']);
        }
        if (is_array($body['errors'] ?? null)) {
            $details = $body['errors'][0]['extensions'] ?? [];
            throw GatewayError::of($status, $body['errors'][0]['message'] ?? '', $details);
        }
        if ($status !== 200 || !is_array($body)) {
            // A proxy on the way, or no gateway at all.
            throw new GatewayError($status, 'UNEXPECTED_ANSWER', 'not an answer of the gateway');
        }
        return $body;
    }
}
