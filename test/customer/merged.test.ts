// Merged customers: the names of the duplicate lead to the survivor from then on, in every look-up.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectClean } from '../support/check.ts';
import { byMailbox, byReference } from '../support/customers.ts';
import { runSql } from '../support/database.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { mergeCalls } from '../support/merging.ts';
import { changesOf, mutate } from '../support/mutations.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(async () => {
  await expectClean(gateway.databaseUrl);
  await gateway.close();
});

const { newCustomer, merge, find, credit } = mergeCalls(() => gateway);

describe('a merged customer', () => {
  it('leaves ledger and history of the duplicate to be read below the survivor', async () => {
    const [a, b, c] = [await newCustomer(), await newCustomer(), await newCustomer()];
    await mutate(gateway, 'banCustomer', { by: byReference(a), reason: 'fraud' });
    await credit(byReference(a), 30);
    await merge(byReference(b), byReference(a));
    await merge(byReference(c), byReference(b));
    const { body } = await gateway.graphql(
      `query ($by: CustomerBy!) { customer(by: $by) { mergedCustomers {
         cuRefNo email creditBalance mergedCustomers { cuRefNo }
         creditEntries(first: 5) { edges { node { amount } } } changes(first: 5) { edges { node { action reason } } } } } }`,
      { by: byMailbox(a) },
    );
    const [second, first] = body.data.customer.mergedCustomers;
    expect([second.cuRefNo, first.cuRefNo]).toEqual([b.cuRefNo, a.cuRefNo]);
    expect(first).toMatchObject({ email: a.email, creditBalance: 0, mergedCustomers: [] });
    expect(first.creditEntries.edges.map(({ node }: { node: { amount: number } }) => node.amount)).toEqual([-30, 30]);
    expect(first.changes.edges.map(({ node }: { node: object }) => node)).toEqual([
      { action: 'MERGED_INTO', reason: 'the same person' },
      { action: 'CREDIT_ADJUSTED', reason: 'test' },
      { action: 'BANNED', reason: 'fraud' },
      { action: 'CREATED', reason: null },
    ]);
  });

  it('leads by reference and mailbox to the survivor in every look-up, through chains too', async () => {
    const [a, b, c] = [await newCustomer(), await newCustomer(), await newCustomer()];
    await merge(byReference(b), byReference(a));
    await merge(byReference(c), byReference(b));
    for (const named of [a, b, c]) {
      for (const by of [byReference(named), byMailbox(named)]) {
        expect((await find(by)).cuRefNo).toBe(c.cuRefNo);
        expect((await credit(by, 1)).payload.customer.cuRefNo).toBe(c.cuRefNo);
        for (const [name, input] of Object.entries({
          updateCustomer: { firstName: `Name ${Math.random()}` },
          banCustomer: {},
          unbanCustomer: {},
          addCustomerToGroups: { groups: ['led'], createMissingGroups: true },
          removeCustomerFromGroups: { groups: ['led'] },
        }))
          expect((await mutate(gateway, name, { by, ...input })).payload?.customer.cuRefNo, name).toBe(c.cuRefNo);
      }
      expect((await gateway.rest({ email: named.email })).body).toMatchObject({
        newAccount: false,
        cuRefNo: c.cuRefNo,
      });
      expect((await gateway.rest({ email: named.email, companyName: 'Filled' })).body).toMatchObject({
        cuRefNo: c.cuRefNo,
        companyName: 'Filled',
      });
      const detail = await gateway.send(`/api/v1/customer/detail?cuRefNo=${named.cuRefNo}&apiKey=${gateway.key}`);
      expect(detail.body.cuRefNo).toBe(c.cuRefNo);
      const log = await gateway.send(`/api/v1/customer/credit-log?cuRefNo=${named.cuRefNo}&apiKey=${gateway.key}`);
      expect(log.body.items.length).toBeGreaterThan(0);
      const { body } = await gateway.graphql('query ($id: ID!) { node(id: $id) { ... on Customer { cuRefNo } } }', {
        id: Buffer.from(`Customer:${named.cuRefNo}`).toString('base64'),
      });
      expect(body.data.node).toEqual({ cuRefNo: c.cuRefNo });
      const restored = await mutate(gateway, 'restoreCustomer', { by: byReference(named), reason: 'x' });
      expect(restored.payload.customer.cuRefNo).toBe(c.cuRefNo);
    }
    expect((await find(byReference(c))).creditBalance).toBe(6);
    const { body } = await gateway.graphql('{ customers(first: 3) { edges { node { cuRefNo } } } }');
    expect(body.data.customers.edges[0].node).toEqual(byReference(c));
    expect(JSON.stringify(body)).not.toContain(b.cuRefNo);
  });
});

