// Merges that race with everything else that can be done to the same customers, over several gateways on one database.
import { randomAlphanumeric } from '../../src/random.ts';
import type { Named } from './customers.ts';
import type { Answer, CallOptions, TestGateway } from './gateway.ts';
import { mutate } from './mutations.ts';

type Gateway = Pick<TestGateway, 'graphql' | 'rest'>;

/** What became of a storm. */
export interface Storm {
  /** Answers by what was called and the code that it gave; `ok` for none. */
  counts: Record<string, number>;
  /** Credit that was added, less what was taken, by calls that were answered. */
  credit: number;
  /** References of all customers that were ever answered. */
  references: ReadonlySet<string>;
}

/**
 * Runs merges of pairs of customers, each together with calls that change the two.
 *
 * @param merges - how many
 * @param callsBeside - calls beside each
 */
export async function stormOfMerges(
  gateways: readonly Gateway[],
  merges: number,
  { callsBeside = 8, atOnce = 6 } = {},
): Promise<Storm> {
  const storm = new MergeStorm(gateways);
  let left = merges;
  const worker = async () => {
    while (left-- > 0) await storm.round(callsBeside);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return storm;
}

const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(Math.random() * items.length)] as Item;

class MergeStorm implements Storm {
  readonly counts: Record<string, number> = {};
  credit = 0;
  readonly references = new Set<string>();
  readonly #gateways: readonly Gateway[];
  readonly #pool: Named[] = [];
  readonly #mark = randomAlphanumeric(6).toLowerCase();
  #made = 0;

  constructor(gateways: readonly Gateway[]) {
    this.#gateways = gateways;
  }

