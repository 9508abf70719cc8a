#!/bin/sh
# Registers a customer, reads it and changes it, as a shop would.
set -eu

GATEWAY_URL=${GATEWAY_URL:-http://localhost:4000}
GATEWAY_URL=${GATEWAY_URL%/}
GATEWAY_API_KEY=${GATEWAY_API_KEY:-PRODPGrFxpGEtrOZfuWhnoJohUYBXuOE}
. "$(dirname "$0")/gateway.sh"

# Stands for what a shop has: the number of an order, kept before the first try.
order=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')

fail() {
  echo "$status $code: $message (request $(part requestId unknown))" >&2
  exit 1
}

echo '1. Register a customer'
# Not by --arg: the arguments of a program can be seen by others, its environment cannot.
customer=$(email="anna-$order@example.com" jq -n '{email: env.email, companyName: "Bäckerei Müller"}')
post /api/v1/customer/create "$customer" "register-$order" || fail
reference=$(answer .cuRefNo)
echo "newAccount: $(answer .newAccount)"

echo '2. Send the same request again'
post /api/v1/customer/create "$customer" "register-$order" || fail
replayed=$(header idempotent-replayed)
echo "newAccount: $(answer .newAccount), replayed: ${replayed:-false}"

echo '3. Send wrong input'
if ! post /api/v1/customer/create '{"email": "anna", "customerRealIp": "1.1"}' "wrong-$order"; then
  [ "$code" = INTERNAL_VALIDATION_FAILED ] || fail
  echo "$status $code: $message"
  answer '.error.fields[] | "\(.path): \(.message)"'
fi

echo '4. Show the customer'
get "/api/v1/customer/detail?cuRefNo=$reference" || fail
# What is unknown of a customer is left out.
answer '"\(.companyName), phone: \(.phone // "unknown"), credit: \(.creditBalance)"'

echo '5. Change the phone'
query 'query CustomerVersion($by: CustomerBy!) {
  customer(by: $by) { version }
}' "$(jq -n --arg reference "$reference" '{by: {cuRefNo: $reference}}')" || fail
version=$(answer .data.customer.version)

# variables PHONE
variables() {
  phone=$1 jq -n --arg reference "$reference" --argjson version "$version" \
    '{input: {by: {cuRefNo: $reference}, phone: env.phone, version: $version}}'
}
change_phone='mutation ChangePhone($input: UpdateCustomerInput!) {
  updateCustomer(input: $input) {
    customer { phone version }
  }
}'
mutate "$change_phone" "$(variables '+420 777 123 456')" "phone-$order" || fail
answer ".data.updateCustomer.customer | \"phone: \\(.phone), version: $version, then \\(.version)\""

echo '6. Change it again, with the version of before'
if ! mutate "$change_phone" "$(variables '+420 777 654 321')" "stale-$order"; then
  [ "$code" = INTERNAL_CONFLICT ] || fail
  # Somebody else was faster: read the customer again, then decide.
  echo "$status $code: $message"
fi
