// Written by `npm run generate` from clients/typescript/operations/. Do not edit.
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import { type Definition, type TypedDocument, typedDocument } from '../document.ts';
/** The API key to change. */
export type ActivateApiKeyInput = {
  /** First eight characters of the key. */
  fingerprint: string;
  /** Why, for the change log: at most 1000 characters. */
  reason?: string | null | undefined;
};

/** The groups that a customer joins. */
export type AddCustomerToGroupsInput = {
  /** The customer to add. */
  by: CustomerBy;
  /** Whether to create the groups that the organisation does not have, named by their slugs. Absent or null for no. */
  createMissingGroups?: boolean | null | undefined;
  /** Slugs of the groups. A customer belongs to at most 100. */
  groups: Array<string>;
};

/** Members of an address to change. What is absent stays, null clears. */
export type AddressInput = {
  /** City; at most 255 characters. */
  city?: string | null | undefined;
  /** Part of the city; at most 255 characters. */
  cityPart?: string | null | undefined;
  /** Country, as a code of ISO 3166-1 alpha-2. A phone number without a country code is read as one of this country. */
  country?: string | null | undefined;
  /** Postal code; at most 32 characters. */
  postalCode?: string | null | undefined;
  /** State or region; at most 255 characters. */
  stateRegion?: string | null | undefined;
  /** Street and number; at most 255 characters. */
  streetAddress?: string | null | undefined;
};

/** How much credit to add or take. */
export type AdjustCustomerCreditInput = {
  /** Whole credits to add, or to take where it is negative; not 0. The balance stays within 32 bits. */
  amount: number;
  /** The customer whose credit to change. */
  by: CustomerBy;
  /** What it is for, for the ledger: at most 255 characters. */
  description: string;
  /** 16 letters and digits, unique in the organisation. Sent again with the same amount for the same customer, it changes nothing and gives the entry of the first call. The gateway chooses one where none is given. */
  transactionId?: string | null | undefined;
};

/** Purpose of a key; its first four characters. */
export type ApiKeyPrefix =
  /** One developer. */
  | 'DEV_'
  /** Production. */
  | 'PROD'
  /** The system itself: no limit, no restriction to scopes, and key management. */
  | 'ROOT';

/** The customer to ban. */
export type BanCustomerInput = {
  /** The customer to ban. */
  by: CustomerBy;
  /** Why, for the change log: at most 1,000 characters. */
  reason?: string | null | undefined;
};

/** The customers to create, or to find by their e-mail addresses. */
export type BulkCreateCustomersInput = {
  /** The customers, at most 500. Each counts as a request. */
  customers: Array<BulkCustomerInput>;
};

/** A customer of `bulkCreateCustomers`, as in `createCustomer`. */
export type BulkCustomerInput = {
  /** What the caller calls the row, in at most 255 characters; its result has it too. */
  clientRef: string;
  /** Name of the company, if the customer is one or acts for one. At most 255 characters, after runs of white space are reduced to one space. */
  companyName?: string | null | undefined;
  /** Company registration number. Spaces are removed, leading zeros are kept; at most 32 characters remain. */
  companyRegistrationNumber?: string | null | undefined;
  /** Where the customer comes from: IPv4 or IPv6 address. An empty value, localhost, ::1 and 0.0.0.0 stand for 127.0.0.1. */
  customerRealIp?: string | null | undefined;
  /** E-mail address, at most 254 characters once it is normalised. The customer is found by the mailbox that it leads to. */
  email?: string | null | undefined;
  /** Tax or VAT number. Spaces are removed, letters become upper case; at most 32 characters remain. */
  taxIdentificationNumber?: string | null | undefined;
};

/** The new e-mail address of a customer. */
export type ChangeCustomerEmailInput = {
  /** The customer to change. */
  by: CustomerBy;
  /** The new address. Its mailbox must not be that of another customer. */
  email: string;
  /** `version` of the customer as you have read it; with another one nothing is changed. Absent or null for any. */
  version?: number | null | undefined;
};

/** Properties of a new API key. */
export type CreateApiKeyInput = {
  /** When the key expires, in the future. By default after the lifetime that the gateway is configured with, if any. */
  expiresAt?: string | null | undefined;
  /** Requests per minute, instead of the default of the prefix: 1 to 2147483647. Not for a `ROOT` key, which has no limit. */
  limitPerMinute?: number | null | undefined;
  /** Name for people: 1 to 255 characters. */
  name: string;
  /** What the key is for. */
  prefix: ApiKeyPrefix;
  /** Scopes that the key is restricted to, of `customer:create`, `customer:read`, `customer:write`, `ip:read`; none for no restriction. Not for a `ROOT` key, which may do all. */
  scopes?: Array<string> | null | undefined;
};

/** The group to create. */
export type CreateCustomerGroupInput = {
  /** Name for people; at most 255 characters. */
  name: string;
  /** Name for programs: letters a to z, digits, hyphens and underscores; at most 63. Made of the name unless told. */
  slug?: string | null | undefined;
};

/** The customer to create, or to find by its e-mail address. */
export type CreateCustomerInput = {
  /** Name of the company, if the customer is one or acts for one. At most 255 characters, after runs of white space are reduced to one space. */
  companyName?: string | null | undefined;
  /** Company registration number. Spaces are removed, leading zeros are kept; at most 32 characters remain. */
  companyRegistrationNumber?: string | null | undefined;
  /** Where the customer comes from: IPv4 or IPv6 address. An empty value, localhost, ::1 and 0.0.0.0 stand for 127.0.0.1. */
  customerRealIp?: string | null | undefined;
  /** E-mail address, at most 254 characters once it is normalised. The customer is found by the mailbox that it leads to. */
  email: string;
  /** Tax or VAT number. Spaces are removed, letters become upper case; at most 32 characters remain. */
  taxIdentificationNumber?: string | null | undefined;
};

/** What `createCustomer` did. */
export type CreateCustomerResult =
  /** The customer was created. */
  | 'CREATED'
  /** The customer was there; blank fields of its profile were filled in. */
  | 'FILLED'
  /** The customer was there, and nothing of its profile changed. */
  | 'UNCHANGED';

/** How much credit a customer has. */
export type CreditSign =
  /** Less than none: the customer owes. */
  | 'NEGATIVE'
  /** More than none. */
  | 'POSITIVE'
  /** None. */
  | 'ZERO';

/** Something that was done with a customer. */
export type CustomerAction =
  /** The customer was banned. */
  | 'BANNED'
  /** The customer was created. */
  | 'CREATED'
  /** Credit was added or taken. */
  | 'CREDIT_ADJUSTED'
  /** The customer was deleted. */
  | 'DELETED'
  /** The e-mail address was changed. */
  | 'EMAIL_CHANGED'
  /** The e-mail address was rewritten by an operator, in the form that it has today. */
  | 'EMAIL_REWRITTEN'
  /** What is personal was erased: the fields are named, their values are gone. */
  | 'ERASED'
  /** Blank company fields were filled in by `createCustomer`. */
  | 'FILLED'
  /** The customer was added to groups, or removed from some. */
  | 'GROUPS_CHANGED'
  /** Another customer was merged into this one. */
  | 'MERGED'
  /** The customer was merged into another one. */
  | 'MERGED_INTO'
  /** It was set, or cleared, who brought the customer. */
  | 'REFERRAL_SET'
  /** The deleted customer was restored. */
  | 'RESTORED'
  /** The end of a subscription was set. */
  | 'SUBSCRIPTION_ENDED'
  /** A subscription was started. */
  | 'SUBSCRIPTION_STARTED'
  /** A subscription was changed. */
  | 'SUBSCRIPTION_UPDATED'
  /** The ban was lifted. */
  | 'UNBANNED'
  /** The profile was updated. */
  | 'UPDATED';

/** Identifies one customer. */
export type CustomerBy =
  {   /** By public reference. */
  cuRefNo: string; email?: never; }
  |  { cuRefNo?: never;   /** By e-mail address, in any spelling that leads to the same mailbox. */
  email: string; };

/** Identifies one customer, which may have been deleted. */
export type CustomerByReference = {
  /** By public reference. */
  cuRefNo: string;
};

/** Narrows a list of customers. All members that are given hold at once; null is as good as absent. */
export type CustomerFilter = {
  /** Whether they are banned. */
  ban?: boolean | null | undefined;
  /** When they were created. */
  createdAt?: DateTimeRange | null | undefined;
  /** How much credit they have. */
  credit?: CreditSign | null | undefined;
  /** Which groups they belong to. */
  groups?: CustomerGroupsFilter | null | undefined;
  /** What they are. */
  kind?: CustomerKind | null | undefined;
  /** When they were last seen. Whoever never was is in no span. */
  lastSeenAt?: DateTimeRange | null | undefined;
  /** Whether they have premium status. */
  premium?: boolean | null | undefined;
};

/** Narrows a list of customers by their groups. */
export type CustomerGroupsFilter =
  {   /** Those who belong to at least one of these groups, by slug. An unknown slug is nobody’s. */
  anyOf: Array<string>; none?: never; }
  |  { anyOf?: never;   /** True for those who belong to no group at all. */
  none: boolean; };

/** What a customer is. */
export type CustomerKind =
  /** A company: it has a `companyName`, and no name of a person. */
  | 'COMPANY'
  /** Whoever is not a company, also a person who acts for one. */
  | 'PERSON';

/** How a list of customers is sorted. Among equals, the reference decides. */
export type CustomerOrder = {
  /** Which way. */
  direction: OrderDirection;
  /** By what. */
  field: CustomerOrderField;
};

/** What a list of customers is sorted by. */
export type CustomerOrderField =
  /** When they were created. */
  | 'CREATED_AT'
  /** Their credit. */
  | 'CREDIT'
  /** When they were last seen; whoever never was comes before all others. */
  | 'LAST_SEEN_AT'
  /** The last name, then the first; else the first name, the name of the company, the e-mail address or the phone number, whichever there is. Without regard to any one language. */
  | 'NAME';

/** A span of time; either end may be left open. */
export type DateTimeRange = {
  /** Where it begins; this moment is part of it. */
  from?: string | null | undefined;
  /** Where it ends; this moment is no part of it. */
  to?: string | null | undefined;
};

/** The API key to change. */
export type DeactivateApiKeyInput = {
  /** First eight characters of the key. */
  fingerprint: string;
  /** Why, for the change log: at most 1000 characters. */
  reason?: string | null | undefined;
};

/** The API key to change. */
export type DeleteApiKeyInput = {
  /** First eight characters of the key. */
  fingerprint: string;
  /** Why, for the change log: at most 1000 characters. */
  reason?: string | null | undefined;
};

/** The group to delete. */
export type DeleteCustomerGroupInput = {
  /** Whether to delete it also when customers belong to it. Absent or null for no. */
  force?: boolean | null | undefined;
  /** Why, for the change log: at most 1,000 characters. */
  reason?: string | null | undefined;
  /** The group, by its slug. */
  slug: string;
};

