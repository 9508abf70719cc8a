// Calls under Idempotency-Keys that are sent until they are answered, whatever ends the gateway or the database meanwhile.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { randomAlphanumeric } from '../../src/random.ts';
import { runSql } from './database.ts';

/** What is there once a call was done, and would be there twice if it was done twice. */
interface Effect {
  /** Addresses of the customers that it makes. */
  readonly emails: readonly string[];
  /** The actions that it does with a customer whom no other call changes. */
  readonly actions: readonly string[];
  readonly cuRefNo?: string;
  /** Amounts of the entries that it makes in ledgers, with its name as their description. */
  readonly amounts: readonly number[];
}

/** One call, and what became of it. */
export interface KeyedCall extends Effect {
  readonly name: string;
  readonly path: string;
  readonly body: string;
  /** Bodies of all answers with status 200 and no error; and of those that refused it for good. */
  readonly answers: string[];
  /** Times that it was told that it is running, and that it was not served. */
  conflicts: number;
  failures: number;
}

function callOf(name: string, path: string, body: object, effect: Partial<Effect>): KeyedCall {
  const nothing = { emails: [], actions: [], amounts: [] };
  return { name, path, body: JSON.stringify(body), ...nothing, ...effect, answers: [], conflicts: 0, failures: 0 };
}

/** A create over REST. */
export function keyedCreate(name: string): KeyedCall {
  const email = `${name}@example.com`;
  return callOf(name, '/api/v1/customer/create', { email, companyName: 'Killed' }, { emails: [email] });
}

/** A document of two creates. */
export function keyedPair(name: string): KeyedCall {
  const emails = ['a', 'b'].map((part) => `${name}-${part}@example.com`);
  const fields = emails.map(
    (email, i) => `f${i}: createCustomer(input: { email: "${email}" }) { newAccount customer { cuRefNo } }`,
  );
  return callOf(name, '/graphql', { query: `mutation { ${fields.join(' ')} }` }, { emails });
}

/** A customer that is there before any call. */
export interface Subject {
  readonly cuRefNo: string;
  readonly email: string;
}

/** Makes customers that calls can change. */
export async function makeSubjects(databaseUrl: string, organisationId: number, count: number): Promise<Subject[]> {
  const subjects = Array.from({ length: count }, () => {
    const cuRefNo = randomAlphanumeric(16);
    return { cuRefNo, email: `${cuRefNo.toLowerCase()}@subjects.example.com` };
  });
  await runSql(
    databaseUrl,
    `insert into customer (organisation_id, cu_ref_no, email, canonical_email)
     select $1, r, e, e from unnest($2::text[], $3::text[]) u (r, e)`,
    [organisationId, subjects.map(({ cuRefNo }) => cuRefNo), subjects.map(({ email }) => email)],
  );
  return subjects;
}

/** A document of changes of one customer: in each the mutation, the action that it is and the members of its input, as GraphQL writes them. */
function keyedChanges(name: string, cuRefNo: string, changes: [mutation: string, action: string, members: string][]) {
  // An answer that could not be kept is rendered anew, from what the customer is by then: after several changes, it has only one version.
  const shown = changes.length > 1 ? 'cuRefNo' : 'cuRefNo version';
  const fields = changes.map(
    ([mutation, , members], i) =>
      `f${i}: ${mutation}(input: { by: { cuRefNo: "${cuRefNo}" } ${members} }) { customer { ${shown} } }`,
  );
  const actions = changes.map(([, action]) => action);
  return callOf(name, '/graphql', { query: `mutation { ${fields.join(' ')} }` }, { cuRefNo, actions });
}

/** Changes of credit, whose transaction ids the gateway chooses. */
function keyedCredit(name: string, changes: [Subject, amount: number][]): KeyedCall {
  const fields = changes.map(
    (
      [{ email }, amount],
      i,
    ) => `f${i}: adjustCustomerCredit(input: { by: { email: "${email}" } amount: ${amount} description: "${name}" })
      { entry { transactionId amount balanceAfter } customer { cuRefNo } }`,
  );
  const amounts = changes.map(([, amount]) => amount);
  return callOf(name, '/graphql', { query: `mutation { ${fields.join(' ')} }` }, { amounts });
}

/** A change of a profile over REST. */
function keyedProfile(name: string, { email, cuRefNo }: Subject, more: object, actions: string[]): KeyedCall {
  const body = { email, name: `Killed ${name}`, city: 'Kladno', ...more };
  return callOf(name, '/api/v1/customer/update-profile', body, { cuRefNo, actions: ['updated', ...actions] });
}

