// Requests that come again under one Idempotency-Key: with the same body, with another, and while the first still runs.
import { CREATE_PATH, type GeneratedRequest, type RepeatedRequest } from '../generated-requests.ts';
import type { ReceivedAnswer } from './transport.ts';

/** How many arrive at once, so that some come while the first of them still runs. */
const AT_ONCE = 4;

type Send = (request: GeneratedRequest) => Promise<ReceivedAnswer>;

/**
 * Sends one request again and again.
 *
 * @returns what is wrong with the answers taken together, one sentence for each thing
 */
export async function problemsOfRepeats({ email, apiKey, idempotencyKey }: RepeatedRequest, send: Send) {
  const sendBody = (body: object) =>
    send({
      method: 'POST',
      target: CREATE_PATH,
      headers: [
        ['Host', 'gateway.example'],
        ['Authorization', `Bearer ${apiKey}`],
        ['Content-Type', 'application/json'],
        ['Idempotency-Key', idempotencyKey],
      ],
      body: Buffer.from(JSON.stringify(body)),
    });
  const together = await Promise.all(Array.from({ length: AT_ONCE }, () => sendBody({ email })));
  const repeated = await sendBody({ email });
  const other = await sendBody({ email, companyName: 'Another body' });

  const problems: string[] = [];
  const first = together.filter(({ status, headers }) => status === 200 && !headers['idempotent-replayed']);
  if (first.length !== 1) problems.push(`${first.length} requests of one Idempotency-Key ran`);
  if (together.some(({ status, headers }) => status !== 200 && !(status === 409 && headers['retry-after'])))
    problems.push('a request came while the first ran, and was not told when to come again');
  if (repeated.text !== first[0]?.text || repeated.headers['idempotent-replayed'] !== 'true')
    problems.push('an answer was not replayed');
  if (other.status !== 409 || other.headers['retry-after'])
    problems.push('another body under the same Idempotency-Key was not refused for good');
  return problems;
}