/** The customer to delete. */
export type DeleteCustomerInput = {
  /** The customer to delete. */
  by: CustomerBy;
  /** Why, for the change log: at most 1,000 characters. */
  reason: string;
};

/** The subscription to end. */
export type EndCustomerSubscriptionInput = {
  /** When it ends, not before it starts; may be in the future. Now unless told, and where it has not started yet, when it would start. */
  endsAt?: string | null | undefined;
  /** The subscription, by its public reference. */
  externalId: string;
  /** Why, for the change log: at most 1,000 characters. */
  reason?: string | null | undefined;
};

/** The customer to erase. */
export type EraseCustomerInput = {
  /** The customer to erase, with all that were merged into it. */
  by: CustomerByReference;
  /** Why, for the change log: at most 1,000 characters. It stays: it must not hold what is to be erased. */
  reason: string;
};

/** Code of an error: what went wrong, for programs. More may be added; `docUrl` explains each. */
export type ErrorCode =
  /** The request conflicts with the current state. */
  | 'INTERNAL_CONFLICT'
  /** This path does not support this HTTP method. */
  | 'INTERNAL_METHOD_NOT_ALLOWED'
  /** The body of the request is too large. */
  | 'INTERNAL_PAYLOAD_TOO_LARGE'
  /** The request could not be read. */
  | 'INTERNAL_REQUEST_MALFORMED'
  /** No resource exists at this path. */
  | 'INTERNAL_RESOURCE_NOT_FOUND'
  /** The request failed because of a fault in the gateway. */
  | 'INTERNAL_SERVER_ERROR'
  /** The service is not available at the moment. */
  | 'INTERNAL_SERVICE_UNAVAILABLE'
  /** Too many requests were made with this API key. */
  | 'INTERNAL_TOO_MANY_REQUESTS'
  /** The media type of the body is not supported. */
  | 'INTERNAL_UNSUPPORTED_MEDIA_TYPE'
  /** Some of the values sent are not valid. */
  | 'INTERNAL_VALIDATION_FAILED'
  /** This API key does not exist. */
  | 'PUBLIC_API_KEY_DOES_NOT_EXIST'
  /** This API key was deleted. */
  | 'PUBLIC_API_KEY_HAS_BEEN_DELETED'
  /** This API key has expired. */
  | 'PUBLIC_API_KEY_HAS_BEEN_EXPIRED'
  /** No API key was sent. */
  | 'PUBLIC_API_KEY_IS_EMPTY'
  /** This API key is not active. */
  | 'PUBLIC_API_KEY_IS_NOT_ACTIVE'
  /** The API key is not in the right format. */
  | 'PUBLIC_API_KEY_IS_NOT_IN_VALID_FORMAT'
  /** This is the sample key of the documentation. */
  | 'PUBLIC_API_KEY_SAMPLE_VALUE'
  /** This API key may not run this operation. */
  | 'PUBLIC_API_KEY_SCOPE_NOT_ALLOWED'
  /** Your organisation has no such customer. */
  | 'PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED';

/** Kind of an IP address. Only public ones are looked up. */
export type IpKind =
  /** An address shared by the customers of one provider (RFC 6598). */
  | 'CGNAT'
  /** An address for documentation (RFC 5737, RFC 3849, RFC 9637). */
  | 'DOCUMENTATION'
  /** An address within one network segment. */
  | 'LINK_LOCAL'
  /** An address of the machine itself. */
  | 'LOOPBACK'
  /** An address within an organisation (RFC 1918, RFC 4193). */
  | 'PRIVATE'
  /** A public address of the internet. */
  | 'PUBLIC'
  /** An address for another purpose: multicast, benchmarks, tunnels, future use. */
  | 'RESERVED';

/** Which customer is merged into which. A customer that was merged before is refused: its reference, and as the duplicate its e-mail address, are not followed to its survivor. */
export type MergeCustomersInput = {
  /** The customer that is merged into it. */
  duplicate: CustomerBy;
  /** Why, for the change log: at most 1,000 characters. */
  reason: string;
  /** The customer that stays. */
  survivor: CustomerBy;
};

/** Which way a list is sorted. */
export type OrderDirection =
  /** From the lowest to the highest. */
  | 'ASC'
  /** From the highest to the lowest. */
  | 'DESC';

/** The groups that a customer leaves. */
export type RemoveCustomerFromGroupsInput = {
  /** The customer to remove. */
  by: CustomerBy;
  /** Slugs of the groups. */
  groups: Array<string>;
};

/** The customer to restore. */
export type RestoreCustomerInput = {
  /** The customer to restore. */
  by: CustomerByReference;
  /** Why, for the change log: at most 1,000 characters. */
  reason: string;
};

/** The API key to replace. */
export type RotateApiKeyInput = {
  /** First eight characters of the key. */
  fingerprint: string;
  /** Seconds for which the old key remains valid: 0 to 31622400. Null for the default. */
  graceSeconds?: number | null | undefined;
};

/** Who brought a customer. */
export type SetCustomerReferralInput = {
  /** The customer who was brought. */
  by: CustomerBy;
  /** The customer who brought it: another one of the organisation, whom it has not brought itself, neither directly nor by others. Null for nobody; must not be absent. */
  referrer?: CustomerBy | null | undefined;
  /** `version` of the customer as you have read it; with another one nothing is changed. Absent or null for any. */
  version?: number | null | undefined;
};

/** The subscription to start. */
export type StartCustomerSubscriptionInput = {
  /** Whether it is renewed when its term ends. No unless told. */
  autoRenew?: boolean | null | undefined;
  /** The customer who subscribes. */
  by: CustomerBy;
  /** When it ends, not before it starts. No end is set unless told. */
  endsAt?: string | null | undefined;
  /** Public reference of that order: 32 letters and digits. The gateway chooses one unless told. */
  orderHash?: string | null | undefined;
  /** Number of the order that starts it; at most 64 characters. */
  orderNumber: string;
  /** Product, by its code in the catalogue; at most 255 characters. The `productSlug` unless told. */
  productCode?: string | null | undefined;
  /** Product, by the name in its URL; at most 255 characters. */
  productSlug: string;
  /** When it starts, in the past or in the future. Now unless told. */
  startsAt?: string | null | undefined;
};

/** The customer whose ban to lift. */
export type UnbanCustomerInput = {
  /** The customer whose ban to lift. */
  by: CustomerBy;
  /** Why, for the change log: at most 1,000 characters. */
  reason?: string | null | undefined;
};

/** The API key to change. */
export type UpdateApiKeyInput = {
  /** When the key expires, in the future. Null for never. */
  expiresAt?: string | null | undefined;
  /** First eight characters of the key. */
  fingerprint: string;
  /** Requests per minute: 1 to 2147483647. Null for the default of the prefix. Not for a `ROOT` key, which has no limit. */
  limitPerMinute?: number | null | undefined;
  /** Name for people: 1 to 255 characters. */
  name?: string | null | undefined;
  /** Why, for the change log: at most 1000 characters. */
  reason?: string | null | undefined;
  /** Scopes that the key is restricted to, of `customer:create`, `customer:read`, `customer:write`, `ip:read`; none for no restriction. Not for a `ROOT` key, which may do all. */
  scopes?: Array<string> | null | undefined;
};

/** What to change of a group. */
export type UpdateCustomerGroupInput = {
  /** New name for people. Absent or null to keep it. */
  name?: string | null | undefined;
  /** New name for programs. Absent or null to keep it. */
  newSlug?: string | null | undefined;
  /** The group, by its slug. */
  slug: string;
};

/** What to change of a profile. What is absent stays; null clears, and so does text of which nothing is left. */
export type UpdateCustomerInput = {
  /** Members of the address to change. Null clears all of them. */
  address?: AddressInput | null | undefined;
  /** The customer to change. */
  by: CustomerBy;
  /** Name of the company; at most 255 characters. */
  companyName?: string | null | undefined;
  /** Company registration number. Spaces are removed; at most 32 characters remain. */
  companyRegistrationNumber?: string | null | undefined;
  /** Fields that the organisation defines itself, merged as RFC 7396 describes. Null clears all of them. */
  customFields?: Record<string, unknown> | null | undefined;
  /** Where the customer comes from, noted as `createCustomer` does: IPv4 or IPv6 address. An empty value, localhost, ::1 and 0.0.0.0 stand for 127.0.0.1. */
  customerRealIp?: string | null | undefined;
  /** First name; at most 255 characters. */
  firstName?: string | null | undefined;
  /** Last name; at most 255 characters. */
  lastName?: string | null | undefined;
  /** Data that programs store with the customer, merged as RFC 7396 describes. Null clears all of it. */
  meta?: Record<string, unknown> | null | undefined;
  /** Whether the customer wants the newsletter. Null for no. */
  newsletter?: boolean | null | undefined;
  /** Phone number in any usual spelling, with the country code; without it, as a number of the country of the address. */
  phone?: string | null | undefined;
  /** Whether the customer has premium status. Null for no. */
  premium?: boolean | null | undefined;
  /** Language, as a tag such as `cs` or `en-GB`. */
  primaryLocale?: string | null | undefined;
  /** Tax or VAT number. Spaces are removed, letters become upper case; at most 32 characters remain. */
  taxIdentificationNumber?: string | null | undefined;
  /** `version` of the customer as you have read it; with another one nothing is changed. Absent or null for any. */
  version?: number | null | undefined;
};

/** What to change of a subscription. */
export type UpdateCustomerSubscriptionInput = {
  /** Whether it is renewed when its term ends. Absent or null to keep it. */
  autoRenew?: boolean | null | undefined;
  /** When it ends, not before it starts. Absent to keep it; null for no end. */
  endsAt?: string | null | undefined;
  /** The subscription, by its public reference. */
  externalId: string;
  /** New public reference of the order. Absent or null to keep it. */
  orderHash?: string | null | undefined;
  /** New number of the order. Absent or null to keep it. */
  orderNumber?: string | null | undefined;
  /** New code of the product. Absent or null to keep it. */
  productCode?: string | null | undefined;
  /** New name of the product. Absent or null to keep it. */
  productSlug?: string | null | undefined;
  /** When it starts. Absent or null to keep it. */
  startsAt?: string | null | undefined;
};

export type ApiKeysQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
}>;


export type ApiKeysQuery = { apiKeys: { nodes: Array<{ id: string, fingerprint: string, name: string, prefix: ApiKeyPrefix, scopes: Array<string>, active: boolean, limitPerMinute: number | null, createdAt: string, expiresAt: string | null, deletedAt: string | null, lastUsedAt: string | null, usedToday: number }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null } } | null };

export type ApiKeyQueryVariables = Exact<{
  fingerprint: string;
}>;


export type ApiKeyQuery = { apiKey: { id: string, fingerprint: string, name: string, prefix: ApiKeyPrefix, scopes: Array<string>, active: boolean, limitPerMinute: number | null, createdAt: string, expiresAt: string | null, deletedAt: string | null, lastUsedAt: string | null, usedToday: number, history: Array<{ action: string, author: string, reason: string | null, createdAt: string }> } | null };

