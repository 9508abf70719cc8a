<?php

declare(strict_types=1);

use GuzzleHttp\Client;
use GuzzleHttp\Exception\TransferException;
use GuzzleHttp\HandlerStack;
use GuzzleHttp\Middleware;
use GuzzleHttp\RequestOptions;
use Psr\Http\Message\RequestInterface;
use Psr\Http\Message\ResponseInterface;

/** What a shop needs of the gateway: requests that end in time, are sent again, and fail in one way. */
final class Gateway
{
    private const TRIES = 3;
    private const SECONDS_A_TRY = 10;
    private const LONGEST_WAIT = 60;
    private const SENT_AGAIN = [429, 500, 502, 503, 504];

    private readonly string $url;
    private readonly Client $client;
    private bool $wasReplayed = false;

    public function __construct(string $url, string $apiKey)
    {
        $this->url = rtrim($url, '/');
        $handlers = HandlerStack::create();
        $handlers->push(Middleware::retry(self::isSentAgain(...), self::wait(...)));
        $this->client = new Client([
            'handler' => $handlers,
            // The key in a header: URLs stand in logs.
            RequestOptions::HEADERS => ['Authorization' => "Bearer $apiKey"],
            RequestOptions::TIMEOUT => self::SECONDS_A_TRY,
            // A redirect would turn a POST into a GET.
            RequestOptions::ALLOW_REDIRECTS => false,
            RequestOptions::HTTP_ERRORS => false,
        ]);
    }

    /** @return array<string, mixed> */
    public function get(string $path, array $query): array
    {
        return $this->send('GET', $path, [RequestOptions::QUERY => $query]);
    }

    /**
     * Under the same key, the same request is done once, however often it is sent.
     *
     * @return array<string, mixed>
     */
    public function post(string $path, array $body, string $idempotencyKey): array
    {
        return $this->send('POST', $path, [
            RequestOptions::JSON => $body,
            RequestOptions::HEADERS => ['Idempotency-Key' => $idempotencyKey],
        ]);
    }

    /** @return array<string, mixed> */
    public function query(string $document, array $variables): array
    {
        $body = ['query' => $document, 'variables' => $variables];
        return $this->send('POST', '/graphql', [RequestOptions::JSON => $body])['data'];
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

    private function send(string $method, string $path, array $options): array
    {
        try {
            $response = $this->client->request($method, $this->url . $path, $options);
        } catch (TransferException) {
            throw new GatewayError(0, 'NO_ANSWER', 'no answer came');
        }
        $this->wasReplayed = $response->getHeaderLine('Idempotent-Replayed') === 'true';
        return self::read($response);
    }

    /** What Guzzle asks after each try. */
    private static function isSentAgain(
        int $retries,
        RequestInterface $request,
        ?ResponseInterface $response,
        ?Throwable $failure = null,
    ): bool {
        if ($retries + 1 >= self::TRIES) {
            return false;
        }
        if ($response === null) {
            return $failure instanceof TransferException;
        }
        // A 409 without the header is a conflict that stays; with it, the first request with this key still runs.
        $status = self::statusOf($response);
        if (!in_array($status, self::SENT_AGAIN, true) && !($status === 409 && $response->hasHeader('Retry-After'))) {
            return false;
        }
        $told = self::secondsTold($response);
        if ($told > self::LONGEST_WAIT) {
            error_log('try ' . ($retries + 1) . ' of ' . self::TRIES . ": $status, given up: told to wait $told s");
            return false;
        }
        return true;
    }

    /** @return int how long Guzzle waits before it sends again, in milliseconds */
    private static function wait(int $retries, ?ResponseInterface $response): int
    {
        $seconds = self::secondsTold($response) ?? $retries;
        $reason = $response === null ? 'no answer' : self::statusOf($response);
        error_log("try $retries of " . self::TRIES . ": $reason, again in $seconds s");
        return $seconds * 1000;
    }

    private static function secondsTold(?ResponseInterface $response): ?int
    {
        $told = $response?->getHeaderLine('Retry-After') ?? '';
        return ctype_digit($told) ? (int) $told : null;
    }

    /** GraphQL answers 200 where an operation fails; the status that REST would have is in the error. */
    private static function statusOf(ResponseInterface $response): int
    {
        return self::bodyOf($response)['errors'][0]['extensions']['status'] ?? $response->getStatusCode();
    }

    private static function bodyOf(ResponseInterface $response): mixed
    {
        return json_decode((string) $response->getBody(), true);
    }

    /** Only known members are read: others may come at any time. */
    private static function read(ResponseInterface $response): array
    {
        $status = self::statusOf($response);
        $body = self::bodyOf($response);
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