describe('a customer that another one was merged into', () => {
  it('is returned, noted and filled by whichever of its mailboxes is called, all of them at once', async () => {
    const [a, b] = [await newCustomer(), await newCustomer()];
    await merge(byReference(b), byReference(a));
    const calls = (more: (i: number) => object) =>
      Promise.all(Array.from({ length: 24 }, (_, i) => gateway.rest({ email: (i % 2 ? a : b).email, ...more(i) })));
    for (const { status, body } of [
      ...(await calls((i) => ({ customerRealIp: `7.7.7.${i}` }))),
      ...(await calls((i) => ({ companyName: `Company ${i}`, customerRealIp: `7.7.8.${i}` }))),
    ])
      expect([status, body.newAccount, body.cuRefNo]).toEqual([200, false, b.cuRefNo]);
    const actions = (await changesOf(gateway, byReference(b))).map(({ action }: { action: string }) => action);
    expect(actions).toEqual(['FILLED', 'MERGED', 'CREATED']);
    const [{ ips } = { ips: 0 }] = await runSql<{ ips: number }>(
      gateway.databaseUrl,
      'select count(*)::int as ips from customer_ip i join customer c on c.id = i.customer_id where c.cu_ref_no = $1',
      [b.cuRefNo],
    );
    expect(ips).toBeGreaterThan(1);
  });

  it('frees its mailboxes when it is deleted, and has them again when it is restored', async () => {
    const [a, b] = [await newCustomer(), await newCustomer()];
    await merge(byReference(b), byReference(a));
    await mutate(gateway, 'deleteCustomer', { by: byMailbox(a), reason: 'x' });
    for (const by of [byReference(a), byMailbox(a), byReference(b), byMailbox(b)]) expect(await find(by)).toBeNull();
    expect((await merge(byReference(await newCustomer()), byReference(a))).code).toBe(
      'PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED',
    );
    const restored = await mutate(gateway, 'restoreCustomer', { by: byReference(a), reason: 'x' });
    expect(restored.payload.customer.cuRefNo).toBe(b.cuRefNo);
    for (const by of [byReference(a), byMailbox(a), byReference(b), byMailbox(b)])
      expect((await find(by)).cuRefNo).toBe(b.cuRefNo);
    await mutate(gateway, 'deleteCustomer', { by: byReference(b), reason: 'x' });
    expect((await gateway.rest({ email: a.email })).body.newAccount).toBe(true);
    expect((await mutate(gateway, 'restoreCustomer', { by: byReference(b), reason: 'x' })).code).toBe(
      'INTERNAL_CONFLICT',
    );
  });

  it('may take the address of that one, which nobody else may', async () => {
    const [a, b, other] = [await newCustomer(), await newCustomer(), await newCustomer()];
    await merge(byReference(b), byReference(a));
    expect((await mutate(gateway, 'changeCustomerEmail', { by: byReference(other), email: a.email })).code).toBe(
      'INTERNAL_CONFLICT',
    );
    const { payload } = await mutate(
      gateway,
      'changeCustomerEmail',
      { by: byMailbox(b), email: a.email },
      'customer { email }',
    );
    expect(payload.customer.email).toBe(a.email);
    expect((await find(byMailbox(a))).cuRefNo).toBe(b.cuRefNo);
    expect(await find(byMailbox(b))).toBeNull();
  });
});