export type CreateApiKeyMutationVariables = Exact<{
  input: CreateApiKeyInput;
}>;


export type CreateApiKeyMutation = { createApiKey: { key: string, apiKey: { id: string, fingerprint: string, name: string, prefix: ApiKeyPrefix, scopes: Array<string>, active: boolean, limitPerMinute: number | null, createdAt: string, expiresAt: string | null, deletedAt: string | null, lastUsedAt: string | null, usedToday: number } } | null };

export type UpdateApiKeyMutationVariables = Exact<{
  input: UpdateApiKeyInput;
}>;


export type UpdateApiKeyMutation = { updateApiKey: { apiKey: { id: string, fingerprint: string, name: string, prefix: ApiKeyPrefix, scopes: Array<string>, active: boolean, limitPerMinute: number | null, createdAt: string, expiresAt: string | null, deletedAt: string | null, lastUsedAt: string | null, usedToday: number } } | null };

export type ActivateApiKeyMutationVariables = Exact<{
  input: ActivateApiKeyInput;
}>;


export type ActivateApiKeyMutation = { activateApiKey: { apiKey: { id: string, fingerprint: string, name: string, prefix: ApiKeyPrefix, scopes: Array<string>, active: boolean, limitPerMinute: number | null, createdAt: string, expiresAt: string | null, deletedAt: string | null, lastUsedAt: string | null, usedToday: number } } | null };

export type DeactivateApiKeyMutationVariables = Exact<{
  input: DeactivateApiKeyInput;
}>;


export type DeactivateApiKeyMutation = { deactivateApiKey: { apiKey: { id: string, fingerprint: string, name: string, prefix: ApiKeyPrefix, scopes: Array<string>, active: boolean, limitPerMinute: number | null, createdAt: string, expiresAt: string | null, deletedAt: string | null, lastUsedAt: string | null, usedToday: number } } | null };

export type RotateApiKeyMutationVariables = Exact<{
  input: RotateApiKeyInput;
}>;


export type RotateApiKeyMutation = { rotateApiKey: { key: string, apiKey: { id: string, fingerprint: string, name: string, prefix: ApiKeyPrefix, scopes: Array<string>, active: boolean, limitPerMinute: number | null, createdAt: string, expiresAt: string | null, deletedAt: string | null, lastUsedAt: string | null, usedToday: number }, replacedApiKey: { id: string, fingerprint: string, name: string, prefix: ApiKeyPrefix, scopes: Array<string>, active: boolean, limitPerMinute: number | null, createdAt: string, expiresAt: string | null, deletedAt: string | null, lastUsedAt: string | null, usedToday: number } } | null };

export type DeleteApiKeyMutationVariables = Exact<{
  input: DeleteApiKeyInput;
}>;


export type DeleteApiKeyMutation = { deleteApiKey: { apiKey: { id: string, fingerprint: string, name: string, prefix: ApiKeyPrefix, scopes: Array<string>, active: boolean, limitPerMinute: number | null, createdAt: string, expiresAt: string | null, deletedAt: string | null, lastUsedAt: string | null, usedToday: number } } | null };

export type AdjustCustomerCreditMutationVariables = Exact<{
  input: AdjustCustomerCreditInput;
}>;


export type AdjustCustomerCreditMutation = { adjustCustomerCredit: { entry: { id: string, transactionId: string, amount: number, balanceAfter: number, description: string, createdAt: string }, customer: { id: string, cuRefNo: string, email: string | null, phone: string | null, firstName: string | null, lastName: string | null, companyName: string | null, companyRegistrationNumber: string | null, taxIdentificationNumber: string | null, primaryLocale: string | null, newsletter: boolean, creditBalance: number, premium: boolean, ban: boolean, version: number, createdAt: string, updatedAt: string, lastSeenAt: string | null, address: { streetAddress: string | null, city: string | null, cityPart: string | null, stateRegion: string | null, postalCode: string | null, country: string | null } | null, groups: Array<{ id: string, slug: string, name: string }> } } | null };

