// Merging of customers in GraphQL, and what it would do.
import { z } from 'zod';
import { customerBy } from '../../../customer/by.ts';
import {
  type MergeCustomers,
  type Merged,
  mergeCustomers,
  mergeCustomersInput,
  turnsOfMerge,
} from '../../../customer/merge/merge.ts';
import { MOST_MERGED } from '../../../customer/merge/merged.ts';
import type { MergeConflict, MergePlan } from '../../../customer/merge/plan.ts';
import { previewMerge } from '../../../customer/merge/preview.ts';
import { ApiError } from '../../../errors/api-error.ts';
import { fieldProblems } from '../../../errors/validation.ts';
import { builder, validatedBy } from '../../builder.ts';
import type { GatewayContext } from '../../context.ts';
import type { ValidateArguments } from '../../execution/arguments.ts';
import { mutation } from '../../mutation.ts';
import { REASON } from '../described.ts';
import { CustomerGroupType } from '../group.ts';
import { CustomerByInput } from './by.ts';
import { changedCustomer, loadCustomer } from './change.ts';
import { CustomerType, ReferralType } from './type.ts';

const SURVIVOR = 'The customer that stays.';
const DUPLICATE = 'The customer that is merged into it.';

const MergeCustomersInputType = builder.inputType('MergeCustomersInput', {
  description:
    'Which customer is merged into which. A customer that was merged before is refused: its reference, and as the duplicate its e-mail address, are not followed to its survivor.',
  ...validatedBy(mergeCustomersInput),
  fields: (t) => ({
    survivor: t.field({ type: CustomerByInput, required: true, description: SURVIVOR }),
    duplicate: t.field({ type: CustomerByInput, required: true, description: DUPLICATE }),
    reason: t.string({ required: true, description: REASON }),
  }),
});

const MergeCustomersPayload = builder.objectRef<Merged>('MergeCustomersPayload').implement({
  description: 'Result of `mergeCustomers`.',
  fields: (t) => ({
    mergedCustomerId: t.globalID({
      description: 'Global id of the duplicate, for caches: it leads to the survivor now.',
      resolve: ({ mergedCuRefNo }) => ({ type: CustomerType, id: mergedCuRefNo }),
    }),
    customer: t.field({ ...changedCustomer, description: 'The survivor after the merge.' }),
  }),
});

const MergeConflictType = builder.objectRef<MergeConflict>('MergeConflict').implement({
  description: 'A field of which both customers have a value: the survivor keeps its own.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Name of the field: `firstName`, `address.city`, `meta.source`.' }),
    survivor: t.field({
      type: 'JSON',
      nullable: true,
      description: 'Value that stays; null for the blank of an address, which is never put together of two.',
      resolve: ({ survivor }) => survivor,
    }),
    duplicate: t.field({
      type: 'JSON',
      nullable: true,
      description: 'Value that is not taken over.',
      resolve: ({ duplicate }) => duplicate,
    }),
  }),
});

/** What a preview costs: all that belongs to both is read, and their objects are compared. */
const PRICE_OF_PREVIEW = 500;
/** As what kind of list its conflicts count. */
const PRICE_OF_CONFLICTS = 1_000;

