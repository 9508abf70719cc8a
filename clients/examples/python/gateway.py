"""What a shop needs of the gateway: requests that end in time, are sent again, and fail in one way."""
import logging
import time
from collections import namedtuple

import requests

TRIES = 3
# For connecting, and for each wait for more of the answer.
SECONDS_A_TRY = 10
LONGEST_WAIT = 60
SENT_AGAIN = (429, 500, 502, 503, 504)

log = logging.getLogger(__name__)

Answer = namedtuple('Answer', 'body replayed')


class GatewayError(Exception):
    """A request that failed. Decide by `code`, and by `status` where you do not know the code.

    Two codes are of this file: NO_ANSWER, with status 0, and UNEXPECTED_ANSWER, which something else on the way gave.
    """

    def __init__(self, status, code, message, fields=(), request_id=None):
        super().__init__(f'{status} {code}: {message}')
        self.status = status
        self.code = code
        self.fields = fields
        self.request_id = request_id


class BearerAuth(requests.auth.AuthBase):
    """The key in a header: URLs stand in logs. Not among the session's headers, where a `.netrc` would replace it."""

    def __init__(self, api_key):
        self.api_key = api_key

    def __call__(self, request):
        request.headers['Authorization'] = f'Bearer {self.api_key}'
        return request


class Gateway:
    def __init__(self, url, api_key):
        self.url = url.rstrip('/')
        self.session = requests.Session()
        self.session.auth = BearerAuth(api_key)

    def get(self, path, **query):
        return self._send('GET', path, params=query)

    def post(self, path, body, idempotency_key):
        """Under the same key, the same request is done once, however often it is sent."""
        return self._send('POST', path, json=body, headers={'Idempotency-Key': idempotency_key})

    def query(self, document, **variables):
        return self._graphql(document, variables, {})

    def mutate(self, document, idempotency_key, **variables):
        return self._graphql(document, variables, {'Idempotency-Key': idempotency_key})

    def _graphql(self, document, variables, headers):
        answer = self._send('POST', '/graphql', json={'query': document, 'variables': variables}, headers=headers)
        return answer.body['data']

    def _send(self, method, path, **options):
        for attempt in range(1, TRIES + 1):
            response, failure = None, None
            try:
                # A redirect is not followed: it would turn a POST into a GET.
                response = self.session.request(
                    method, self.url + path, timeout=SECONDS_A_TRY, allow_redirects=False, **options
                )
                # requests takes an answer that was cut for a whole one.
                if response.raw.tell() < int(response.headers.get('Content-Length', 0)):
                    raise requests.ConnectionError('the answer was cut')
            except (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError) as caught:
                response, failure = None, caught
            wait = seconds_to_wait(response, attempt)
            if wait is None or attempt == TRIES:
                break
            reason = 'no answer' if response is None else status_of(response)
            if wait > LONGEST_WAIT:
                log.warning('try %d of %d: %s, given up: told to wait %d s', attempt, TRIES, reason, wait)
                break
            log.warning('try %d of %d: %s, again in %d s', attempt, TRIES, reason, wait)
            time.sleep(wait)
        if response is None:
            raise GatewayError(0, 'NO_ANSWER', 'no answer came') from failure
        return Answer(body_of(response), response.headers.get('Idempotent-Replayed') == 'true')


def seconds_to_wait(response, attempt):
    """How long to wait before the next try; None where the answer is final."""
    if response is None:
        return attempt
    status, told = status_of(response), response.headers.get('Retry-After', '')
    # A 409 without the header is a conflict that stays; with it, the first request with this key still runs.
    if status in SENT_AGAIN or (status == 409 and told):
        return int(told) if told.isdecimal() else attempt
    return None


def status_of(response):
    """GraphQL answers 200 where an operation fails; the status that REST would have is in the error."""
    try:
        return response.json()['errors'][0]['extensions']['status']
    except (ValueError, LookupError, TypeError):
        return response.status_code


def body_of(response):
    """The body of a good answer. Only known members are read: others may come at any time."""
    try:
        body = response.json()
    except ValueError:
        body = None
    if isinstance(body, dict) and isinstance(body.get('error'), dict):
        raise error_of(response.status_code, body['error'].get('message', ''), body['error'])
    if isinstance(body, dict) and body.get('errors'):
        first = body['errors'][0]
        raise error_of(status_of(response), first.get('message', ''), first.get('extensions', {}))
    if response.status_code != 200 or not isinstance(body, dict):
        # A proxy on the way, or no gateway at all.
        raise GatewayError(response.status_code, 'UNEXPECTED_ANSWER', 'not an answer of the gateway')
    return body


def error_of(status, message, details):
    return GatewayError(status, details.get('code', ''), message, details.get('fields', []), details.get('requestId'))