export type CustomerCreditEntriesQueryVariables = Exact<{
  by: CustomerBy;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type CustomerCreditEntriesQuery = { customer: { id: string, cuRefNo: string, creditBalance: number, creditEntries: { nodes: Array<{ id: string, transactionId: string, amount: number, balanceAfter: number, description: string, createdAt: string }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null } | null };

export type CustomerChangesQueryVariables = Exact<{
  by: CustomerBy;
  actions?: Array<CustomerAction> | CustomerAction | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type CustomerChangesQuery = { customer: { id: string, cuRefNo: string, changes: { nodes: Array<{ id: string, action: CustomerAction, actor: string | null, reason: string | null, requestId: string | null, createdAt: string, fields: Array<{ name: string, before: unknown, after: unknown }> }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null } | null };

export type CreateCustomerMutationVariables = Exact<{
  input: CreateCustomerInput;
}>;


export type CreateCustomerMutation = { createCustomer: { newAccount: boolean, result: CreateCustomerResult, filledFields: Array<string>, keptFields: Array<string>, customer: { id: string, cuRefNo: string, email: string | null, phone: string | null, firstName: string | null, lastName: string | null, companyName: string | null, companyRegistrationNumber: string | null, taxIdentificationNumber: string | null, primaryLocale: string | null, newsletter: boolean, creditBalance: number, premium: boolean, ban: boolean, version: number, createdAt: string, updatedAt: string, lastSeenAt: string | null, address: { streetAddress: string | null, city: string | null, cityPart: string | null, stateRegion: string | null, postalCode: string | null, country: string | null } | null, groups: Array<{ id: string, slug: string, name: string }> } } | null };

export type BulkCreateCustomersMutationVariables = Exact<{
  input: BulkCreateCustomersInput;
}>;


export type BulkCreateCustomersMutation = { bulkCreateCustomers: { rows: Array<{ clientRef: string, result: CreateCustomerResult | null, customer: { id: string, cuRefNo: string, email: string | null } | null, error: { code: ErrorCode, message: string, docUrl: string, fields: Array<{ path: string, message: string }> | null } | null }> } | null };

export type CustomerQueryVariables = Exact<{
  by: CustomerBy;
}>;


export type CustomerQuery = { customer: { meta: Record<string, unknown>, customFields: Record<string, unknown>, id: string, cuRefNo: string, email: string | null, phone: string | null, firstName: string | null, lastName: string | null, companyName: string | null, companyRegistrationNumber: string | null, taxIdentificationNumber: string | null, primaryLocale: string | null, newsletter: boolean, creditBalance: number, premium: boolean, ban: boolean, version: number, createdAt: string, updatedAt: string, lastSeenAt: string | null, referral: { code: string, email: string | null, firstName: string | null, lastName: string | null } | null, runningSubscriptions: Array<{ id: string, externalId: string, productSlug: string, productCode: string, orderNumber: string, orderHash: string, autoRenew: boolean, startsAt: string, endsAt: string | null, running: boolean }>, address: { streetAddress: string | null, city: string | null, cityPart: string | null, stateRegion: string | null, postalCode: string | null, country: string | null } | null, groups: Array<{ id: string, slug: string, name: string }> } | null };

export type UpdateCustomerMutationVariables = Exact<{
  input: UpdateCustomerInput;
}>;


export type UpdateCustomerMutation = { updateCustomer: { customer: { meta: Record<string, unknown>, customFields: Record<string, unknown>, id: string, cuRefNo: string, email: string | null, phone: string | null, firstName: string | null, lastName: string | null, companyName: string | null, companyRegistrationNumber: string | null, taxIdentificationNumber: string | null, primaryLocale: string | null, newsletter: boolean, creditBalance: number, premium: boolean, ban: boolean, version: number, createdAt: string, updatedAt: string, lastSeenAt: string | null, address: { streetAddress: string | null, city: string | null, cityPart: string | null, stateRegion: string | null, postalCode: string | null, country: string | null } | null, groups: Array<{ id: string, slug: string, name: string }> } } | null };

export type ChangeCustomerEmailMutationVariables = Exact<{
  input: ChangeCustomerEmailInput;
}>;


export type ChangeCustomerEmailMutation = { changeCustomerEmail: { customer: { id: string, cuRefNo: string, email: string | null, phone: string | null, firstName: string | null, lastName: string | null, companyName: string | null, companyRegistrationNumber: string | null, taxIdentificationNumber: string | null, primaryLocale: string | null, newsletter: boolean, creditBalance: number, premium: boolean, ban: boolean, version: number, createdAt: string, updatedAt: string, lastSeenAt: string | null, address: { streetAddress: string | null, city: string | null, cityPart: string | null, stateRegion: string | null, postalCode: string | null, country: string | null } | null, groups: Array<{ id: string, slug: string, name: string }> } } | null };

export type SetCustomerReferralMutationVariables = Exact<{
  input: SetCustomerReferralInput;
}>;


export type SetCustomerReferralMutation = { setCustomerReferral: { customer: { id: string, cuRefNo: string, email: string | null, phone: string | null, firstName: string | null, lastName: string | null, companyName: string | null, companyRegistrationNumber: string | null, taxIdentificationNumber: string | null, primaryLocale: string | null, newsletter: boolean, creditBalance: number, premium: boolean, ban: boolean, version: number, createdAt: string, updatedAt: string, lastSeenAt: string | null, referral: { code: string, email: string | null, firstName: string | null, lastName: string | null } | null, address: { streetAddress: string | null, city: string | null, cityPart: string | null, stateRegion: string | null, postalCode: string | null, country: string | null } | null, groups: Array<{ id: string, slug: string, name: string }> } } | null };

export type BanCustomerMutationVariables = Exact<{
  input: BanCustomerInput;
}>;


export type BanCustomerMutation = { banCustomer: { customer: { id: string, cuRefNo: string, email: string | null, phone: string | null, firstName: string | null, lastName: string | null, companyName: string | null, companyRegistrationNumber: string | null, taxIdentificationNumber: string | null, primaryLocale: string | null, newsletter: boolean, creditBalance: number, premium: boolean, ban: boolean, version: number, createdAt: string, updatedAt: string, lastSeenAt: string | null, address: { streetAddress: string | null, city: string | null, cityPart: string | null, stateRegion: string | null, postalCode: string | null, country: string | null } | null, groups: Array<{ id: string, slug: string, name: string }> } } | null };

export type UnbanCustomerMutationVariables = Exact<{
  input: UnbanCustomerInput;
}>;


export type UnbanCustomerMutation = { unbanCustomer: { customer: { id: string, cuRefNo: string, email: string | null, phone: string | null, firstName: string | null, lastName: string | null, companyName: string | null, companyRegistrationNumber: string | null, taxIdentificationNumber: string | null, primaryLocale: string | null, newsletter: boolean, creditBalance: number, premium: boolean, ban: boolean, version: number, createdAt: string, updatedAt: string, lastSeenAt: string | null, address: { streetAddress: string | null, city: string | null, cityPart: string | null, stateRegion: string | null, postalCode: string | null, country: string | null } | null, groups: Array<{ id: string, slug: string, name: string }> } } | null };

export type DeleteCustomerMutationVariables = Exact<{
  input: DeleteCustomerInput;
}>;


export type DeleteCustomerMutation = { deleteCustomer: { deletedCustomerId: string, customer: { id: string, cuRefNo: string, email: string | null, phone: string | null, firstName: string | null, lastName: string | null, companyName: string | null, companyRegistrationNumber: string | null, taxIdentificationNumber: string | null, primaryLocale: string | null, newsletter: boolean, creditBalance: number, premium: boolean, ban: boolean, version: number, createdAt: string, updatedAt: string, lastSeenAt: string | null, address: { streetAddress: string | null, city: string | null, cityPart: string | null, stateRegion: string | null, postalCode: string | null, country: string | null } | null, groups: Array<{ id: string, slug: string, name: string }> } } | null };

export type RestoreCustomerMutationVariables = Exact<{
  input: RestoreCustomerInput;
}>;


export type RestoreCustomerMutation = { restoreCustomer: { customer: { id: string, cuRefNo: string, email: string | null, phone: string | null, firstName: string | null, lastName: string | null, companyName: string | null, companyRegistrationNumber: string | null, taxIdentificationNumber: string | null, primaryLocale: string | null, newsletter: boolean, creditBalance: number, premium: boolean, ban: boolean, version: number, createdAt: string, updatedAt: string, lastSeenAt: string | null, address: { streetAddress: string | null, city: string | null, cityPart: string | null, stateRegion: string | null, postalCode: string | null, country: string | null } | null, groups: Array<{ id: string, slug: string, name: string }> } } | null };

export type EraseCustomerMutationVariables = Exact<{
  input: EraseCustomerInput;
}>;


export type EraseCustomerMutation = { eraseCustomer: { customer: { id: string, cuRefNo: string, email: string | null, phone: string | null, firstName: string | null, lastName: string | null, companyName: string | null, companyRegistrationNumber: string | null, taxIdentificationNumber: string | null, primaryLocale: string | null, newsletter: boolean, creditBalance: number, premium: boolean, ban: boolean, version: number, createdAt: string, updatedAt: string, lastSeenAt: string | null, address: { streetAddress: string | null, city: string | null, cityPart: string | null, stateRegion: string | null, postalCode: string | null, country: string | null } | null, groups: Array<{ id: string, slug: string, name: string }> } } | null };

export type CustomersQueryVariables = Exact<{
  search?: string | null | undefined;
  filter?: CustomerFilter | null | undefined;
  orderBy?: CustomerOrder | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
}>;


export type CustomersQuery = { customers: { nodes: Array<{ id: string, cuRefNo: string, email: string | null, phone: string | null, firstName: string | null, lastName: string | null, companyName: string | null, companyRegistrationNumber: string | null, taxIdentificationNumber: string | null, primaryLocale: string | null, newsletter: boolean, creditBalance: number, premium: boolean, ban: boolean, version: number, createdAt: string, updatedAt: string, lastSeenAt: string | null, address: { streetAddress: string | null, city: string | null, cityPart: string | null, stateRegion: string | null, postalCode: string | null, country: string | null } | null, groups: Array<{ id: string, slug: string, name: string }> }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null } } | null };

export type CustomersByReferenceQueryVariables = Exact<{
  cuRefNos: Array<string> | string;
}>;


export type CustomersByReferenceQuery = { customersByReference: Array<{ id: string, cuRefNo: string, email: string | null, phone: string | null, firstName: string | null, lastName: string | null, companyName: string | null, companyRegistrationNumber: string | null, taxIdentificationNumber: string | null, primaryLocale: string | null, newsletter: boolean, creditBalance: number, premium: boolean, ban: boolean, version: number, createdAt: string, updatedAt: string, lastSeenAt: string | null, address: { streetAddress: string | null, city: string | null, cityPart: string | null, stateRegion: string | null, postalCode: string | null, country: string | null } | null, groups: Array<{ id: string, slug: string, name: string }> } | null> | null };

export type NodeQueryVariables = Exact<{
  id: string | number;
}>;


export type NodeQuery = { node:
    | { __typename: 'ApiKey', id: string }
    | { __typename: 'Customer', id: string, cuRefNo: string, email: string | null, phone: string | null, firstName: string | null, lastName: string | null, companyName: string | null, companyRegistrationNumber: string | null, taxIdentificationNumber: string | null, primaryLocale: string | null, newsletter: boolean, creditBalance: number, premium: boolean, ban: boolean, version: number, createdAt: string, updatedAt: string, lastSeenAt: string | null, address: { streetAddress: string | null, city: string | null, cityPart: string | null, stateRegion: string | null, postalCode: string | null, country: string | null } | null, groups: Array<{ id: string, slug: string, name: string }> }
    | { __typename: 'CustomerGroup', slug: string, name: string, id: string }
    | { __typename: 'CustomerSubscription', id: string, externalId: string, productSlug: string, productCode: string, orderNumber: string, orderHash: string, autoRenew: boolean, startsAt: string, endsAt: string | null, running: boolean }
   | null };

export type CustomerFieldsFragment = { id: string, cuRefNo: string, email: string | null, phone: string | null, firstName: string | null, lastName: string | null, companyName: string | null, companyRegistrationNumber: string | null, taxIdentificationNumber: string | null, primaryLocale: string | null, newsletter: boolean, creditBalance: number, premium: boolean, ban: boolean, version: number, createdAt: string, updatedAt: string, lastSeenAt: string | null, address: { streetAddress: string | null, city: string | null, cityPart: string | null, stateRegion: string | null, postalCode: string | null, country: string | null } | null, groups: Array<{ id: string, slug: string, name: string }> };

export type SubscriptionFieldsFragment = { id: string, externalId: string, productSlug: string, productCode: string, orderNumber: string, orderHash: string, autoRenew: boolean, startsAt: string, endsAt: string | null, running: boolean };

export type CreditEntryFieldsFragment = { id: string, transactionId: string, amount: number, balanceAfter: number, description: string, createdAt: string };

export type GroupFieldsFragment = { id: string, slug: string, name: string };

export type ApiKeyFieldsFragment = { id: string, fingerprint: string, name: string, prefix: ApiKeyPrefix, scopes: Array<string>, active: boolean, limitPerMinute: number | null, createdAt: string, expiresAt: string | null, deletedAt: string | null, lastUsedAt: string | null, usedToday: number };

export type CustomerGroupsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
}>;


export type CustomerGroupsQuery = { customerGroups: { nodes: Array<{ customerCount: number, id: string, slug: string, name: string }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null } } | null };

export type CreateCustomerGroupMutationVariables = Exact<{
  input: CreateCustomerGroupInput;
}>;


export type CreateCustomerGroupMutation = { createCustomerGroup: { group: { id: string, slug: string, name: string } } | null };

export type UpdateCustomerGroupMutationVariables = Exact<{
  input: UpdateCustomerGroupInput;
}>;


export type UpdateCustomerGroupMutation = { updateCustomerGroup: { group: { id: string, slug: string, name: string } } | null };

export type DeleteCustomerGroupMutationVariables = Exact<{
  input: DeleteCustomerGroupInput;
}>;


export type DeleteCustomerGroupMutation = { deleteCustomerGroup: { group: { id: string, slug: string, name: string } } | null };

export type AddCustomerToGroupsMutationVariables = Exact<{
  input: AddCustomerToGroupsInput;
}>;


export type AddCustomerToGroupsMutation = { addCustomerToGroups: { customer: { id: string, cuRefNo: string, email: string | null, phone: string | null, firstName: string | null, lastName: string | null, companyName: string | null, companyRegistrationNumber: string | null, taxIdentificationNumber: string | null, primaryLocale: string | null, newsletter: boolean, creditBalance: number, premium: boolean, ban: boolean, version: number, createdAt: string, updatedAt: string, lastSeenAt: string | null, address: { streetAddress: string | null, city: string | null, cityPart: string | null, stateRegion: string | null, postalCode: string | null, country: string | null } | null, groups: Array<{ id: string, slug: string, name: string }> } } | null };

export type RemoveCustomerFromGroupsMutationVariables = Exact<{
  input: RemoveCustomerFromGroupsInput;
}>;


export type RemoveCustomerFromGroupsMutation = { removeCustomerFromGroups: { customer: { id: string, cuRefNo: string, email: string | null, phone: string | null, firstName: string | null, lastName: string | null, companyName: string | null, companyRegistrationNumber: string | null, taxIdentificationNumber: string | null, primaryLocale: string | null, newsletter: boolean, creditBalance: number, premium: boolean, ban: boolean, version: number, createdAt: string, updatedAt: string, lastSeenAt: string | null, address: { streetAddress: string | null, city: string | null, cityPart: string | null, stateRegion: string | null, postalCode: string | null, country: string | null } | null, groups: Array<{ id: string, slug: string, name: string }> } } | null };

export type IpInfoQueryVariables = Exact<{
  ip: string;
}>;


export type IpInfoQuery = { ipInfo: { address: string, kind: IpKind, region: string | null, city: string | null, latitude: number | null, longitude: number | null, accuracyRadiusKm: number | null, timeZone: string | null, asn: number | null, asOrganisation: string | null, isAnonymous: boolean | null, isHosting: boolean | null, isProxy: boolean | null, isTor: boolean | null, isVpn: boolean | null, country: { code: string, name: string | null } | null, sources: Array<{ name: string, builtAt: string, attribution: string | null }> } | null };

export type CustomerIpHistoryQueryVariables = Exact<{
  by: CustomerBy;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type CustomerIpHistoryQuery = { customer: { id: string, cuRefNo: string, ipHistory: { edges: Array<{ seenAt: string, node: { address: string } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null } | null };

export type MergeCustomersPreviewQueryVariables = Exact<{
  survivor: CustomerBy;
  duplicate: CustomerBy;
}>;


export type MergeCustomersPreviewQuery = { mergeCustomersPreview: { filledFields: Array<string>, movedCredit: number, creditBalance: number, movedSubscriptions: Array<string>, movedReferralCount: number, premium: boolean, ban: boolean, conflicts: Array<{ name: string, survivor: unknown, duplicate: unknown }>, movedGroups: Array<{ id: string, slug: string, name: string }>, referral: { code: string, email: string | null, firstName: string | null, lastName: string | null } | null } | null };

export type MergeCustomersMutationVariables = Exact<{
  input: MergeCustomersInput;
}>;


export type MergeCustomersMutation = { mergeCustomers: { mergedCustomerId: string, customer: { id: string, cuRefNo: string, email: string | null, phone: string | null, firstName: string | null, lastName: string | null, companyName: string | null, companyRegistrationNumber: string | null, taxIdentificationNumber: string | null, primaryLocale: string | null, newsletter: boolean, creditBalance: number, premium: boolean, ban: boolean, version: number, createdAt: string, updatedAt: string, lastSeenAt: string | null, address: { streetAddress: string | null, city: string | null, cityPart: string | null, stateRegion: string | null, postalCode: string | null, country: string | null } | null, groups: Array<{ id: string, slug: string, name: string }> } } | null };

export type CustomerSubscriptionsQueryVariables = Exact<{
  by: CustomerBy;
  running?: boolean | null | undefined;
}>;


export type CustomerSubscriptionsQuery = { customer: { id: string, cuRefNo: string, subscriptions: Array<{ id: string, externalId: string, productSlug: string, productCode: string, orderNumber: string, orderHash: string, autoRenew: boolean, startsAt: string, endsAt: string | null, running: boolean }> } | null };

export type StartCustomerSubscriptionMutationVariables = Exact<{
  input: StartCustomerSubscriptionInput;
}>;


export type StartCustomerSubscriptionMutation = { startCustomerSubscription: { subscription: { id: string, externalId: string, productSlug: string, productCode: string, orderNumber: string, orderHash: string, autoRenew: boolean, startsAt: string, endsAt: string | null, running: boolean }, customer: { id: string, cuRefNo: string } } | null };

export type UpdateCustomerSubscriptionMutationVariables = Exact<{
  input: UpdateCustomerSubscriptionInput;
}>;


export type UpdateCustomerSubscriptionMutation = { updateCustomerSubscription: { subscription: { id: string, externalId: string, productSlug: string, productCode: string, orderNumber: string, orderHash: string, autoRenew: boolean, startsAt: string, endsAt: string | null, running: boolean }, customer: { id: string, cuRefNo: string } } | null };

export type EndCustomerSubscriptionMutationVariables = Exact<{
  input: EndCustomerSubscriptionInput;
}>;


export type EndCustomerSubscriptionMutation = { endCustomerSubscription: { subscription: { id: string, externalId: string, productSlug: string, productCode: string, orderNumber: string, orderHash: string, autoRenew: boolean, startsAt: string, endsAt: string | null, running: boolean }, customer: { id: string, cuRefNo: string } } | null };

export type ViewerQueryVariables = Exact<{ [key: string]: never; }>;


export type ViewerQuery = { viewer: { organisation: { slug: string, name: string }, key: { fingerprint: string, prefix: ApiKeyPrefix, scopes: Array<string> }, rateLimit: { limit: number, remaining: number, resetAt: string } | null } | null };

const ApiKeyFields: Definition = { node: {"kind":"FragmentDefinition","name":{"kind":"Name","value":"ApiKeyFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ApiKey"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"fingerprint"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"prefix"}},{"kind":"Field","name":{"kind":"Name","value":"scopes"}},{"kind":"Field","name":{"kind":"Name","value":"active"}},{"kind":"Field","name":{"kind":"Name","value":"limitPerMinute"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"deletedAt"}},{"kind":"Field","name":{"kind":"Name","value":"lastUsedAt"}},{"kind":"Field","name":{"kind":"Name","value":"usedToday"}}]}}, text: "fragment ApiKeyFields on ApiKey {\n  id\n  fingerprint\n  name\n  prefix\n  scopes\n  active\n  limitPerMinute\n  createdAt\n  expiresAt\n  deletedAt\n  lastUsedAt\n  usedToday\n}" };

const CreditEntryFields: Definition = { node: {"kind":"FragmentDefinition","name":{"kind":"Name","value":"CreditEntryFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"CreditEntry"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"transactionId"}},{"kind":"Field","name":{"kind":"Name","value":"amount"}},{"kind":"Field","name":{"kind":"Name","value":"balanceAfter"}},{"kind":"Field","name":{"kind":"Name","value":"description"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}}]}}, text: "fragment CreditEntryFields on CreditEntry {\n  id\n  transactionId\n  amount\n  balanceAfter\n  description\n  createdAt\n}" };

const CustomerFields: Definition = { node: {"kind":"FragmentDefinition","name":{"kind":"Name","value":"CustomerFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Customer"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"cuRefNo"}},{"kind":"Field","name":{"kind":"Name","value":"email"}},{"kind":"Field","name":{"kind":"Name","value":"phone"}},{"kind":"Field","name":{"kind":"Name","value":"firstName"}},{"kind":"Field","name":{"kind":"Name","value":"lastName"}},{"kind":"Field","name":{"kind":"Name","value":"companyName"}},{"kind":"Field","name":{"kind":"Name","value":"companyRegistrationNumber"}},{"kind":"Field","name":{"kind":"Name","value":"taxIdentificationNumber"}},{"kind":"Field","name":{"kind":"Name","value":"address"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"streetAddress"}},{"kind":"Field","name":{"kind":"Name","value":"city"}},{"kind":"Field","name":{"kind":"Name","value":"cityPart"}},{"kind":"Field","name":{"kind":"Name","value":"stateRegion"}},{"kind":"Field","name":{"kind":"Name","value":"postalCode"}},{"kind":"Field","name":{"kind":"Name","value":"country"}}]}},{"kind":"Field","name":{"kind":"Name","value":"primaryLocale"}},{"kind":"Field","name":{"kind":"Name","value":"newsletter"}},{"kind":"Field","name":{"kind":"Name","value":"creditBalance"}},{"kind":"Field","name":{"kind":"Name","value":"premium"}},{"kind":"Field","name":{"kind":"Name","value":"ban"}},{"kind":"Field","name":{"kind":"Name","value":"groups"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"slug"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"updatedAt"}},{"kind":"Field","name":{"kind":"Name","value":"lastSeenAt"}}]}}, text: "fragment CustomerFields on Customer {\n  id\n  cuRefNo\n  email\n  phone\n  firstName\n  lastName\n  companyName\n  companyRegistrationNumber\n  taxIdentificationNumber\n  address {\n    streetAddress\n    city\n    cityPart\n    stateRegion\n    postalCode\n    country\n  }\n  primaryLocale\n  newsletter\n  creditBalance\n  premium\n  ban\n  groups {\n    id\n    slug\n    name\n  }\n  version\n  createdAt\n  updatedAt\n  lastSeenAt\n}" };