const MergePreviewType = builder.objectRef<MergePlan>('MergeCustomersPreview').implement({
  description: 'What `mergeCustomers` would do.',
  fields: (t) => ({
    survivor: t.field({
      type: CustomerType,
      description: 'The survivor as it is now.',
      resolve: ({ survivor }) => survivor.customer,
    }),
    duplicate: t.field({
      type: CustomerType,
      description: 'The duplicate as it is now.',
      resolve: ({ duplicate }) => duplicate.customer,
    }),
    filledFields: t.stringList({
      description: 'Fields of the survivor that are blank, and are filled in from the duplicate.',
      resolve: ({ filledFields }) => [...filledFields],
    }),
    conflicts: t.field({
      type: [MergeConflictType],
      description: 'Fields of which both have a value, and not the same.',
      // Each member of the objects may be one.
      complexity: { field: 1, multiplier: PRICE_OF_CONFLICTS },
      resolve: ({ conflicts }) => [...conflicts],
    }),
    movedGroups: t.field({
      type: [CustomerGroupType],
      description: 'Groups that the survivor joins.',
      resolve: ({ groups }) => [...groups],
    }),
    movedSubscriptions: t.stringList({
      description: 'Subscriptions that move, by their `externalId`.',
      resolve: ({ subscriptions }) => [...subscriptions],
    }),
    movedCredit: t.exposeInt('credit', { description: 'Credit that moves; negative where the duplicate owes some.' }),
    movedReferralCount: t.int({
      description: 'How many customers the duplicate has referred.',
      resolve: ({ duplicate }) => duplicate.referredCount,
    }),
    creditBalance: t.exposeInt('creditBalance', { description: 'Credit of the survivor after the merge.' }),
    premium: t.boolean({
      description: 'Whether the survivor has premium status after the merge.',
      resolve: ({ survivor, given }) => given.premium ?? survivor.customer.premium,
    }),
    ban: t.boolean({
      description: 'Whether the survivor is banned after the merge.',
      resolve: ({ survivor, given }) => given.ban ?? survivor.customer.bannedAt != null,
    }),
    referral: t.field({
      type: ReferralType,
      nullable: true,
      description: 'Who has referred the survivor after the merge: nobody where that would close a circle.',
      resolve: ({ shownReferrer }) => shownReferrer,
    }),
  }),
});

const side = (description: string) => ({
  type: CustomerByInput,
  required: true as const,
  description,
});

/** Both arguments together, so that a path tells which of them is wrong. */
const previewArguments = z.object({ survivor: customerBy, duplicate: customerBy });

builder.objectField(CustomerType, 'mergedCustomers', (t) =>
  t.field({
    type: [CustomerType],
    description: `Customers that were merged into this one, the latest created first, at most ${MOST_MERGED}: their names lead here, and their ledgers and changes of before stay theirs.`,
    args: {
      cuRefNo: t.arg.string({
        description: `Only the one with this reference: it costs ${MOST_MERGED} points, and what is selected of it counts once. Absent or null for all.`,
      }),
    },
    scope: 'customer:read',
    // All of them are read either way.
    complexity: ({ cuRefNo }) =>
      cuRefNo == null ? { field: 1, multiplier: MOST_MERGED } : { field: MOST_MERGED, multiplier: 1 },
    // GraphQL itself checks all that can be wrong with it.
    extensions: { validate: (() => {}) satisfies ValidateArguments },
    resolve: async ({ id }, { cuRefNo }, { relations }) => {
      const merged = await relations.mergedCustomers(id);
      return cuRefNo == null ? merged : merged.filter((customer) => customer.cuRefNo === cuRefNo);
    },
  }),
);

builder.queryField('mergeCustomersPreview', (t) =>
  t.field({
    type: MergePreviewType,
    nullable: true,
    description: 'Tells what `mergeCustomers` would do now, and changes nothing. It fails as that would.',
    complexity: PRICE_OF_PREVIEW,
    args: { survivor: t.arg(side(SURVIVOR)), duplicate: t.arg(side(DUPLICATE)) },
    scope: 'customer:write',
    resolve: (_, args, context) => {
      const { data, error } = previewArguments.safeParse(args);
      if (error) throw new ApiError('INTERNAL_VALIDATION_FAILED', { fields: fieldProblems(error), cause: error });
      return previewMerge(context, data);
    },
  }),
);

builder.mutationField('mergeCustomers', (t) =>
  t.field({
    type: MergeCustomersPayload,
    nullable: true,
    description:
      'Merges a customer into another one, for good: groups, subscriptions, referrals, credit and addresses move, blanks are filled in, and the reference and the e-mail address of the duplicate lead to the survivor.',
    args: { input: t.arg({ type: MergeCustomersInputType, required: true, description: 'The two, and why.' }) },
    scope: 'customer:write',
    resolve: mutation({
      act: (context: GatewayContext, input: MergeCustomers) => mergeCustomers(context, input),
      outcomeOf: ({ customer: { cuRefNo }, mergedCuRefNo }) => ({ cuRefNo, mergedCuRefNo }),
      load: async (context, { cuRefNo, mergedCuRefNo }) => ({
        customer: await loadCustomer(context, { cuRefNo }),
        mergedCuRefNo,
      }),
      touches: turnsOfMerge,
      payloadOf: (context, { customer, mergedCuRefNo }) => ({
        customer: context.relations.renew({ customer }),
        mergedCuRefNo,
      }),
    }),
  }),
);
