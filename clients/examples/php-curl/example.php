<?php

// Registers a customer, reads it and changes it, as a shop would.

declare(strict_types=1);

require __DIR__ . '/GatewayError.php';
require __DIR__ . '/Gateway.php';

const CUSTOMER_VERSION = <<<'GRAPHQL'
    query CustomerVersion($by: CustomerBy!) {
      customer(by: $by) { version }
    }
    GRAPHQL;
const CHANGE_PHONE = <<<'GRAPHQL'
    mutation ChangePhone($input: UpdateCustomerInput!) {
      updateCustomer(input: $input) {
        customer { phone version }
      }
    }
    GRAPHQL;

function run(Gateway $gateway): void
{
    // Stands for what a shop has: the number of an order, kept before the first try.
    $order = bin2hex(random_bytes(16));

    echo "1. Register a customer\n";
    $customer = ['email' => "anna-$order@example.com", 'companyName' => 'Bäckerei Müller'];
    $created = $gateway->post('/api/v1/customer/create', $customer, "register-$order");
    echo 'newAccount: ', textOf($created['newAccount']), "\n";

    echo "2. Send the same request again\n";
    $again = $gateway->post('/api/v1/customer/create', $customer, "register-$order");
    echo 'newAccount: ', textOf($again['newAccount']), ', replayed: ', textOf($gateway->wasReplayed()), "\n";

    echo "3. Send wrong input\n";
    try {
        $wrong = ['email' => 'anna', 'customerRealIp' => '1.1'];
        $gateway->post('/api/v1/customer/create', $wrong, "wrong-$order");
    } catch (GatewayError $error) {
        if ($error->errorCode !== 'INTERNAL_VALIDATION_FAILED') {
            throw $error;
        }
        echo $error->getMessage(), "\n";
        foreach ($error->fields as ['path' => $path, 'message' => $message]) {
            echo "$path: $message\n";
        }
    }

    echo "4. Show the customer\n";
    $detail = $gateway->get('/api/v1/customer/detail', ['cuRefNo' => $created['cuRefNo']]);
    // What is unknown of a customer is left out.
    $phone = $detail['phone'] ?? 'unknown';
    echo "$detail[companyName], phone: $phone, credit: $detail[creditBalance]\n";

    echo "5. Change the phone\n";
    $by = ['cuRefNo' => $created['cuRefNo']];
    $version = $gateway->query(CUSTOMER_VERSION, ['by' => $by])['customer']['version'];
    $change = ['by' => $by, 'phone' => '+420 777 123 456', 'version' => $version];
    $answer = $gateway->mutate(CHANGE_PHONE, ['input' => $change], "phone-$order");
    $changed = $answer['updateCustomer']['customer'];
    echo "phone: $changed[phone], version: $version, then $changed[version]\n";

    echo "6. Change it again, with the version of before\n";
    try {
        $stale = ['phone' => '+420 777 654 321'] + $change;
        $gateway->mutate(CHANGE_PHONE, ['input' => $stale], "stale-$order");
    } catch (GatewayError $error) {
        if ($error->errorCode !== 'INTERNAL_CONFLICT') {
            throw $error;
        }
        // Somebody else was faster: read the customer again, then decide.
        echo $error->getMessage(), "\n";
    }
}

function textOf(bool $flag): string
{
    return $flag ? 'true' : 'false';
}

try {
    run(new Gateway(
        getenv('GATEWAY_URL') ?: 'http://localhost:4000',
        getenv('GATEWAY_API_KEY') ?: 'PRODPGrFxpGEtrOZfuWhnoJohUYBXuOE',
    ));
} catch (GatewayError $error) {
    fwrite(STDERR, $error->getMessage() . ' (request ' . ($error->requestId ?? 'unknown') . ")\n");
    exit(1);
}