const GroupFields: Definition = { node: {"kind":"FragmentDefinition","name":{"kind":"Name","value":"GroupFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"CustomerGroup"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"slug"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}, text: "fragment GroupFields on CustomerGroup {\n  id\n  slug\n  name\n}" };

const SubscriptionFields: Definition = { node: {"kind":"FragmentDefinition","name":{"kind":"Name","value":"SubscriptionFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"CustomerSubscription"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"externalId"}},{"kind":"Field","name":{"kind":"Name","value":"productSlug"}},{"kind":"Field","name":{"kind":"Name","value":"productCode"}},{"kind":"Field","name":{"kind":"Name","value":"orderNumber"}},{"kind":"Field","name":{"kind":"Name","value":"orderHash"}},{"kind":"Field","name":{"kind":"Name","value":"autoRenew"}},{"kind":"Field","name":{"kind":"Name","value":"startsAt"}},{"kind":"Field","name":{"kind":"Name","value":"endsAt"}},{"kind":"Field","name":{"kind":"Name","value":"running"}}]}}, text: "fragment SubscriptionFields on CustomerSubscription {\n  id\n  externalId\n  productSlug\n  productCode\n  orderNumber\n  orderHash\n  autoRenew\n  startsAt\n  endsAt\n  running\n}" };

/** Activates an API key again. Nothing changes if it is already active. Needs a `ROOT` key. */
export const ActivateApiKeyDocument: TypedDocument<ActivateApiKeyMutation, ActivateApiKeyMutationVariables> = /* @__PURE__ */ typedDocument({ node: {"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"ActivateApiKey"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ActivateApiKeyInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"activateApiKey"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"apiKey"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ApiKeyFields"}}]}}]}}]}}, text: "mutation ActivateApiKey($input: ActivateApiKeyInput!) {\n  activateApiKey(input: $input) {\n    apiKey {\n      ...ApiKeyFields\n    }\n  }\n}" }, ApiKeyFields);

/** Adds a customer to groups. Nothing changes of those that it belongs to already. Needs the scope `customer:write`. */
export const AddCustomerToGroupsDocument: TypedDocument<AddCustomerToGroupsMutation, AddCustomerToGroupsMutationVariables> = /* @__PURE__ */ typedDocument({ node: {"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"AddCustomerToGroups"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"AddCustomerToGroupsInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"addCustomerToGroups"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"customer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"CustomerFields"}}]}}]}}]}}, text: "mutation AddCustomerToGroups($input: AddCustomerToGroupsInput!) {\n  addCustomerToGroups(input: $input) {\n    customer {\n      ...CustomerFields\n    }\n  }\n}" }, CustomerFields);

/** Adds credit to a customer, or takes it. Needs the scope `customer:write`. */
export const AdjustCustomerCreditDocument: TypedDocument<AdjustCustomerCreditMutation, AdjustCustomerCreditMutationVariables> = /* @__PURE__ */ typedDocument({ node: {"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"AdjustCustomerCredit"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"AdjustCustomerCreditInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"adjustCustomerCredit"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"entry"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"CreditEntryFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"customer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"CustomerFields"}}]}}]}}]}}, text: "mutation AdjustCustomerCredit($input: AdjustCustomerCreditInput!) {\n  adjustCustomerCredit(input: $input) {\n    entry {\n      ...CreditEntryFields\n    }\n    customer {\n      ...CustomerFields\n    }\n  }\n}" }, CreditEntryFields, CustomerFields);

/** Shows one API key. Null when there is none. Needs a `ROOT` key. */
export const ApiKeyDocument: TypedDocument<ApiKeyQuery, ApiKeyQueryVariables> = /* @__PURE__ */ typedDocument({ node: {"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"ApiKey"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"fingerprint"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"apiKey"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"fingerprint"},"value":{"kind":"Variable","name":{"kind":"Name","value":"fingerprint"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ApiKeyFields"}},{"kind":"Field","name":{"kind":"Name","value":"history"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"action"}},{"kind":"Field","name":{"kind":"Name","value":"author"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}}]}}]}}]}}, text: "query ApiKey($fingerprint: String!) {\n  apiKey(fingerprint: $fingerprint) {\n    ...ApiKeyFields\n    history {\n      action\n      author\n      reason\n      createdAt\n    }\n  }\n}" }, ApiKeyFields);

