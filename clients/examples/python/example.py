"""Registers a customer, reads it and changes it, as a shop would."""
import os
import sys
import uuid

from gateway import Gateway, GatewayError

CUSTOMER_VERSION = """
query CustomerVersion($by: CustomerBy!) {
  customer(by: $by) { version }
}
"""
CHANGE_PHONE = """
mutation ChangePhone($input: UpdateCustomerInput!) {
  updateCustomer(input: $input) {
    customer { phone version }
  }
}
"""

gateway = Gateway(
    os.environ.get('GATEWAY_URL', 'http://localhost:4000'),
    os.environ.get('GATEWAY_API_KEY', 'PRODPGrFxpGEtrOZfuWhnoJohUYBXuOE'),
)
# Stands for what a shop has: the number of an order, kept before the first try.
order = uuid.uuid4().hex


def run():
    print('1. Register a customer')
    customer = {'email': f'anna-{order}@example.com', 'companyName': 'Bäckerei Müller'}
    created = gateway.post('/api/v1/customer/create', customer, f'register-{order}')
    reference = created.body['cuRefNo']
    print(f'newAccount: {text_of(created.body["newAccount"])}')

    print('2. Send the same request again')
    again = gateway.post('/api/v1/customer/create', customer, f'register-{order}')
    print(f'newAccount: {text_of(again.body["newAccount"])}, replayed: {text_of(again.replayed)}')

    print('3. Send wrong input')
    try:
        gateway.post('/api/v1/customer/create', {'email': 'anna', 'customerRealIp': '1.1'}, f'wrong-{order}')
    except GatewayError as error:
        if error.code != 'INTERNAL_VALIDATION_FAILED':
            raise
        print(error)
        for field in error.fields:
            print(f'{field["path"]}: {field["message"]}')

    print('4. Show the customer')
    detail = gateway.get('/api/v1/customer/detail', cuRefNo=reference).body
    # What is unknown of a customer is left out.
    print(f'{detail["companyName"]}, phone: {detail.get("phone", "unknown")}, credit: {detail["creditBalance"]}')

    print('5. Change the phone')
    by = {'cuRefNo': reference}
    version = gateway.query(CUSTOMER_VERSION, by=by)['customer']['version']
    change = {'by': by, 'phone': '+420 777 123 456', 'version': version}
    changed = gateway.mutate(CHANGE_PHONE, f'phone-{order}', input=change)['updateCustomer']['customer']
    print(f'phone: {changed["phone"]}, version: {version}, then {changed["version"]}')

    print('6. Change it again, with the version of before')
    try:
        gateway.mutate(CHANGE_PHONE, f'stale-{order}', input={**change, 'phone': '+420 777 654 321'})
    except GatewayError as error:
        if error.code != 'INTERNAL_CONFLICT':
            raise
        # Somebody else was faster: read the customer again, then decide.
        print(error)


def text_of(flag):
    return 'true' if flag else 'false'


try:
    run()
except GatewayError as error:
    sys.exit(f'{error} (request {error.request_id or "unknown"})')
