// REST endpoints of customers.
import { z } from 'zod';
import { ApiError } from '../../errors/api-error.ts';
import {
  CreateCustomerDocument,
  CustomerDetailDocument,
  UpdateCustomerProfileDocument,
} from '../../generated/operations.ts';
import {
  customerDetail,
  customerProfile,
  detailExample,
  firstProfileExample,
  profileExample,
  writeDetail,
  writeProfile,
} from '../customer-profile.ts';
import { type Endpoint, type EndpointTag, endpoint } from '../endpoint.ts';
import { textParameter } from '../parameters.ts';
import {
  updatedProfile,
  updateProfileBody,
  updateProfileFields,
  updateProfileMembers,
  updateProfileVariables,
} from './update-profile.ts';

/** Endpoints that are about one customer. */
export const customerTag: EndpointTag = { name: 'customer', description: 'Customers of an organisation.' };

/** The first call of whoever tries the gateway: where it goes, what it sends, and what is answered. */
export const firstCall = {
  path: '/api/v1/customer/create',
  body: {
    email: 'jan@barasek.com',
    companyName: 'BizKitHub',
    companyRegistrationNumber: '05103118',
    taxIdentificationNumber: 'CZ9609040727',
    customerRealIp: '1.1.1.1',
  },
  answer: firstProfileExample,
} as const;

/** The endpoints whose paths begin with `/api/v1/customer`. */
export const customerEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'POST',
    paths: [firstCall.path],
    tag: customerTag,
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
      body: firstCall.body,
      response: profileExample,
      problem: { path: 'email', message: 'must be a valid e-mail address' },
    },
  }),
  endpoint({
    method: 'GET',
    paths: ['/api/v1/customer/detail'],
    tag: customerTag,
    summary: 'Show a customer',
    description: 'Shows the profile of a customer.',
    operation: CustomerDetailDocument,
    query: z.object({ cuRefNo: textParameter('Public reference of the customer.') }),
    variables: ({ cuRefNo }) => ({ cuRefNo }),
    answer: ({ customer }) => {
      if (!customer) throw new ApiError('PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED');
      return writeDetail(customer);
    },
    errors: ['PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED'],
    response: customerDetail,
    responseDescription: "The customer's profile.",
    responseName: 'CustomerDetail',
    example: {
      query: { cuRefNo: '1cGIHvFoQDGLAbcA' },
      response: detailExample,
      problem: { path: 'cuRefNo', message: 'is required' },
    },
  }),
  endpoint({
    method: 'POST',
    paths: ['/api/v1/customer/update-profile'],
    tag: customerTag,
    summary: "Update a customer's profile",
    description:
      'Changes the profile of the customer that has this e-mail address. A member that is absent stays as it is; one that is `null`, or empty, is cleared. `customerRealIp` is noted as `create` does. `groups` are joined besides those that the customer belongs to. All of it is done, or nothing.',
    operation: UpdateCustomerProfileDocument,
    keyedAs: 'update-profile',
    isOneTransaction: true,
    body: {
      members: updateProfileMembers,
      flags: ['newsletter'],
      lists: ['groups'],
      describedBy: { name: 'UpdateProfileInput', schema: updateProfileBody },
    },
    variables: updateProfileVariables,
    fields: updateProfileFields,
    answer: updatedProfile,
    errors: ['PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED'],
    response: customerDetail,
    responseDescription: "The customer's profile after the change.",
    responseName: 'UpdatedCustomer',
    example: {
      body: {
        email: 'jan@barasek.com',
        name: 'Jan Barášek',
        phone: '+420 777 123 456',
        city: 'Kladno',
        country: 'CZ',
        newsletter: true,
        groups: ['trainer'],
        referralId: '1cGIHvFoQDGLAbcA',
      },
      response: detailExample,
      problem: { path: 'phone', message: 'must be a valid phone number' },
    },
  }),
];