/** Lists the API keys of the organisation, newest first; 20 per page by default, 100 at most. Needs a `ROOT` key. */
export const ApiKeysDocument: TypedDocument<ApiKeysQuery, ApiKeysQueryVariables> = /* @__PURE__ */ typedDocument({ node: {"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"ApiKeys"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"last"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"before"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"apiKeys"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}},{"kind":"Argument","name":{"kind":"Name","value":"last"},"value":{"kind":"Variable","name":{"kind":"Name","value":"last"}}},{"kind":"Argument","name":{"kind":"Name","value":"before"},"value":{"kind":"Variable","name":{"kind":"Name","value":"before"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ApiKeyFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"hasPreviousPage"}},{"kind":"Field","name":{"kind":"Name","value":"startCursor"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}}, text: "query ApiKeys($first: Int, $after: String, $last: Int, $before: String) {\n  apiKeys(first: $first, after: $after, last: $last, before: $before) {\n    nodes {\n      ...ApiKeyFields\n    }\n    pageInfo {\n      hasNextPage\n      hasPreviousPage\n      startCursor\n      endCursor\n    }\n  }\n}" }, ApiKeyFields);

/** Bans a customer. Nothing changes if it is banned already. Needs the scope `customer:write`. */
export const BanCustomerDocument: TypedDocument<BanCustomerMutation, BanCustomerMutationVariables> = /* @__PURE__ */ typedDocument({ node: {"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"BanCustomer"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"BanCustomerInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"banCustomer"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"customer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"CustomerFields"}}]}}]}}]}}, text: "mutation BanCustomer($input: BanCustomerInput!) {\n  banCustomer(input: $input) {\n    customer {\n      ...CustomerFields\n    }\n  }\n}" }, CustomerFields);

/** Creates up to 500 customers, or returns the existing ones with the same mailboxes, as `createCustomer`. A row that is wrong fails no other one; rows with the same mailbox are one customer. Needs the scope `customer:create`. */
export const BulkCreateCustomersDocument: TypedDocument<BulkCreateCustomersMutation, BulkCreateCustomersMutationVariables> = /* @__PURE__ */ typedDocument({ node: {"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"BulkCreateCustomers"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"BulkCreateCustomersInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"bulkCreateCustomers"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"rows"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"clientRef"}},{"kind":"Field","name":{"kind":"Name","value":"result"}},{"kind":"Field","name":{"kind":"Name","value":"customer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"cuRefNo"}},{"kind":"Field","name":{"kind":"Name","value":"email"}}]}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"docUrl"}},{"kind":"Field","name":{"kind":"Name","value":"fields"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}}]}}]}}, text: "mutation BulkCreateCustomers($input: BulkCreateCustomersInput!) {\n  bulkCreateCustomers(input: $input) {\n    rows {\n      clientRef\n      result\n      customer {\n        id\n        cuRefNo\n        email\n      }\n      error {\n        code\n        message\n        docUrl\n        fields {\n          path\n          message\n        }\n      }\n    }\n  }\n}" });

/** Changes the e-mail address of a customer. Needs the scope `customer:write`. */
export const ChangeCustomerEmailDocument: TypedDocument<ChangeCustomerEmailMutation, ChangeCustomerEmailMutationVariables> = /* @__PURE__ */ typedDocument({ node: {"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"ChangeCustomerEmail"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ChangeCustomerEmailInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"changeCustomerEmail"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"customer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"CustomerFields"}}]}}]}}]}}, text: "mutation ChangeCustomerEmail($input: ChangeCustomerEmailInput!) {\n  changeCustomerEmail(input: $input) {\n    customer {\n      ...CustomerFields\n    }\n  }\n}" }, CustomerFields);

/** Creates an API key. A request with the header `Idempotency-Key` is refused, because the answer contains a key that is shown only once. Needs a `ROOT` key. */
export const CreateApiKeyDocument: TypedDocument<CreateApiKeyMutation, CreateApiKeyMutationVariables> = /* @__PURE__ */ typedDocument({ node: {"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CreateApiKey"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CreateApiKeyInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"createApiKey"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"apiKey"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ApiKeyFields"}}]}}]}}]}}, text: "mutation CreateApiKey($input: CreateApiKeyInput!) {\n  createApiKey(input: $input) {\n    key\n    apiKey {\n      ...ApiKeyFields\n    }\n  }\n}" }, ApiKeyFields);

/** Creates a customer, or returns the existing one with the same mailbox, with the company fields filled in that its profile lacks. Needs the scope `customer:create`. */
export const CreateCustomerDocument: TypedDocument<CreateCustomerMutation, CreateCustomerMutationVariables> = /* @__PURE__ */ typedDocument({ node: {"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CreateCustomer"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CreateCustomerInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"createCustomer"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"newAccount"}},{"kind":"Field","name":{"kind":"Name","value":"result"}},{"kind":"Field","name":{"kind":"Name","value":"filledFields"}},{"kind":"Field","name":{"kind":"Name","value":"keptFields"}},{"kind":"Field","name":{"kind":"Name","value":"customer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"CustomerFields"}}]}}]}}]}}, text: "mutation CreateCustomer($input: CreateCustomerInput!) {\n  createCustomer(input: $input) {\n    newAccount\n    result\n    filledFields\n    keptFields\n    customer {\n      ...CustomerFields\n    }\n  }\n}" }, CustomerFields);

/** Creates a group of customers. Needs the scope `customer:write`. */
export const CreateCustomerGroupDocument: TypedDocument<CreateCustomerGroupMutation, CreateCustomerGroupMutationVariables> = /* @__PURE__ */ typedDocument({ node: {"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CreateCustomerGroup"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CreateCustomerGroupInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"createCustomerGroup"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"group"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"GroupFields"}}]}}]}}]}}, text: "mutation CreateCustomerGroup($input: CreateCustomerGroupInput!) {\n  createCustomerGroup(input: $input) {\n    group {\n      ...GroupFields\n    }\n  }\n}" }, GroupFields);

/** Finds one customer. Null when there is none. Needs the scope `customer:read`. */
export const CustomerDocument: TypedDocument<CustomerQuery, CustomerQueryVariables> = /* @__PURE__ */ typedDocument({ node: {"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Customer"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"by"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CustomerBy"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"customer"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"by"},"value":{"kind":"Variable","name":{"kind":"Name","value":"by"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"CustomerFields"}},{"kind":"Field","name":{"kind":"Name","value":"referral"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"email"}},{"kind":"Field","name":{"kind":"Name","value":"firstName"}},{"kind":"Field","name":{"kind":"Name","value":"lastName"}}]}},{"kind":"Field","name":{"kind":"Name","value":"runningSubscriptions"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"SubscriptionFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"meta"}},{"kind":"Field","name":{"kind":"Name","value":"customFields"}}]}}]}}, text: "query Customer($by: CustomerBy!) {\n  customer(by: $by) {\n    ...CustomerFields\n    referral {\n      code\n      email\n      firstName\n      lastName\n    }\n    runningSubscriptions {\n      ...SubscriptionFields\n    }\n    meta\n    customFields\n  }\n}" }, CustomerFields, SubscriptionFields);

/** What was done with the customer, newest first; 20 per page by default, 100 at most. Needs the scope `customer:write`. */
export const CustomerChangesDocument: TypedDocument<CustomerChangesQuery, CustomerChangesQueryVariables> = /* @__PURE__ */ typedDocument({ node: {"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"CustomerChanges"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"by"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CustomerBy"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"actions"}},"type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CustomerAction"}}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"customer"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"by"},"value":{"kind":"Variable","name":{"kind":"Name","value":"by"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"cuRefNo"}},{"kind":"Field","name":{"kind":"Name","value":"changes"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"actions"},"value":{"kind":"Variable","name":{"kind":"Name","value":"actions"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"action"}},{"kind":"Field","name":{"kind":"Name","value":"actor"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"requestId"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"fields"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"before"}},{"kind":"Field","name":{"kind":"Name","value":"after"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}}]}}, text: "query CustomerChanges($by: CustomerBy!, $actions: [CustomerAction!], $first: Int, $after: String) {\n  customer(by: $by) {\n    id\n    cuRefNo\n    changes(actions: $actions, first: $first, after: $after) {\n      nodes {\n        id\n        action\n        actor\n        reason\n        requestId\n        createdAt\n        fields {\n          name\n          before\n          after\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n}" });

