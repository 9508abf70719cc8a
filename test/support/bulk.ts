// Bulk creation as tests call for it.
import type { Answer, CallOptions, TestGateway } from './gateway.ts';

/** A row as it is sent. */
export type Row = { clientRef: string } & Record<string, unknown>;

/** A row as it is answered. */
export interface RowResult {
  clientRef: string;
  customer: { cuRefNo: string; email: string; companyName: string | null } | null;
  result: 'CREATED' | 'FILLED' | 'UNCHANGED' | null;
  error: { code: string; message: string; fields: { path: string; message: string }[] | null } | null;
}

export const ROWS =
  'rows { clientRef result customer { cuRefNo email companyName } error { code message fields { path message } } }';
export const BULK = `mutation Bulk($input: BulkCreateCustomersInput!) { bulkCreateCustomers(input: $input) { ${ROWS} } }`;

/** Calls `bulkCreateCustomers`. */
export async function bulkCreate(
  gateway: Pick<TestGateway, 'graphql'>,
  customers: readonly Row[],
  options?: CallOptions,
): Promise<{ rows: RowResult[]; code: string | undefined; answer: Answer }> {
  const answer = await gateway.graphql(BULK, { input: { customers } }, options);
  return {
    rows: answer.body.data?.bulkCreateCustomers?.rows ?? [],
    code: answer.body.errors?.[0].extensions.code,
    answer,
  };
}

/** Rows of different customers. */
export const rowsOf = (name: string, count: number): Row[] =>
  Array.from({ length: count }, (_, i) => ({ clientRef: `${name}-${i}`, email: `${name}${i}@example.com` }));
