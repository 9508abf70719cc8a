// `createCustomer` in GraphQL.
import { turnsOf } from '../../../customer/change.ts';
import { type Created, createOrReturnCustomer } from '../../../customer/create.ts';
import { type FilledField, filledColumns } from '../../../customer/create-call.ts';
import type { Customer } from '../../../customer/customer.entity.ts';
import { type CreateCustomer, createCustomerInput } from '../../../customer/input.ts';
import { builder, type InputFields, stringEnum, validatedBy } from '../../builder.ts';
import { mutation } from '../../mutation.ts';
import { loadCustomer } from './change.ts';
import { CustomerType } from './type.ts';

/** What is said of a member of the input, also where many are created at once. */
export const describedMember = (name: keyof CreateCustomer) => ({
  description: createCustomerInput.shape[name].meta()?.description,
});

/** The members of the input besides the e-mail address. */
export const optionalMembers = (t: InputFields) => ({
  companyName: t.string(describedMember('companyName')),
  companyRegistrationNumber: t.string(describedMember('companyRegistrationNumber')),
  taxIdentificationNumber: t.string(describedMember('taxIdentificationNumber')),
  customerRealIp: t.string(describedMember('customerRealIp')),
});

const CreateCustomerInputType = builder.inputType('CreateCustomerInput', {
  description: 'The customer to create, or to find by its e-mail address.',
  ...validatedBy(createCustomerInput),
  fields: (t) => ({ email: t.string({ required: true, ...describedMember('email') }), ...optionalMembers(t) }),
});

/** What a call did. */
export const CreateCustomerResult = stringEnum('CreateCustomerResult', 'What `createCustomer` did.', {
  CREATED: 'The customer was created.',
  FILLED: 'The customer was there; blank fields of its profile were filled in.',
  UNCHANGED: 'The customer was there, and nothing of its profile changed.',
});

/** Says what a call did. */
export function resultOf({ newAccount, filledFields }: Pick<CreatePayload, 'newAccount' | 'filledFields'>) {
  if (newAccount) return 'CREATED';
  return filledFields.length > 0 ? 'FILLED' : 'UNCHANGED';
}

/** What is told of a call. */
interface CreatePayload {
  newAccount: boolean;
  filledFields: readonly FilledField[];
  keptFields: readonly FilledField[];
  customer: Customer;
}

const CreateCustomerPayload = builder.objectRef<CreatePayload>('CreateCustomerPayload').implement({
  description: 'Result of `createCustomer`.',
  fields: (t) => ({
    newAccount: t.exposeBoolean('newAccount', { description: 'Whether this call created the customer.' }),
    result: t.field({
      type: CreateCustomerResult,
      description: 'What this call did.',
      resolve: resultOf,
    }),
    filledFields: t.stringList({
      description: 'Fields of an existing profile that were blank, and were filled in by this call.',
      resolve: ({ filledFields }) => [...filledFields],
    }),
    keptFields: t.stringList({
      description: 'Fields that were given, while the existing profile has another value, which it keeps.',
      resolve: ({ keptFields }) => [...keptFields],
    }),
    customer: t.field({
      type: CustomerType,
      description: 'The customer.',
      // Whoever may create a customer sees its profile, as on the REST API.
      scope: null,
      resolve: ({ customer }) => customer,
    }),
  }),
});

/** What a call did, and what it asked for in vain. */
interface CreateDone extends Created {
  keptFields: readonly FilledField[];
}

/** The fields that were given, and that the profile has another value of. */
function keptFields(input: CreateCustomer, { customer }: Created): FilledField[] {
  return (Object.keys(filledColumns) as FilledField[]).filter(
    (name) => input[name] !== undefined && input[name] !== customer[name],
  );
}

builder.mutationFields((t) => ({
  createCustomer: t.field({
    type: CreateCustomerPayload,
    nullable: true,
    description:
      'Creates a customer, or returns the existing one with the same mailbox, with the company fields filled in that its profile lacks.',
    args: { input: t.arg({ type: CreateCustomerInputType, required: true, description: 'The customer.' }) },
    scope: 'customer:create',
    resolve: mutation({
      act: async (context, input: CreateCustomer): Promise<CreateDone> => {
        const created = await createOrReturnCustomer(context, input);
        const isAsked = context.selected.has('CreateCustomerPayload.keptFields');
        return Object.assign(created, { keptFields: isAsked ? keptFields(input, created) : [] });
      },
      touches: ({ email }) => turnsOf({ email }),
      outcomeOf: ({ customer, newAccount, filledFields, keptFields: kept }) => ({
        cuRefNo: customer.cuRefNo,
        newAccount,
        ...(filledFields.length > 0 && { filledFields }),
        ...(kept.length > 0 && { keptFields: kept }),
      }),
      load: async (context, { cuRefNo, newAccount, filledFields = [], keptFields: kept = [] }) => {
        const customer = await loadCustomer(context, { cuRefNo });
        return { customer, newAccount, filledFields, keptFields: kept };
      },
      payloadOf: (context, created) => {
        context.relations.renew(created);
        return created;
      },
    }),
  }),
}));
