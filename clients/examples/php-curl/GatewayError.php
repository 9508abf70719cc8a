<?php

declare(strict_types=1);

/**
 * A request that failed. Decide by `errorCode`, and by `status` where you do not know the code.
 *
 * Two codes are of this client: NO_ANSWER, with status 0, and UNEXPECTED_ANSWER, which something else on the way gave.
 */
final class GatewayError extends RuntimeException
{
    /** @param list<array{path: string, message: string}> $fields */
    public function __construct(
        public readonly int $status,
        public readonly string $errorCode,
        string $message,
        public readonly array $fields = [],
        public readonly ?string $requestId = null,
    ) {
        parent::__construct("$status $errorCode: $message");
    }

    /** @param array<string, mixed> $details what the gateway tells beside the message */
    public static function of(int $status, string $message, array $details): self
    {
        return new self($status, $details['code'] ?? '', $message, $details['fields'] ?? [], $details['requestId'] ?? null);
    }
}
