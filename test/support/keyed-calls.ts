// Calls under Idempotency-Keys that are sent until they are answered, whatever ends the gateway or the database meanwhile.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { runSql } from './database.ts';

/** One call, and what became of it. */
export interface KeyedCall {
  readonly name: string;
  readonly path: string;
  readonly body: string;
  /** Addresses of the customers that it makes. */
  readonly emails: readonly string[];
  /** Bodies of all answers with status 200 and no error. */
  readonly answers: string[];
  /** Times that it was told that it is running, and that it was not served. */
  conflicts: number;
  failures: number;
}

/** A create over REST. */
export function keyedCreate(name: string): KeyedCall {
  const email = `${name}@example.com`;
  const body = JSON.stringify({ email, companyName: 'Killed' });
  return { name, path: '/api/v1/customer/create', body, emails: [email], answers: [], conflicts: 0, failures: 0 };
}

/** A document of two creates. */
export function keyedPair(name: string): KeyedCall {
  const emails = ['a', 'b'].map((part) => `${name}-${part}@example.com`);
  const fields = emails.map(
    (email, i) => `f${i}: createCustomer(input: { email: "${email}" }) { newAccount customer { cuRefNo } }`,
  );
  const body = JSON.stringify({ query: `mutation { ${fields.join(' ')} }` });
  return { name, path: '/graphql', body, emails, answers: [], conflicts: 0, failures: 0 };
}

/** Sends a call once; notes what came of it. */
async function sendOnce(url: string, key: string, call: KeyedCall): Promise<void> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${key}`, 'idempotency-key': call.name };
  try {
    const answer = await fetch(`${url}${call.path}`, { method: 'POST', headers, body: call.body });
    const text = await answer.text();
    if (answer.status === 409) call.conflicts += 1;
    else if (answer.status === 200 && !text.includes('"errors"')) call.answers.push(text);
    else call.failures += 1;
  } catch {
    call.failures += 1;
  }
}

/** Sends calls in lanes until each has so many answers, or it is told to stop. */
export async function sendAll(
  url: string,
  key: string,
  calls: readonly KeyedCall[],
  until: () => boolean = () => false,
) {
  const left = calls.filter(({ answers }) => answers.length === 0);
  const lane = async () => {
    for (let call = left.shift(); call && !until(); call = left.shift()) {
      await sendOnce(url, key, call);
      if (call.answers.length > 0 || until()) continue;
      left.push(call);
      await sleep(20);
    }
  };
  await Promise.all(Array.from({ length: 16 }, lane));
}

/** Asserts that each call was done once, and that all its answers are one, which says that its customers are new. */
export async function expectOnce(databaseUrl: string, calls: readonly KeyedCall[]): Promise<void> {
  const rows = await runSql<{ email: string }>(databaseUrl, 'select email from customer order by email');
  expect(rows.map(({ email }) => email)).toEqual(calls.flatMap(({ emails }) => emails).toSorted());
  for (const { name, answers, emails } of calls) {
    expect(new Set(answers).size, name).toBe(1);
    expect(answers[0]?.split('"newAccount":true'), name).toHaveLength(emails.length + 1);
  }
}
