// What lists of customers are asked for.
import { runSql } from '../../support/database.ts';

/** A call of GraphQL. */
interface Call {
  query: string;
  variables: object;
}

export interface Question {
  name: string;
  call: Call;
  /** The name of the question whose first page this is a deep one of. */
  deepOf?: string;
  /** What an answer says, in short. */
  told(body: never): string;
}

const FIELDS = 'cuRefNo email phone firstName lastName companyName creditBalance premium';
const LIST = `query ($filter: CustomerFilter, $search: String, $orderBy: CustomerOrder, $first: Int, $after: String) {
  customers(filter: $filter, search: $search, orderBy: $orderBy, first: $first, after: $after) {
    edges { node { ${FIELDS} } } pageInfo { hasNextPage endCursor }
  }
}`;
const COUNT = `query ($filter: CustomerFilter, $search: String) {
  customers(filter: $filter, search: $search, first: 1) { totalCount estimatedCount }
}`;
const PAGE = 20;
/** The page that is looked at besides the first. */
const DEEP = 1_000;

type Listed = { data: { customers: { edges: unknown[]; pageInfo: { endCursor: string | null } } } };

const list = (name: string, variables: object, deepOf?: string): Question => ({
  name,
  call: { query: LIST, variables: { first: PAGE, ...variables } },
  ...(deepOf && { deepOf }),
  told: ({ data }: Listed) => `${data.customers.edges.length} rows`,
});

const count = (name: string, variables: object): Question => ({
  name: `totalCount, ${name}`,
  call: { query: COUNT, variables },
  told: ({ data }: { data: { customers: { totalCount: number | null; estimatedCount: number } } }) =>
    `${data.customers.totalCount ?? `about ${data.customers.estimatedCount}`}`,
});

const filters: Record<string, object> = {
  premium: { premium: true },
  'not premium': { premium: false },
  banned: { ban: true },
  'credit positive': { credit: 'POSITIVE' },
  'credit zero': { credit: 'ZERO' },
  'credit negative': { credit: 'NEGATIVE' },
  'a large group': { groups: { anyOf: ['group-1'] } },
  'a small group': { groups: { anyOf: ['group-10'] } },
  'no group': { groups: { none: true } },
  'created in the first year': { createdAt: { from: '2020-01-01T00:00:00Z', to: '2021-01-01T00:00:00Z' } },
  'created last': { createdAt: { from: '2025-12-01T00:00:00Z' } },
  'seen in a month of 2021': { lastSeenAt: { from: '2021-05-01T00:00:00Z', to: '2021-06-01T00:00:00Z' } },
  company: { kind: 'COMPANY' },
  person: { kind: 'PERSON' },
};
const combined: Record<string, object> = {
  'premium, company, credit negative': { premium: true, kind: 'COMPANY', credit: 'NEGATIVE' },
  'a small group, premium, person': { groups: { anyOf: ['group-9'] }, premium: true, kind: 'PERSON' },
  'banned, created in 2022, no group': {
    ban: true,
    createdAt: { from: '2022-01-01T00:00:00Z', to: '2023-01-01T00:00:00Z' },
    groups: { none: true },
  },
};
/** Common and rare, by their lengths. */
const searches = [
  'j',
  'q',
  'no',
  'xy',
  'nov',
  'qxz',
  'novak',
  'zzyzx',
  'svobodova ',
  'example.co',
  'jan novak',
  '777 123 456',
  '...',
];
const orders = ['CREATED_AT', 'LAST_SEEN_AT', 'NAME', 'CREDIT'] as const;

/**
 * All questions for an organisation.
 *
 * @param ask - gives the answer of a call
 */
export async function questionsOf(
  databaseUrl: string,
  organisationId: number,
  ask: (call: Call) => Promise<Listed>,
): Promise<Question[]> {
  const [someone] = await runSql<{ cu_ref_no: string; email: string; search: string }>(
    databaseUrl,
    `select cu_ref_no, email, left(email, 10) as search from customer
     where organisation_id = $1 and email is not null and deleted_at is null order by id offset 50 limit 1`,
    [organisationId],
  );
  const one = (name: string, by: object): Question => ({
    name,
    call: { query: `query ($by: CustomerBy!) { customer(by: $by) { ${FIELDS} } }`, variables: { by } },
    told: ({ data }: { data: { customer: object | null } }) => (data.customer ? '1 row' : 'none'),
  });
  const sorted: Question[] = [];
  for (const orderBy of [
    undefined,
    ...orders.flatMap((field) => ['ASC', 'DESC'].map((direction) => ({ field, direction }))),
  ]) {
    const name = orderBy ? `by ${orderBy.field} ${orderBy.direction}` : 'newest first';
    sorted.push(list(`${name}, page 1`, { orderBy }));
    let after: string | null = null;
    // Pages of a hundred lead there in fewer steps.
    for (let read = 0; read < (DEEP - 1) * PAGE; read += 100) {
      const size = Math.min(100, (DEEP - 1) * PAGE - read);
      const { data } = await ask({ query: LIST, variables: { orderBy, first: size, after } });
      if (data.customers.pageInfo.endCursor === null) break;
      after = data.customers.pageInfo.endCursor;
    }
    sorted.push(list(`${name}, page ${DEEP}`, { orderBy, after }, `${name}, page 1`));
  }
  return [
    one('by reference', { cuRefNo: someone?.cu_ref_no }),
    one('by e-mail', { email: someone?.email }),
    ...Object.entries(filters).map(([name, filter]) => list(name, { filter })),
    ...Object.entries(combined).map(([name, filter]) => list(name, { filter })),
    ...[...searches, someone?.search ?? ''].map((search) => list(`search ${JSON.stringify(search)}`, { search })),
    list('search "novak", by name', { search: 'novak', orderBy: { field: 'NAME', direction: 'ASC' } }),
    list('premium, by name', { filter: { premium: true }, orderBy: { field: 'NAME', direction: 'ASC' } }),
    ...sorted,
    count('everybody', {}),
    ...Object.entries({ ...filters, ...combined }).map(([name, filter]) => count(name, { filter })),
    ...['nov', 'novak', 'zzyzx', 'jan novak'].map((search) => count(`search ${JSON.stringify(search)}`, { search })),
  ];
}
