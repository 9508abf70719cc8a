// REST endpoints of customers.
import { CreateCustomerDocument } from '../../generated/operations.ts';
import { customerProfile, profileExample, writeProfile } from '../customer-profile.ts';
import { type Endpoint, type EndpointTag, endpoint } from '../endpoint.ts';

const tag: EndpointTag = { name: 'customer', description: 'Customers of an organisation.' };

/** The endpoints whose paths begin with `/api/v1/customer`. */
export const customerEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'POST',
    paths: ['/api/v1/customer/create'],
    tag,
    summary: 'Create a customer, or return the existing one',
    description:
      'Registers a new customer, or returns the one that has this e-mail address. `newAccount` tells which. Company fields that an existing profile lacks are filled in; existing values are never overwritten.',
    operation: CreateCustomerDocument,
    body: {
      members: ['email', 'companyName', 'companyRegistrationNumber', 'taxIdentificationNumber', 'customerRealIp'],
      describedBy: 'input',
    },
    variables: (input) => ({ input }),
    answer: ({ createCustomer }) => (createCustomer ? writeProfile(createCustomer) : undefined),
    response: customerProfile,
    responseDescription: "The customer's profile.",
    responseName: 'CustomerProfile',
    example: {
      body: {
        email: 'jan@barasek.com',
        companyName: 'BizKitHub',
        companyRegistrationNumber: '05103118',
        taxIdentificationNumber: 'CZ9609040727',
        customerRealIp: '1.1.1.1',
      },
      response: profileExample,
      problem: { path: 'email', message: 'must be a valid e-mail address' },
    },
  }),
];