  /** One merge, of two new customers or of some that were in merges before, with calls beside it. */
  async round(callsBeside: number): Promise<void> {
    const pair = [await this.#customer(), await this.#customer()];
    const beside = Array.from({ length: callsBeside }, () => this.#call(pick(pair), pick(pair)));
    await Promise.all([this.#merge(pair[0] as Named, pair[1] as Named), ...beside]);
    this.#pool.push(...pair);
    if (this.#pool.length > 40) this.#pool.splice(0, this.#pool.length - 40);
  }

  async #customer(): Promise<Named> {
    if (this.#pool.length > 4 && Math.random() < 0.5) return pick(this.#pool);
    this.#made += 1;
    const email = `${this.#mark}${this.#made}@example.com`;
    const { body } = await pick(this.#gateways).rest({ email });
    this.references.add(body.cuRefNo);
    return { email, cuRefNo: body.cuRefNo };
  }

  #by({ email, cuRefNo }: Named): object {
    return Math.random() < 0.5 ? { email } : { cuRefNo };
  }

  async #merge(survivor: Named, duplicate: Named): Promise<void> {
    await this.#mutate('mergeCustomers', {
      survivor: this.#by(survivor),
      duplicate: this.#by(duplicate),
      reason: 'storm',
    });
  }

  readonly #calls: readonly ((one: Named, other: Named) => Promise<unknown>)[] = [
    (one) => this.#create(one),
    (one) => this.#create(one),
    (one) => this.#adjust(one),
    (one) => this.#adjust(one),
    (one) => this.#adjust(one),
    (one) => this.#mutate('deleteCustomer', { by: this.#by(one), reason: 'storm' }),
    ({ cuRefNo }) => this.#mutate('restoreCustomer', { by: { cuRefNo }, reason: 'storm' }),
    async ({ cuRefNo }) =>
      Math.random() < 0.3 && this.#mutate('eraseCustomer', { by: { cuRefNo }, reason: 'storm' }, this.#maybeKeyed()),
    (one) => this.#mutate('banCustomer', { by: this.#by(one) }, this.#maybeKeyed()),
    (one) =>
      this.#mutate('updateCustomer', { by: this.#by(one), firstName: randomAlphanumeric(8) }, this.#maybeKeyed()),
    (one) =>
      this.#mutate('changeCustomerEmail', { by: this.#by(one), email: `${this.#mark}-n${Math.random()}@example.com` }),
    (one, other) => this.#mutate('changeCustomerEmail', { by: this.#by(one), email: other.email }),
    (one) =>
      this.#mutate('addCustomerToGroups', {
        by: this.#by(one),
        groups: [`g${Math.floor(Math.random() * 5)}`],
        createMissingGroups: true,
      }),
    (one) => this.#mutate('removeCustomerFromGroups', { by: this.#by(one), groups: ['g1'] }),
    () => this.#mutate('deleteCustomerGroup', { slug: 'g2', force: true }),
    (one, other) =>
      this.#mutate(
        'mergeCustomers',
        { survivor: this.#by(one), duplicate: this.#by(other), reason: 'storm' },
        this.#maybeKeyed(),
      ),
    (one, other) => this.#twoAtOnce(one, other),
    (one, other) =>
      this.#mutate('setCustomerReferral', { by: this.#by(one), referrer: this.#by(other) }, this.#maybeKeyed()),
    (one) => this.#subscribe(one),
    (one) => this.#subscribe(one),
  ];

  #call(one: Named, other: Named): Promise<unknown> {
    return Promise.resolve(pick(this.#calls)(one, other));
  }

  #maybeKeyed(): CallOptions | undefined {
    return Math.random() < 0.3 ? { headers: { 'idempotency-key': randomAlphanumeric(16) } } : undefined;
  }

  async #create({ email }: Named): Promise<void> {
    const company = Math.random() < 0.3 ? { companyName: randomAlphanumeric(6) } : {};
    const address = Math.random() < 0.5 ? { customerRealIp: `9.9.9.${Math.floor(Math.random() * 200)}` } : {};
    const answer = await pick(this.#gateways).rest({ email, ...company, ...address }, this.#maybeKeyed());
    this.#count('create', answer);
    if (answer.body.cuRefNo) this.references.add(answer.body.cuRefNo);
  }

  async #adjust(one: Named): Promise<void> {
    const amount = Math.floor(Math.random() * 100) + 1;
    const input = { by: this.#by(one), amount, description: 'storm', transactionId: randomAlphanumeric(16) };
    for (let attempt = 0; attempt < 5; attempt++) {
      const { answer, code } = await mutate(
        pick(this.#gateways),
        'adjustCustomerCredit',
        input,
        'entry { amount }',
        this.#maybeKeyed(),
      );
      this.#count('adjustCustomerCredit', answer);
      if (!code) {
        this.credit += amount;
        // Once more: it must not count twice.
        await mutate(pick(this.#gateways), 'adjustCustomerCredit', input, 'entry { amount }');
      }
      if (code !== 'INTERNAL_SERVICE_UNAVAILABLE') return;
    }
  }

  async #twoAtOnce(one: Named, other: Named): Promise<void> {
    const query = `mutation ($a: CustomerBy!, $b: CustomerBy!) {
      first: banCustomer(input: { by: $a }) { customer { email referral { email } } }
      second: updateCustomer(input: { by: $b, lastName: "storm" }) { customer { email } } }`;
    const key = randomAlphanumeric(16);
    const answer = await pick(this.#gateways).graphql(
      query,
      { a: this.#by(one), b: this.#by(other) },
      { headers: { 'idempotency-key': key } },
    );
    this.#count('two fields', answer);
  }

  async #subscribe(one: Named): Promise<void> {
    const input = { by: this.#by(one), productSlug: 'storm', orderNumber: '1' };
    const selection = 'subscription { externalId }';
    const { answer, payload } = await mutate(pick(this.#gateways), 'startCustomerSubscription', input, selection);
    this.#count('startCustomerSubscription', answer);
    const externalId = payload?.subscription.externalId;
    if (externalId === undefined) return;
    const later = pick(['updateCustomerSubscription', 'endCustomerSubscription']);
    const change = later === 'updateCustomerSubscription' ? { orderNumber: '2' } : {};
    await this.#mutate(later, { externalId, ...change }, this.#maybeKeyed());
  }

  async #mutate(name: string, input: object, options?: CallOptions): Promise<void> {
    const selection = name.endsWith('Group') ? 'group { slug }' : 'customer { cuRefNo email groups { slug } }';
    const { answer } = await mutate(pick(this.#gateways), name, input, selection, options);
    this.#count(name, answer);
  }

  #count(name: string, { body, status }: Answer): void {
    const code = body.error?.code ?? body.errors?.[0]?.extensions?.code ?? (status === 200 ? 'ok' : String(status));
    const key = `${name} ${code}`;
    this.counts[key] = (this.counts[key] ?? 0) + 1;
  }
}
