// REST endpoints of customers.
import { CreateCustomerDocument } from '../../generated/operations.ts';
import { customerProfile, profileExample, writeProfile } from '../customer-profile.ts';
import { type Endpoint, endpoint } from '../endpoint.ts';

export const customerEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'POST',
    path: '/api/v1/customer/create',
    summary: 'Create a customer, or return the existing one',
    description:
      'Registers a new customer, or returns the one that has this e-mail address. `newAccount` tells which. Company fields that an existing profile does not have are filled in; what is there is never overwritten.',
    operation: CreateCustomerDocument,
    input: 'input',
    reads: ['email', 'companyName', 'companyRegistrationNumber', 'taxIdentificationNumber', 'customerRealIp'],
    variables: (input) => ({ input }),
    answer: ({ createCustomer }) => (createCustomer ? writeProfile(createCustomer) : undefined),
    response: customerProfile,
    responseDescription: "The customer's profile.",
    responseName: 'CustomerProfile',
    example: {
      request: {
        email: 'jan@barasek.com',
        companyName: 'BizKitHub',
        companyRegistrationNumber: '05103118',
        taxIdentificationNumber: 'CZ9609040727',
        customerRealIp: '1.1.1.1',
      },
      response: profileExample,
    },
  }),
];
