# What a shop needs of the gateway: requests that end in time, are sent again, and fail in one way.
require 'json'
require 'net/http'
require 'uri'

# A request that failed. Decide by `code`, and by `status` where you do not know the code.
# Two codes are of this file: NO_ANSWER, with status 0, and UNEXPECTED_ANSWER, which something else on the way gave.
class GatewayError < StandardError
  attr_reader :status, :code, :fields, :request_id

  def initialize(status, message, details)
    @status = status
    @code = details[:code]
    @fields = details.fetch(:fields, [])
    @request_id = details[:requestId]
    super("#{status} #{@code}: #{message}")
  end
end

class Gateway
  TRIES = 3
  # For connecting, and for each wait for more of the answer.
  SECONDS_A_TRY = 10
  LONGEST_WAIT = 60
  SENT_AGAIN = [429, 500, 502, 503, 504].freeze
  NETWORK_FAILURES = [IOError, SystemCallError, SocketError, Timeout::Error, OpenSSL::SSL::SSLError,
                      Net::HTTPBadResponse].freeze

  Answer = Struct.new(:body, :replayed)

  def initialize(url, api_key)
    @url = url.chomp('/')
    @api_key = api_key
  end

  def get(path, query)
    send_request(Net::HTTP::Get.new(uri_of("#{path}?#{URI.encode_www_form(query)}")))
  end

  # Under the same key, the same request is done once, however often it is sent.
  def post(path, body, idempotency_key:)
    send_request(post_of(path, body, idempotency_key))
  end

  def query(document, variables)
    graphql(document, variables, nil)
  end

  def mutate(document, variables, idempotency_key:)
    graphql(document, variables, idempotency_key)
  end

  private

  def graphql(document, variables, idempotency_key)
    send_request(post_of('/graphql', { query: document, variables: variables }, idempotency_key)).body[:data]
  end

  def uri_of(path)
    URI.parse(@url + path)
  end

  def post_of(path, body, idempotency_key)
    request = Net::HTTP::Post.new(uri_of(path), 'Content-Type' => 'application/json')
    request['Idempotency-Key'] = idempotency_key if idempotency_key
    request.body = JSON.generate(body)
    request
  end

  def send_request(request)
    # In a header, since URLs stand in logs.
    request['Authorization'] = "Bearer #{@api_key}"
    # Not compressed, so that the length of an answer can be checked.
    request['Accept-Encoding'] = 'identity'
    attempt = 1
    loop do
      response = answer_to(request)
      wait = seconds_to_wait(response, attempt)
      return read(response) if wait.nil? || attempt == TRIES

      failed = "try #{attempt} of #{TRIES}: #{response ? status_of(response) : 'no answer'}"
      if wait > LONGEST_WAIT
        warn "#{failed}, given up: told to wait #{wait} s"
        return read(response)
      end
      warn "#{failed}, again in #{wait} s"
      sleep wait
      attempt += 1
    end
  end

  # nil where none came.
  def answer_to(request)
    uri = request.uri
    # Net::HTTP sends a GET again by itself, unless it is told not to: the tries are counted here.
    options = { use_ssl: uri.scheme == 'https', open_timeout: SECONDS_A_TRY, read_timeout: SECONDS_A_TRY,
                write_timeout: SECONDS_A_TRY, max_retries: 0 }
    response = Net::HTTP.start(uri.hostname, uri.port, options) { |http| http.request(request) }
    # Net::HTTP takes an answer that was cut for a whole one.
    response unless response.body.to_s.bytesize < (response.content_length || 0)
  rescue *NETWORK_FAILURES
    nil
  end

  # How long to wait before the next try; nil where the answer is final.
  def seconds_to_wait(response, attempt)
    return attempt if response.nil?

    status = status_of(response)
    told = response['Retry-After']
    # A 409 without the header is a conflict that stays; with it, the first request with this key still runs.
    return unless SENT_AGAIN.include?(status) || (status == 409 && told)

    told&.match?(/\A\d+\z/) ? told.to_i : attempt
  end

  # GraphQL answers 200 where an operation fails; the status that REST would have is in the error.
  def status_of(response)
    case body_of(response)
    in { errors: [{ extensions: { status: Integer => status } }, *] } then status
    else response.code.to_i
    end
  end

  # Only known members are read: others may come at any time.
  def read(response)
    raise GatewayError.new(0, 'no answer came', code: 'NO_ANSWER') if response.nil?

    status = status_of(response)
    case body_of(response)
    in { error: { message: String => message } => details }
      raise GatewayError.new(status, message, details)
    in { errors: [{ message: String => message, extensions: Hash => details }, *] }
      raise GatewayError.new(status, message, details)
    in Hash => body if status == 200
      Answer.new(body, response['Idempotent-Replayed'] == 'true')
    else
      # A proxy on the way, or no gateway at all.
      raise GatewayError.new(status, 'not an answer of the gateway', code: 'UNEXPECTED_ANSWER')
    end
  end

  def body_of(response)
    JSON.parse(response.body.to_s, symbolize_names: true)
  rescue JSON::ParserError
    nil
  end
end