/** Calls of every sort: what changes one customer would leave other marks if it was done twice. */
const sorts: ((name: string, subject: Subject, till: Subject, other: Subject) => KeyedCall)[] = [
  keyedCreate,
  keyedPair,
  (name, subject) => keyedProfile(name, subject, {}, []),
  (name, { cuRefNo }) =>
    keyedChanges(name, cuRefNo, [
      ['updateCustomer', 'updated', `version: 1 firstName: "${name}"`],
      ['updateCustomer', 'updated', `version: 2 firstName: "${name} again" meta: { calls: 1 }`],
    ]),
  (name, { cuRefNo }) => keyedChanges(name, cuRefNo, [['updateCustomer', 'updated', `version: 1 lastName: "${name}"`]]),
  (name, { cuRefNo, email }) =>
    keyedChanges(name, cuRefNo, [
      ['changeCustomerEmail', 'e-mail changed', `email: "a-${email}"`],
      ['changeCustomerEmail', 'e-mail changed', `email: "b-${email}"`],
    ]),
  (name, { cuRefNo }) =>
    keyedChanges(name, cuRefNo, [
      ['addCustomerToGroups', 'groups changed', `groups: ["all", "${name}"] createMissingGroups: true`],
      ['removeCustomerFromGroups', 'groups changed', 'groups: ["all"]'],
    ]),
  (name, { cuRefNo }, { cuRefNo: till }) =>
    keyedChanges(name, cuRefNo, [['setCustomerReferral', 'referral set', `referrer: { cuRefNo: "${till}" }`]]),
  (name, subject, { cuRefNo: referralId }) =>
    keyedProfile(name, subject, { groups: ['all', name], referralId }, ['groups changed', 'referral set']),
  (name, _, till) => keyedCredit(name, [[till, 7]]),
  (name, _, till, other) =>
    keyedCredit(name, [
      [till, -3],
      [other, 3],
    ]),
  (name, { cuRefNo }) =>
    keyedChanges(name, cuRefNo, [
      ['banCustomer', 'banned', ''],
      ['unbanCustomer', 'unbanned', ''],
      ['banCustomer', 'banned', 'reason: "again"'],
    ]),
  (name, { cuRefNo }) =>
    keyedChanges(name, cuRefNo, [
      ['deleteCustomer', 'deleted', 'reason: "x"'],
      ['restoreCustomer', 'restored', 'reason: "x"'],
    ]),
  (name, { cuRefNo }) => keyedChanges(name, cuRefNo, [['deleteCustomer', 'deleted', 'reason: "x"']]),
  (name, { cuRefNo }) =>
    keyedChanges(name, cuRefNo, [
      ['startCustomerSubscription', 'subscription started', 'productSlug: "a" orderNumber: "1"'],
      ['startCustomerSubscription', 'subscription started', 'productSlug: "b" orderNumber: "2"'],
    ]),
];

/**
 * Makes calls of every sort in turn.
 *
 * @param subjects - one for each call
 * @param tills - an even number of others, whose credit many calls change
 */
export function keyedCalls(subjects: readonly Subject[], tills: readonly Subject[]): KeyedCall[] {
  return subjects.map((subject, i) => {
    const round = Math.floor(i / sorts.length);
    const pair = tills.slice((round * 2) % tills.length).slice(0, 2);
    // Credit moves both ways, so that calls wait for each other in either order.
    const [till = subject, other = subject] = Math.floor((round * 2) / tills.length) % 2 ? pair.toReversed() : pair;
    return (sorts[i % sorts.length] ?? keyedCreate)(`call-${i}`, subject, till, other);
  });
}

/** Sends a call once; notes what came of it. */
async function sendOnce(url: string, key: string, call: KeyedCall): Promise<void> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${key}`, 'idempotency-key': call.name };
  try {
    const answer = await fetch(`${url}${call.path}`, { method: 'POST', headers, body: call.body });
    const text = await answer.text();
    if (answer.status === 409 && answer.headers.has('retry-after')) call.conflicts += 1;
    // Nothing that a call needs is ever missing: it was refused since it had been done.
    else if (answer.status < 500 && !isTrouble(text)) call.answers.push(text);
    else call.failures += 1;
  } catch {
    call.failures += 1;
  }
}

/** Whether an answer says that the gateway or its database is in trouble. */
function isTrouble(text: string): boolean {
  return text.includes('INTERNAL_SERVICE_UNAVAILABLE') || text.includes('INTERNAL_SERVER_ERROR');
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

interface Found {
  emails: string[] | null;
  histories: Record<string, string[]> | null;
  amounts: Record<string, number[]> | null;
}

/** What there is in a database: who was made, what was done with whom, and what was entered for what. */
const FOUND = `select
  (select array_agg(email order by email collate "C") from customer where email like '%@example.com') as emails,
  (select jsonb_object_agg(reference, actions) from (
     select reference, jsonb_agg(action order by ordinal) as actions from change_entry where subject = 'customer' and action <> 'credit adjusted' group by reference
   ) h) as histories,
  (select jsonb_object_agg(description, amounts) from (
     select description, jsonb_agg(amount order by id) as amounts from credit_entry group by description
   ) e) as amounts`;

/** Asserts that each call was done once, and that all its answers are one, which says that its customers are new. */
export async function expectOnce(databaseUrl: string, calls: readonly KeyedCall[]): Promise<void> {
  const [found] = (await runSql<Found>(databaseUrl, FOUND)) as [Found];
  expect(found.emails ?? []).toEqual(calls.flatMap(({ emails }) => emails).toSorted());
  const changing = calls.filter(({ actions }) => actions.length > 0);
  expect(found.histories ?? {}).toEqual(Object.fromEntries(changing.map(({ cuRefNo, actions }) => [cuRefNo, actions])));
  const paying = calls.filter(({ amounts }) => amounts.length > 0);
  expect(found.amounts ?? {}).toEqual(Object.fromEntries(paying.map(({ name, amounts }) => [name, amounts])));
  for (const { name, answers, emails } of calls) {
    expect(new Set(answers).size, name).toBe(1);
    expect(answers[0], name).not.toContain('"error');
    expect(answers[0]?.split('"newAccount":true'), name).toHaveLength(emails.length + 1);
  }
}
