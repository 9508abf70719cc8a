// Who brought which customer, in GraphQL.
import { setCustomerReferral, setCustomerReferralInput, turnsOfReferral } from '../../../customer/referral/set.ts';
import { builder, validatedBy } from '../../builder.ts';
import { CustomerByInput } from './by.ts';
import { changing, customerPayload } from './change.ts';
import { VERSION } from './update.ts';

const SetCustomerReferralInputType = builder.inputType('SetCustomerReferralInput', {
  description: 'Who brought a customer.',
  ...validatedBy(setCustomerReferralInput),
  fields: (t) => ({
    by: t.field({ type: CustomerByInput, required: true, description: 'The customer who was brought.' }),
    referrer: t.field({
      type: CustomerByInput,
      description:
        'The customer who brought it: another one of the organisation, whom it has not brought itself, neither directly nor by others. Null for nobody; must not be absent.',
    }),
    version: t.int({ description: VERSION }),
  }),
});

builder.mutationField('setCustomerReferral', (t) =>
  t.field({
    type: customerPayload('setCustomerReferral'),
    nullable: true,
    description: 'Sets who brought a customer, or that nobody did.',
    args: { input: t.arg({ type: SetCustomerReferralInputType, required: true, description: 'Who brought whom.' }) },
    scope: 'customer:write',
    resolve: changing(setCustomerReferral, turnsOfReferral),
  }),
);
