// `bulkCreateCustomers` in GraphQL.
import {
  type BulkCreateCustomers,
  type BulkOutcome,
  bulkCreateCustomers,
  bulkCreateCustomersInput,
  emailsOf,
  LONGEST_CLIENT_REF,
  MOST_ROWS,
} from '../../../customer/bulk-create.ts';
import { turnsOf } from '../../../customer/change.ts';
import type { FilledField } from '../../../customer/create-call.ts';
import { ApiError, docUrl, type FieldProblem } from '../../../errors/api-error.ts';
import { builder, validatedBy } from '../../builder.ts';
import type { GatewayContext } from '../../context.ts';
import type { CountRequests } from '../../execution/cost.ts';
import { mutation } from '../../mutation.ts';
import { ErrorCodeType } from '../error-code.ts';
import { loadCustomer } from './change.ts';
import { CreateCustomerResult, describedMember, optionalMembers, resultOf } from './create.ts';
import { CustomerType } from './type.ts';

const BulkCustomerInputType = builder.inputType('BulkCustomerInput', {
  description: 'A customer of `bulkCreateCustomers`, as in `createCustomer`.',
  fields: (t) => ({
    clientRef: t.string({
      required: true,
      description: `What the caller calls the row, in at most ${LONGEST_CLIENT_REF} characters; its result has it too.`,
    }),
    // One that is missing is told as the row's own error.
    email: t.string(describedMember('email')),
    ...optionalMembers(t),
  }),
});

const BulkCreateCustomersInputType = builder.inputType('BulkCreateCustomersInput', {
  description: 'The customers to create, or to find by their e-mail addresses.',
  ...validatedBy(bulkCreateCustomersInput),
  fields: (t) => ({
    customers: t.field({
      type: [BulkCustomerInputType],
      required: true,
      description: `The customers, at most ${MOST_ROWS}. Each counts as a request.`,
    }),
  }),
});

const BulkRowFieldType = builder.objectRef<FieldProblem>('BulkRowField').implement({
  description: 'A value of a row that breaks a rule.',
  fields: (t) => ({
    path: t.exposeString('path', { description: 'Member of the row, such as `email`.' }),
    message: t.exposeString('message', { description: 'Which rule it breaks.' }),
  }),
});

/** What is told of an error. */
type ToldError = Pick<ApiError, 'code' | 'message' | 'fields'>;

/** Not the error itself: GraphQL would take it for a failure of the field. */
const toldOf = ({ code, message, fields }: ApiError): ToldError => ({ code, message, fields });

const BulkRowErrorType = builder.objectRef<ToldError>('BulkRowError').implement({
  description: 'Why a row was not done.',
  fields: (t) => ({
    code: t.expose('code', { type: ErrorCodeType, description: 'What went wrong, for programs.' }),
    message: t.exposeString('message', { description: 'What went wrong, for people.' }),
    docUrl: t.string({
      description: 'Page that explains the code: a path of this gateway, or a whole URL where it knows its own.',
      resolve: ({ code }, _, { publicUrl }) => docUrl(code, publicUrl),
    }),
    fields: t.field({
      type: [BulkRowFieldType],
      nullable: true,
      description: 'Every value that breaks a rule. Null where none does.',
      resolve: ({ fields }) => fields && [...fields],
    }),
  }),
});

const BulkCreateCustomersRowType = builder.objectRef<BulkOutcome>('BulkCreateCustomersRow').implement({
  description: 'What became of a row: its customer, or an error.',
  fields: (t) => ({
    clientRef: t.exposeString('clientRef', { description: 'What the caller calls the row.' }),
    customer: t.field({
      type: CustomerType,
      nullable: true,
      description: 'The customer. Null where the row was not done.',
      // As in `createCustomer`.
      scope: null,
      resolve: (row) => ('created' in row ? row.created.customer : null),
    }),
    result: t.field({
      type: CreateCustomerResult,
      nullable: true,
      description: 'What was done. Null where the row was not.',
      resolve: (row) => ('created' in row ? resultOf(row.created) : null),
    }),
    error: t.field({
      type: BulkRowErrorType,
      nullable: true,
      description: 'Why the row was not done; it fails no other one. Null where it was.',
      resolve: (row) => ('error' in row ? toldOf(row.error) : null),
    }),
  }),
});

const BulkCreateCustomersPayload = builder
  .objectRef<{ rows: readonly BulkOutcome[] }>('BulkCreateCustomersPayload')
  .implement({
    description: 'Result of `bulkCreateCustomers`.',
    fields: (t) => ({
      rows: t.field({
        type: [BulkCreateCustomersRowType],
        description: 'What became of each row, in the order in which they were given.',
        // The mutation is priced by them.
        complexity: { field: 0, multiplier: 1 },
        resolve: ({ rows }) => [...rows],
      }),
    }),
  });

/** A row as it is kept, to be loaded again. */
type KeptRow = { clientRef: string } & (
  | { cuRefNo: string; newAccount: boolean; filledFields?: FilledField[] }
  | { error: ToldError }
);

function keptOf(row: BulkOutcome): KeptRow {
  const { clientRef } = row;
  if ('error' in row) return { clientRef, error: toldOf(row.error) };
  const { customer, newAccount, filledFields } = row.created;
  return { clientRef, cuRefNo: customer.cuRefNo, newAccount, ...(filledFields.length > 0 && { filledFields }) };
}

async function loadRow(context: GatewayContext, kept: KeptRow): Promise<BulkOutcome> {
  const { clientRef } = kept;
  if ('error' in kept) {
    const { code, message, fields } = kept.error;
    return { clientRef, error: new ApiError(code, { message, fields }) };
  }
  const { cuRefNo, newAccount, filledFields = [] } = kept;
  return { clientRef, created: { customer: await loadCustomer(context, { cuRefNo }), newAccount, filledFields } };
}

const rowsOf = ({ input }: { input: { customers: readonly unknown[] } }) => input.customers.length;

builder.mutationField('bulkCreateCustomers', (t) =>
  t.field({
    type: BulkCreateCustomersPayload,
    nullable: true,
    description: `Creates up to ${MOST_ROWS} customers, or returns the existing ones with the same mailboxes, as \`createCustomer\`. A row that is wrong fails no other one; rows with the same mailbox are one customer.`,
    args: {
      input: t.arg({ type: BulkCreateCustomersInputType, required: true, description: 'The customers.' }),
    },
    scope: 'customer:create',
    complexity: (args) => ({ field: 1, multiplier: Math.min(rowsOf(args), MOST_ROWS) }),
    extensions: { requests: { at: 'customers', count: rowsOf } satisfies CountRequests, largeBody: true },
    resolve: mutation({
      async act(context, input: BulkCreateCustomers) {
        const rows = await bulkCreateCustomers(context, input, context.takeTurn);
        // What is wrong with a row is its caller's affair.
        for (const row of rows) if ('error' in row && row.error.status >= 500) context.noteFailure(row.error);
        return rows;
      },
      touches: async (input, { takeTurn }) => (await emailsOf(input, takeTurn)).flatMap((email) => turnsOf({ email })),
      outcomeOf: (rows) => ({ rows: rows.map(keptOf) }),
      load: (context, { rows }) => Promise.all(rows.map((row) => loadRow(context, row))),
      payloadOf(context, rows) {
        context.relations.forget();
        for (const row of rows) if ('created' in row) context.relations.remember(row.created);
        return { rows };
      },
    }),
  }),
);
