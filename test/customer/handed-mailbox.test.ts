// A mailbox that goes to another customer while a call by it waits for the row: whoever has it then is changed, and nobody else.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { expectClean } from '../support/check.ts';
import { byMailbox, byReference, createNamed, type Named } from '../support/customers.ts';
import { runSql } from '../support/database.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { changesOf, mutate } from '../support/mutations.ts';
import { holdRows } from '../support/row-holder.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(async () => {
  await expectClean(gateway.databaseUrl);
  await gateway.close();
});

const newCustomer = () => createNamed(gateway);

/** Gives the mailbox of one customer to another while a call is running. */
async function whileHanded<Result>(from: Named, to: Named, call: () => Promise<Result>): Promise<Result> {
  const holder = await holdRows(gateway.databaseUrl);
  const set = 'update customer set email = $2, canonical_email = $2 where cu_ref_no = $1';
  await holder.run(set, [from.cuRefNo, `was-${from.email}`]);
  await holder.run(set, [to.cuRefNo, from.email]);
  const called = call();
  await holder.waiting(1);
  await holder.commit();
  return called;
}

const reason = 'why';
const inputs: [name: string, input: (referrer: Named) => object, isKeyed?: boolean][] = [
  ['updateCustomer', () => ({ firstName: 'Eva' })],
  ['updateCustomer', () => ({ firstName: 'Eva', customerRealIp: '9.8.7.6' })],
  ['changeCustomerEmail', ({ cuRefNo }) => ({ email: `${cuRefNo}@example.com` })],
  ['adjustCustomerCredit', () => ({ amount: 5, description: reason })],
  ['banCustomer', () => ({ reason })],
  ['addCustomerToGroups', () => ({ groups: ['handed'], createMissingGroups: true })],
  ['startCustomerSubscription', () => ({ productSlug: 'year', orderNumber: '1' })],
  ['setCustomerReferral', (referrer) => ({ referrer: byReference(referrer) })],
  ['deleteCustomer', () => ({ reason })],
];

it.each(
  inputs.flatMap(([name, input]) => [
    { name, input, keyed: false },
    { name, input, keyed: true },
  ]),
)('$name reaches whoever has it then, under a key: $keyed', async ({ name, input, keyed }) => {
  const [from, to, referrer] = [await newCustomer(), await newCustomer(), await newCustomer()];
  const options = keyed ? { headers: { 'idempotency-key': from.cuRefNo } } : {};
  const { code, payload } = await whileHanded(from, to, () =>
    mutate(gateway, name, { by: byMailbox(from), ...input(referrer) }, 'customer { cuRefNo }', options),
  );
  // A statement that looked before the commit finds nobody who has it then.
  expect(code ?? payload.customer.cuRefNo).toBe(code ? 'PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED' : to.cuRefNo);
  const changes = await changesOf(gateway, byReference(from));
  expect(changes.map(({ action }: { action: string }) => action)).toEqual(['CREATED']);
});

it.each(inputs.map(([name, input]) => ({ name, input })))(
  '$name by a mailbox that a merged customer loses reaches whoever has it then',
  async ({ name, input }) => {
    const { merged, survivor, to, holder } = await releasing();
    const referrer = await newCustomer();
    const called = mutate(gateway, name, { by: byMailbox(merged), ...input(referrer) }, 'customer { cuRefNo }');
    await holder.waiting(1);
    await holder.commit();
    const { code, payload } = await called;
    expect(code ?? payload.customer.cuRefNo).toBe(code ? 'PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED' : to.cuRefNo);
    const changes = await changesOf(gateway, byReference(survivor));
    expect(changes.map(({ action }: { action: string }) => action)).toEqual(['MERGED', 'CREATED']);
  },
);

it.each([{}, { companyName: 'ACME' }])(
  'a create by a mailbox that a merged customer loses changes nothing of the survivor: %j',
  async (more) => {
    const { merged, survivor, to, holder } = await releasing();
    const called = gateway.rest({ email: merged.email, customerRealIp: '9.8.7.5', ...more });
    await holder.waiting(1);
    await holder.commit();
    const { cuRefNo } = (await called).body;
    // What it finds, and need not fill in, it may answer as it was when it began.
    expect('companyName' in more ? [to.cuRefNo] : [to.cuRefNo, survivor.cuRefNo]).toContain(cuRefNo);
    const text = 'select company_name, host(last_ip) as last_ip from customer where cu_ref_no = $1';
    expect(await runSql(gateway.databaseUrl, text, [survivor.cuRefNo])).toEqual([
      { company_name: null, last_ip: null },
    ]);
    expect(await changesOf(gateway, byReference(survivor))).toHaveLength(2);
  },
);

/** A survivor that is locked while it lets a mailbox go that it has by a merge, and another customer takes it. */
async function releasing() {
  const [merged, survivor, to] = [await newCustomer(), await newCustomer(), await newCustomer()];
  await mutate(gateway, 'mergeCustomers', { survivor: byReference(survivor), duplicate: byReference(merged), reason });
  const holder = await holdRows(gateway.databaseUrl);
  const release = 'update customer set email = null, canonical_email = null where cu_ref_no = $1';
  await holder.run(release, [merged.cuRefNo]);
  await holder.run('update customer set version = version + 1 where cu_ref_no = $1', [survivor.cuRefNo]);
  await holder.run('update customer set email = $2, canonical_email = $2 where cu_ref_no = $1', [
    to.cuRefNo,
    merged.email,
  ]);
  return { merged, survivor, to, holder };
}

it('update-profile reaches whoever has it then', async () => {
  const [from, to] = [await newCustomer(), await newCustomer()];
  const body = { email: from.email, firstName: 'Eva', customerRealIp: '9.8.7.6', apiKey: gateway.key };
  const answer = await whileHanded(from, to, () =>
    gateway.send('/api/v1/customer/update-profile', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  );
  expect([answer.status, answer.body.cuRefNo]).toEqual([200, to.cuRefNo]);
  expect(await changesOf(gateway, byReference(from))).toHaveLength(1);
});

it('a merge of whoever has it with itself is refused, and nobody else is merged', async () => {
  for (const swap of [false, true]) {
    const [from, to] = [await newCustomer(), await newCustomer()];
    const sides = [byReference(to), byMailbox(from)];
    const [survivor, duplicate] = swap ? sides.toReversed() : sides;
    const { code, fields } = await whileHanded(from, to, () =>
      mutate(gateway, 'mergeCustomers', { survivor, duplicate, reason }),
    );
    expect([code, fields?.map(({ path }) => path)]).toEqual(['INTERNAL_VALIDATION_FAILED', ['duplicate']]);
  }
});

it('a name that an erasure has taken from a merged one leads to nobody', async () => {
  const [merged, survivor] = [await newCustomer(), await newCustomer()];
  await mutate(gateway, 'mergeCustomers', { survivor: byReference(survivor), duplicate: byReference(merged), reason });
  const holder = await holdRows(gateway.databaseUrl);
  await holder.run('select from customer where cu_ref_no = $1 for update', [survivor.cuRefNo]);
  await holder.run('update customer set email = null, canonical_email = null where cu_ref_no = $1', [merged.cuRefNo]);
  const called = mutate(gateway, 'addCustomerToGroups', {
    by: byMailbox(merged),
    groups: ['handed'],
    createMissingGroups: true,
  });
  await holder.waiting(1);
  await holder.commit();
  expect((await called).code).toBe('PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED');
});
