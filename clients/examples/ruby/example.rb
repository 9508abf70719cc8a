# Registers a customer, reads it and changes it, as a shop would.
require 'securerandom'
require_relative 'gateway'

CUSTOMER_VERSION = <<~GRAPHQL
  query CustomerVersion($by: CustomerBy!) {
    customer(by: $by) { version }
  }
GRAPHQL
CHANGE_PHONE = <<~GRAPHQL
  mutation ChangePhone($input: UpdateCustomerInput!) {
    updateCustomer(input: $input) {
      customer { phone version }
    }
  }
GRAPHQL

def run(gateway)
  # Stands for what a shop has: the number of an order, kept before the first try.
  order = SecureRandom.uuid

  puts '1. Register a customer'
  customer = { email: "anna-#{order}@example.com", companyName: 'Bäckerei Müller' }
  created = gateway.post('/api/v1/customer/create', customer, idempotency_key: "register-#{order}")
  reference = created.body[:cuRefNo]
  puts "newAccount: #{created.body[:newAccount]}"

  puts '2. Send the same request again'
  again = gateway.post('/api/v1/customer/create', customer, idempotency_key: "register-#{order}")
  puts "newAccount: #{again.body[:newAccount]}, replayed: #{again.replayed}"

  puts '3. Send wrong input'
  begin
    wrong = { email: 'anna', customerRealIp: '1.1' }
    gateway.post('/api/v1/customer/create', wrong, idempotency_key: "wrong-#{order}")
  rescue GatewayError => e
    raise unless e.code == 'INTERNAL_VALIDATION_FAILED'

    puts e.message
    e.fields.each { |field| puts "#{field[:path]}: #{field[:message]}" }
  end

  puts '4. Show the customer'
  detail = gateway.get('/api/v1/customer/detail', cuRefNo: reference).body
  # What is unknown of a customer is left out.
  puts "#{detail[:companyName]}, phone: #{detail.fetch(:phone, 'unknown')}, credit: #{detail[:creditBalance]}"

  puts '5. Change the phone'
  by = { cuRefNo: reference }
  version = gateway.query(CUSTOMER_VERSION, { by: by }).dig(:customer, :version)
  change = { by: by, phone: '+420 777 123 456', version: version }
  changed = gateway.mutate(CHANGE_PHONE, { input: change }, idempotency_key: "phone-#{order}")
                   .dig(:updateCustomer, :customer)
  puts "phone: #{changed[:phone]}, version: #{version}, then #{changed[:version]}"

  puts '6. Change it again, with the version of before'
  begin
    stale = change.merge(phone: '+420 777 654 321')
    gateway.mutate(CHANGE_PHONE, { input: stale }, idempotency_key: "stale-#{order}")
  rescue GatewayError => e
    raise unless e.code == 'INTERNAL_CONFLICT'

    # Somebody else was faster: read the customer again, then decide.
    puts e.message
  end
end

begin
  run(Gateway.new(ENV.fetch('GATEWAY_URL', 'http://localhost:4000'),
                  ENV.fetch('GATEWAY_API_KEY', 'PRODPGrFxpGEtrOZfuWhnoJohUYBXuOE')))
rescue GatewayError => e
  abort "#{e.message} (request #{e.request_id || 'unknown'})"
end
