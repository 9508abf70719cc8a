// What the gateway and its peers are asked about lists of customers, and how each is asked.

/** A list that is asked for. */
export interface Question {
  name: string;
  kind: 'search' | 'filtered';
  /** What is searched for, in turn; one empty word where nothing is. */
  words: readonly string[];
}

/** A request; `WORD` in it stands for what is searched for. */
export interface Template {
  method: 'GET' | 'POST';
  path: string;
  headers: Record<string, string>;
  body?: string;
}

/** How a server is asked, and how the references are read out of its answer. */
export interface Dialect {
  /** Whether it gives the same list as the gateway; else only its length is checked, and what both have is told. */
  isComparable: boolean;
  ask(kind: Question['kind']): Template;
  read(body: never): string[];
}

export const WORD = '@@WORD@@';
export const PAGE = 20;
const FIELDS = 'cuRefNo email phone firstName lastName companyName creditBalance premium';

type Node = { cuRefNo: string };
const references = (nodes: Node[]) => nodes.map(({ cuRefNo }) => cuRefNo);

function postGraphQL(query: string, variables: object, headers: Record<string, string> = {}): Template {
  return {
    method: 'POST',
    path: '/graphql',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  };
}

export function gatewayDialect(key: string): Dialect {
  const list = `edges { node { ${FIELDS} } }`;
  const headers = { Authorization: `Bearer ${key}` };
  const filter = { premium: true, credit: 'POSITIVE', kind: 'COMPANY' };
  const orderBy = { field: 'NAME', direction: 'ASC' };
  return {
    isComparable: true,
    ask: (kind) =>
      kind === 'search'
        ? postGraphQL(
            `query ($word: String!) { customers(first: ${PAGE}, search: $word) { ${list} } }`,
            { word: WORD },
            headers,
          )
        : postGraphQL(
            `query ($filter: CustomerFilter!, $orderBy: CustomerOrder!) {
              customers(first: ${PAGE}, filter: $filter, orderBy: $orderBy) { ${list} }
            }`,
            { filter, orderBy },
            headers,
          ),
    read: ({ data }: { data: { customers: { edges: { node: Node }[] } } }) =>
      references(data.customers.edges.map(({ node }) => node)),
  };
}

const PREMIUM_WITH_CREDIT = { premium: { equalTo: true }, creditBalance: { greaterThan: 0 } };
const COMPANIES = { companyName: { isNull: false }, firstName: { isNull: true }, lastName: { isNull: true } };

const readGraphile = ({ data }: { data: { list: { nodes: Node[] } } }) => references(data.list.nodes);

/** A list of all customers that PostGraphile knows, narrowed and sorted. */
const graphileList = (filter: object, orderBy: string) =>
  postGraphQL(
    `query ($filter: CustomerFilter!) {
      list: allCustomers(first: ${PAGE}, orderBy: [${orderBy}], filter: $filter) { nodes { ${FIELDS} } }
    }`,
    { filter },
  );

const listedIn = (organisationId: number) => ({
  organisationId: { equalTo: organisationId },
  deletedAt: { isNull: true },
  mergedInto: { isNull: true },
});

/** PostGraphile as its plugin offers searching: parts of columns, and the order of one. Names with accents are not found without. */
export function graphileOwnDialect(organisationId: number): Dialect {
  const listed = listedIn(organisationId);
  const columns = ['firstName', 'lastName', 'companyName', 'email', 'phone'];
  const or = columns.map((column) => ({ [column]: { includesInsensitive: WORD } }));
  return {
    isComparable: false,
    ask: (kind) =>
      kind === 'search'
        ? graphileList({ ...listed, or }, 'ROW_ID_DESC')
        : graphileList({ ...listed, ...PREMIUM_WITH_CREDIT, ...COMPANIES }, 'COMPANY_NAME_ASC, CU_REF_NO_ASC'),
    read: readGraphile,
  };
}

/** PostGraphile with what the gateway has in the database: the folded text, and as functions who is a company and the order by name. */
export function graphileIndexedDialect(organisationId: number): Dialect {
  return {
    isComparable: true,
    ask: (kind) =>
      kind === 'search'
        ? graphileList({ ...listedIn(organisationId), searchText: { includes: WORD } }, 'ROW_ID_DESC')
        : postGraphQL(
            `query ($organisation: Int!, $filter: CustomerFilter!) {
              list: peersCustomersByName(organisation: $organisation, first: ${PAGE}, filter: $filter) { nodes { ${FIELDS} } }
            }`,
            { organisation: organisationId, filter: { ...PREMIUM_WITH_CREDIT, isCompany: { equalTo: true } } },
          ),
    read: readGraphile,
  };
}

export const floorDialect: Dialect = {
  isComparable: true,
  ask: (kind) => ({ method: 'GET', path: kind === 'search' ? `/search?word=${WORD}` : '/filtered', headers: {} }),
  read: references,
};

/** Writes requests for wrk, in Lua, whose words take turns from one of them on. */
export function scriptOf({ method, path, headers, body }: Template, words: readonly string[], from: number): string {
  const lua = (text: string) =>
    text
      .split(WORD)
      .map((part) => `[==[${part}]==]`)
      .join(' .. word .. ');
  return [
    `local words, n = { ${words.map((word) => `'${word}'`).join(', ')} }, ${from}`,
    `wrk.method = '${method}'`,
    ...Object.entries(headers).map(([name, value]) => `wrk.headers['${name}'] = '${value}'`),
    'request = function()',
    '  n = n + 1',
    '  local word = words[1 + n % #words]',
    `  return wrk.format(nil, ${lua(path)}, nil, ${body === undefined ? 'nil' : lua(body)})`,
    'end',
  ].join('\n');
}