/** Entries of the credit ledger, newest first; 20 per page by default, 100 at most. The cursor of an entry is its `transactionId`. Needs the scope `customer:read`. */
export const CustomerCreditEntriesDocument: TypedDocument<CustomerCreditEntriesQuery, CustomerCreditEntriesQueryVariables> = /* @__PURE__ */ typedDocument({ node: {"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"CustomerCreditEntries"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"by"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CustomerBy"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"customer"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"by"},"value":{"kind":"Variable","name":{"kind":"Name","value":"by"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"cuRefNo"}},{"kind":"Field","name":{"kind":"Name","value":"creditBalance"}},{"kind":"Field","name":{"kind":"Name","value":"creditEntries"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"CreditEntryFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}}]}}, text: "query CustomerCreditEntries($by: CustomerBy!, $first: Int, $after: String) {\n  customer(by: $by) {\n    id\n    cuRefNo\n    creditBalance\n    creditEntries(first: $first, after: $after) {\n      nodes {\n        ...CreditEntryFields\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n}" }, CreditEntryFields);

/** Lists the groups of the organisation by their slugs; 20 per page by default, 100 at most. Needs the scope `customer:read`. */
export const CustomerGroupsDocument: TypedDocument<CustomerGroupsQuery, CustomerGroupsQueryVariables> = /* @__PURE__ */ typedDocument({ node: {"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"CustomerGroups"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"last"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"before"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"customerGroups"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}},{"kind":"Argument","name":{"kind":"Name","value":"last"},"value":{"kind":"Variable","name":{"kind":"Name","value":"last"}}},{"kind":"Argument","name":{"kind":"Name","value":"before"},"value":{"kind":"Variable","name":{"kind":"Name","value":"before"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"GroupFields"}},{"kind":"Field","name":{"kind":"Name","value":"customerCount"}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"hasPreviousPage"}},{"kind":"Field","name":{"kind":"Name","value":"startCursor"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}}, text: "query CustomerGroups($first: Int, $after: String, $last: Int, $before: String) {\n  customerGroups(first: $first, after: $after, last: $last, before: $before) {\n    nodes {\n      ...GroupFields\n      customerCount\n    }\n    pageInfo {\n      hasNextPage\n      hasPreviousPage\n      startCursor\n      endCursor\n    }\n  }\n}" }, GroupFields);

/** The addresses that the customer came from, newest first; 20 per page by default, 100 at most. An address is recorded when it is new to the customer, and again after a day, or after 100 others. Needs the scope `customer:read`. */
export const CustomerIpHistoryDocument: TypedDocument<CustomerIpHistoryQuery, CustomerIpHistoryQueryVariables> = /* @__PURE__ */ typedDocument({ node: {"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"CustomerIpHistory"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"by"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CustomerBy"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"customer"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"by"},"value":{"kind":"Variable","name":{"kind":"Name","value":"by"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"cuRefNo"}},{"kind":"Field","name":{"kind":"Name","value":"ipHistory"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"seenAt"}},{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"address"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}}]}}, text: "query CustomerIpHistory($by: CustomerBy!, $first: Int, $after: String) {\n  customer(by: $by) {\n    id\n    cuRefNo\n    ipHistory(first: $first, after: $after) {\n      edges {\n        seenAt\n        node {\n          address\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n}" });

/** Subscriptions, in the order in which they were added: those that are running, those that have ended, and those that start later. At most 1000 can be started. */
export const CustomerSubscriptionsDocument: TypedDocument<CustomerSubscriptionsQuery, CustomerSubscriptionsQueryVariables> = /* @__PURE__ */ typedDocument({ node: {"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"CustomerSubscriptions"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"by"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CustomerBy"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"running"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Boolean"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"customer"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"by"},"value":{"kind":"Variable","name":{"kind":"Name","value":"by"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"cuRefNo"}},{"kind":"Field","name":{"kind":"Name","value":"subscriptions"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"running"},"value":{"kind":"Variable","name":{"kind":"Name","value":"running"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"SubscriptionFields"}}]}}]}}]}}, text: "query CustomerSubscriptions($by: CustomerBy!, $running: Boolean) {\n  customer(by: $by) {\n    id\n    cuRefNo\n    subscriptions(running: $running) {\n      ...SubscriptionFields\n    }\n  }\n}" }, SubscriptionFields);

/** Lists the customers of the organisation, newest first unless told otherwise; 20 per page by default, 100 at most. Needs the scope `customer:read`. */
export const CustomersDocument: TypedDocument<CustomersQuery, CustomersQueryVariables> = /* @__PURE__ */ typedDocument({ node: {"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Customers"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"search"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"CustomerFilter"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"orderBy"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"CustomerOrder"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"last"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"before"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"customers"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"search"},"value":{"kind":"Variable","name":{"kind":"Name","value":"search"}}},{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}},{"kind":"Argument","name":{"kind":"Name","value":"orderBy"},"value":{"kind":"Variable","name":{"kind":"Name","value":"orderBy"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}},{"kind":"Argument","name":{"kind":"Name","value":"last"},"value":{"kind":"Variable","name":{"kind":"Name","value":"last"}}},{"kind":"Argument","name":{"kind":"Name","value":"before"},"value":{"kind":"Variable","name":{"kind":"Name","value":"before"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"CustomerFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"hasPreviousPage"}},{"kind":"Field","name":{"kind":"Name","value":"startCursor"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}}, text: "query Customers($search: String, $filter: CustomerFilter, $orderBy: CustomerOrder, $first: Int, $after: String, $last: Int, $before: String) {\n  customers(\n    search: $search\n    filter: $filter\n    orderBy: $orderBy\n    first: $first\n    after: $after\n    last: $last\n    before: $before\n  ) {\n    nodes {\n      ...CustomerFields\n    }\n    pageInfo {\n      hasNextPage\n      hasPreviousPage\n      startCursor\n      endCursor\n    }\n  }\n}" }, CustomerFields);

/** Finds customers by their references, 100 at most, in the order given. Null for each that there is none of. Needs the scope `customer:read`. */
export const CustomersByReferenceDocument: TypedDocument<CustomersByReferenceQuery, CustomersByReferenceQueryVariables> = /* @__PURE__ */ typedDocument({ node: {"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"CustomersByReference"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"cuRefNos"}},"type":{"kind":"NonNullType","type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"customersByReference"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"cuRefNos"},"value":{"kind":"Variable","name":{"kind":"Name","value":"cuRefNos"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"CustomerFields"}}]}}]}}, text: "query CustomersByReference($cuRefNos: [String!]!) {\n  customersByReference(cuRefNos: $cuRefNos) {\n    ...CustomerFields\n  }\n}" }, CustomerFields);

/** Deactivates an API key until it is activated again. Nothing changes if it is already inactive. Needs a `ROOT` key. */
export const DeactivateApiKeyDocument: TypedDocument<DeactivateApiKeyMutation, DeactivateApiKeyMutationVariables> = /* @__PURE__ */ typedDocument({ node: {"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"DeactivateApiKey"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"DeactivateApiKeyInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"deactivateApiKey"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"apiKey"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ApiKeyFields"}}]}}]}}]}}, text: "mutation DeactivateApiKey($input: DeactivateApiKeyInput!) {\n  deactivateApiKey(input: $input) {\n    apiKey {\n      ...ApiKeyFields\n    }\n  }\n}" }, ApiKeyFields);

/** Deletes an API key permanently, even the one that the request is made with. If the organisation has no other `ROOT` key, only the command `keys` can create a new one. Needs a `ROOT` key. */
export const DeleteApiKeyDocument: TypedDocument<DeleteApiKeyMutation, DeleteApiKeyMutationVariables> = /* @__PURE__ */ typedDocument({ node: {"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"DeleteApiKey"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"DeleteApiKeyInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"deleteApiKey"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"apiKey"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ApiKeyFields"}}]}}]}}]}}, text: "mutation DeleteApiKey($input: DeleteApiKeyInput!) {\n  deleteApiKey(input: $input) {\n    apiKey {\n      ...ApiKeyFields\n    }\n  }\n}" }, ApiKeyFields);

/** Deletes a customer: it is no longer found, and its e-mail address is free again. `restoreCustomer` brings it back. Needs the scope `customer:write`. */
export const DeleteCustomerDocument: TypedDocument<DeleteCustomerMutation, DeleteCustomerMutationVariables> = /* @__PURE__ */ typedDocument({ node: {"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"DeleteCustomer"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"DeleteCustomerInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"deleteCustomer"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"deletedCustomerId"}},{"kind":"Field","name":{"kind":"Name","value":"customer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"CustomerFields"}}]}}]}}]}}, text: "mutation DeleteCustomer($input: DeleteCustomerInput!) {\n  deleteCustomer(input: $input) {\n    deletedCustomerId\n    customer {\n      ...CustomerFields\n    }\n  }\n}" }, CustomerFields);

/** Deletes a group: customers belong to it no longer. Refused while customers do, unless `force` is set. Needs the scope `customer:write`. */
export const DeleteCustomerGroupDocument: TypedDocument<DeleteCustomerGroupMutation, DeleteCustomerGroupMutationVariables> = /* @__PURE__ */ typedDocument({ node: {"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"DeleteCustomerGroup"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"DeleteCustomerGroupInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"deleteCustomerGroup"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"group"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"GroupFields"}}]}}]}}]}}, text: "mutation DeleteCustomerGroup($input: DeleteCustomerGroupInput!) {\n  deleteCustomerGroup(input: $input) {\n    group {\n      ...GroupFields\n    }\n  }\n}" }, GroupFields);

/** Ends a subscription, now or at another time; it is renewed no longer. One that has not started yet never runs. Nothing changes if it has ended already and no time is told. Needs the scope `customer:write`. */
export const EndCustomerSubscriptionDocument: TypedDocument<EndCustomerSubscriptionMutation, EndCustomerSubscriptionMutationVariables> = /* @__PURE__ */ typedDocument({ node: {"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"EndCustomerSubscription"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"EndCustomerSubscriptionInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"endCustomerSubscription"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"subscription"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"SubscriptionFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"customer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"cuRefNo"}}]}}]}}]}}, text: "mutation EndCustomerSubscription($input: EndCustomerSubscriptionInput!) {\n  endCustomerSubscription(input: $input) {\n    subscription {\n      ...SubscriptionFields\n    }\n    customer {\n      id\n      cuRefNo\n    }\n  }\n}" }, SubscriptionFields);

/** Erases what is personal of a customer, for good: name, e-mail and IP addresses, phone, company, address, language, `meta`, `customFields`, the values in its change log, and kept answers that tell of it. Its reference, credit ledger and subscriptions stay, and so do reasons and descriptions that were written of it. The change log keeps which fields were erased. Nothing changes where nothing is left to erase. Needs the scope `customer:write`. */
export const EraseCustomerDocument: TypedDocument<EraseCustomerMutation, EraseCustomerMutationVariables> = /* @__PURE__ */ typedDocument({ node: {"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"EraseCustomer"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"EraseCustomerInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"eraseCustomer"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"customer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"CustomerFields"}}]}}]}}]}}, text: "mutation EraseCustomer($input: EraseCustomerInput!) {\n  eraseCustomer(input: $input) {\n    customer {\n      ...CustomerFields\n    }\n  }\n}" }, CustomerFields);

/** Looks up information about an IP address. Needs the scope `ip:read`. */
export const IpInfoDocument: TypedDocument<IpInfoQuery, IpInfoQueryVariables> = /* @__PURE__ */ typedDocument({ node: {"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"IpInfo"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"ip"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"ipInfo"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"ip"},"value":{"kind":"Variable","name":{"kind":"Name","value":"ip"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"address"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"country"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"region"}},{"kind":"Field","name":{"kind":"Name","value":"city"}},{"kind":"Field","name":{"kind":"Name","value":"latitude"}},{"kind":"Field","name":{"kind":"Name","value":"longitude"}},{"kind":"Field","name":{"kind":"Name","value":"accuracyRadiusKm"}},{"kind":"Field","name":{"kind":"Name","value":"timeZone"}},{"kind":"Field","name":{"kind":"Name","value":"asn"}},{"kind":"Field","name":{"kind":"Name","value":"asOrganisation"}},{"kind":"Field","name":{"kind":"Name","value":"isAnonymous"}},{"kind":"Field","name":{"kind":"Name","value":"isHosting"}},{"kind":"Field","name":{"kind":"Name","value":"isProxy"}},{"kind":"Field","name":{"kind":"Name","value":"isTor"}},{"kind":"Field","name":{"kind":"Name","value":"isVpn"}},{"kind":"Field","name":{"kind":"Name","value":"sources"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"builtAt"}},{"kind":"Field","name":{"kind":"Name","value":"attribution"}}]}}]}}]}}, text: "query IpInfo($ip: String!) {\n  ipInfo(ip: $ip) {\n    address\n    kind\n    country {\n      code\n      name\n    }\n    region\n    city\n    latitude\n    longitude\n    accuracyRadiusKm\n    timeZone\n    asn\n    asOrganisation\n    isAnonymous\n    isHosting\n    isProxy\n    isTor\n    isVpn\n    sources {\n      name\n      builtAt\n      attribution\n    }\n  }\n}" });

/** Merges a customer into another one, for good: groups, subscriptions, referrals, credit and addresses move, blanks are filled in, and the reference and the e-mail address of the duplicate lead to the survivor. Needs the scope `customer:write`. */
export const MergeCustomersDocument: TypedDocument<MergeCustomersMutation, MergeCustomersMutationVariables> = /* @__PURE__ */ typedDocument({ node: {"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"MergeCustomers"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"MergeCustomersInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"mergeCustomers"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"mergedCustomerId"}},{"kind":"Field","name":{"kind":"Name","value":"customer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"CustomerFields"}}]}}]}}]}}, text: "mutation MergeCustomers($input: MergeCustomersInput!) {\n  mergeCustomers(input: $input) {\n    mergedCustomerId\n    customer {\n      ...CustomerFields\n    }\n  }\n}" }, CustomerFields);

/** Tells what `mergeCustomers` would do now, and changes nothing. It fails as that would. Needs the scope `customer:write`. */
export const MergeCustomersPreviewDocument: TypedDocument<MergeCustomersPreviewQuery, MergeCustomersPreviewQueryVariables> = /* @__PURE__ */ typedDocument({ node: {"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"MergeCustomersPreview"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"survivor"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CustomerBy"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"duplicate"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CustomerBy"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"mergeCustomersPreview"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"survivor"},"value":{"kind":"Variable","name":{"kind":"Name","value":"survivor"}}},{"kind":"Argument","name":{"kind":"Name","value":"duplicate"},"value":{"kind":"Variable","name":{"kind":"Name","value":"duplicate"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"filledFields"}},{"kind":"Field","name":{"kind":"Name","value":"conflicts"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"survivor"}},{"kind":"Field","name":{"kind":"Name","value":"duplicate"}}]}},{"kind":"Field","name":{"kind":"Name","value":"movedCredit"}},{"kind":"Field","name":{"kind":"Name","value":"creditBalance"}},{"kind":"Field","name":{"kind":"Name","value":"movedGroups"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"GroupFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"movedSubscriptions"}},{"kind":"Field","name":{"kind":"Name","value":"movedReferralCount"}},{"kind":"Field","name":{"kind":"Name","value":"referral"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"email"}},{"kind":"Field","name":{"kind":"Name","value":"firstName"}},{"kind":"Field","name":{"kind":"Name","value":"lastName"}}]}},{"kind":"Field","name":{"kind":"Name","value":"premium"}},{"kind":"Field","name":{"kind":"Name","value":"ban"}}]}}]}}, text: "query MergeCustomersPreview($survivor: CustomerBy!, $duplicate: CustomerBy!) {\n  mergeCustomersPreview(survivor: $survivor, duplicate: $duplicate) {\n    filledFields\n    conflicts {\n      name\n      survivor\n      duplicate\n    }\n    movedCredit\n    creditBalance\n    movedGroups {\n      ...GroupFields\n    }\n    movedSubscriptions\n    movedReferralCount\n    referral {\n      code\n      email\n      firstName\n      lastName\n    }\n    premium\n    ban\n  }\n}" }, GroupFields);

/** Finds an object by its global id. Null when there is none. Needs the scope `customer:read`. */
export const NodeDocument: TypedDocument<NodeQuery, NodeQueryVariables> = /* @__PURE__ */ typedDocument({ node: {"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Node"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"node"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Customer"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"CustomerFields"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"CustomerGroup"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"slug"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"CustomerSubscription"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"SubscriptionFields"}}]}}]}}]}}, text: "query Node($id: ID!) {\n  node(id: $id) {\n    __typename\n    id\n    ... on Customer {\n      ...CustomerFields\n    }\n    ... on CustomerGroup {\n      slug\n      name\n    }\n    ... on CustomerSubscription {\n      ...SubscriptionFields\n    }\n  }\n}" }, CustomerFields, SubscriptionFields);

/** Removes a customer from groups. Nothing changes of those that it does not belong to. Needs the scope `customer:write`. */
export const RemoveCustomerFromGroupsDocument: TypedDocument<RemoveCustomerFromGroupsMutation, RemoveCustomerFromGroupsMutationVariables> = /* @__PURE__ */ typedDocument({ node: {"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RemoveCustomerFromGroups"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"RemoveCustomerFromGroupsInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"removeCustomerFromGroups"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"customer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"CustomerFields"}}]}}]}}]}}, text: "mutation RemoveCustomerFromGroups($input: RemoveCustomerFromGroupsInput!) {\n  removeCustomerFromGroups(input: $input) {\n    customer {\n      ...CustomerFields\n    }\n  }\n}" }, CustomerFields);

/** Restores a deleted customer. Nothing changes if it is not deleted; refused if another customer has its e-mail address by now. Needs the scope `customer:write`. */
export const RestoreCustomerDocument: TypedDocument<RestoreCustomerMutation, RestoreCustomerMutationVariables> = /* @__PURE__ */ typedDocument({ node: {"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RestoreCustomer"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"RestoreCustomerInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"restoreCustomer"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"customer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"CustomerFields"}}]}}]}}]}}, text: "mutation RestoreCustomer($input: RestoreCustomerInput!) {\n  restoreCustomer(input: $input) {\n    customer {\n      ...CustomerFields\n    }\n  }\n}" }, CustomerFields);

/** Replaces an API key with a new one that has the same rights; the old one remains valid for a while. The new one expires when the old one would have, or by default where that one did. A request with the header `Idempotency-Key` is refused, because the answer contains a key that is shown only once. Needs a `ROOT` key. */
export const RotateApiKeyDocument: TypedDocument<RotateApiKeyMutation, RotateApiKeyMutationVariables> = /* @__PURE__ */ typedDocument({ node: {"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RotateApiKey"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"RotateApiKeyInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"rotateApiKey"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"apiKey"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ApiKeyFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"replacedApiKey"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ApiKeyFields"}}]}}]}}]}}, text: "mutation RotateApiKey($input: RotateApiKeyInput!) {\n  rotateApiKey(input: $input) {\n    key\n    apiKey {\n      ...ApiKeyFields\n    }\n    replacedApiKey {\n      ...ApiKeyFields\n    }\n  }\n}" }, ApiKeyFields);

/** Sets who brought a customer, or that nobody did. Needs the scope `customer:write`. */
export const SetCustomerReferralDocument: TypedDocument<SetCustomerReferralMutation, SetCustomerReferralMutationVariables> = /* @__PURE__ */ typedDocument({ node: {"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"SetCustomerReferral"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"SetCustomerReferralInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"setCustomerReferral"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"customer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"CustomerFields"}},{"kind":"Field","name":{"kind":"Name","value":"referral"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"email"}},{"kind":"Field","name":{"kind":"Name","value":"firstName"}},{"kind":"Field","name":{"kind":"Name","value":"lastName"}}]}}]}}]}}]}}, text: "mutation SetCustomerReferral($input: SetCustomerReferralInput!) {\n  setCustomerReferral(input: $input) {\n    customer {\n      ...CustomerFields\n      referral {\n        code\n        email\n        firstName\n        lastName\n      }\n    }\n  }\n}" }, CustomerFields);

/** Starts a subscription of a customer. Sent again without an `Idempotency-Key`, it starts another one. Needs the scope `customer:write`. */
export const StartCustomerSubscriptionDocument: TypedDocument<StartCustomerSubscriptionMutation, StartCustomerSubscriptionMutationVariables> = /* @__PURE__ */ typedDocument({ node: {"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"StartCustomerSubscription"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"StartCustomerSubscriptionInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"startCustomerSubscription"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"subscription"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"SubscriptionFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"customer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"cuRefNo"}}]}}]}}]}}, text: "mutation StartCustomerSubscription($input: StartCustomerSubscriptionInput!) {\n  startCustomerSubscription(input: $input) {\n    subscription {\n      ...SubscriptionFields\n    }\n    customer {\n      id\n      cuRefNo\n    }\n  }\n}" }, SubscriptionFields);

/** Lifts the ban of a customer. Nothing changes if it is not banned. Needs the scope `customer:write`. */
export const UnbanCustomerDocument: TypedDocument<UnbanCustomerMutation, UnbanCustomerMutationVariables> = /* @__PURE__ */ typedDocument({ node: {"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"UnbanCustomer"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"UnbanCustomerInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"unbanCustomer"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"customer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"CustomerFields"}}]}}]}}]}}, text: "mutation UnbanCustomer($input: UnbanCustomerInput!) {\n  unbanCustomer(input: $input) {\n    customer {\n      ...CustomerFields\n    }\n  }\n}" }, CustomerFields);

/** Changes the name of an API key, its limit, what it is restricted to, or when it expires. What is absent stays. Needs a `ROOT` key. */
export const UpdateApiKeyDocument: TypedDocument<UpdateApiKeyMutation, UpdateApiKeyMutationVariables> = /* @__PURE__ */ typedDocument({ node: {"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"UpdateApiKey"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"UpdateApiKeyInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"updateApiKey"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"apiKey"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ApiKeyFields"}}]}}]}}]}}, text: "mutation UpdateApiKey($input: UpdateApiKeyInput!) {\n  updateApiKey(input: $input) {\n    apiKey {\n      ...ApiKeyFields\n    }\n  }\n}" }, ApiKeyFields);

/** Changes the profile of a customer. Nothing is written where nothing differs. Needs the scope `customer:write`. */
export const UpdateCustomerDocument: TypedDocument<UpdateCustomerMutation, UpdateCustomerMutationVariables> = /* @__PURE__ */ typedDocument({ node: {"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"UpdateCustomer"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"UpdateCustomerInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"updateCustomer"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"customer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"CustomerFields"}},{"kind":"Field","name":{"kind":"Name","value":"meta"}},{"kind":"Field","name":{"kind":"Name","value":"customFields"}}]}}]}}]}}, text: "mutation UpdateCustomer($input: UpdateCustomerInput!) {\n  updateCustomer(input: $input) {\n    customer {\n      ...CustomerFields\n      meta\n      customFields\n    }\n  }\n}" }, CustomerFields);

/** Changes a group of customers. Nothing is written where nothing differs. Needs the scope `customer:write`. */
export const UpdateCustomerGroupDocument: TypedDocument<UpdateCustomerGroupMutation, UpdateCustomerGroupMutationVariables> = /* @__PURE__ */ typedDocument({ node: {"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"UpdateCustomerGroup"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"UpdateCustomerGroupInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"updateCustomerGroup"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"group"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"GroupFields"}}]}}]}}]}}, text: "mutation UpdateCustomerGroup($input: UpdateCustomerGroupInput!) {\n  updateCustomerGroup(input: $input) {\n    group {\n      ...GroupFields\n    }\n  }\n}" }, GroupFields);

/** Changes a subscription. Nothing is written where nothing differs. Needs the scope `customer:write`. */
export const UpdateCustomerSubscriptionDocument: TypedDocument<UpdateCustomerSubscriptionMutation, UpdateCustomerSubscriptionMutationVariables> = /* @__PURE__ */ typedDocument({ node: {"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"UpdateCustomerSubscription"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"UpdateCustomerSubscriptionInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"updateCustomerSubscription"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"subscription"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"SubscriptionFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"customer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"cuRefNo"}}]}}]}}]}}, text: "mutation UpdateCustomerSubscription($input: UpdateCustomerSubscriptionInput!) {\n  updateCustomerSubscription(input: $input) {\n    subscription {\n      ...SubscriptionFields\n    }\n    customer {\n      id\n      cuRefNo\n    }\n  }\n}" }, SubscriptionFields);

/** Shows whose key the request was sent with, and what is left of its limit. Every key may. */
export const ViewerDocument: TypedDocument<ViewerQuery, ViewerQueryVariables> = /* @__PURE__ */ typedDocument({ node: {"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Viewer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"viewer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"organisation"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"slug"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"key"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"fingerprint"}},{"kind":"Field","name":{"kind":"Name","value":"prefix"}},{"kind":"Field","name":{"kind":"Name","value":"scopes"}}]}},{"kind":"Field","name":{"kind":"Name","value":"rateLimit"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"limit"}},{"kind":"Field","name":{"kind":"Name","value":"remaining"}},{"kind":"Field","name":{"kind":"Name","value":"resetAt"}}]}}]}}]}}, text: "query Viewer {\n  viewer {\n    organisation {\n      slug\n      name\n    }\n    key {\n      fingerprint\n      prefix\n      scopes\n    }\n    rateLimit {\n      limit\n      remaining\n      resetAt\n    }\n  }\n}" });