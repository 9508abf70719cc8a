// The customer: one person or company that an organisation knows.
import { defineEntity, type InferEntity, p } from '@mikro-orm/postgresql';
import { tenantPolicy } from '../database/tenant-policy.ts';
import type { JsonObject } from '../json-object.ts';
import { ownedByOrganisation } from '../organisation/organisation.entity.ts';
import { searchIndexes } from './search/indexes.ts';

export const CustomerEntity = defineEntity({
  name: 'Customer',
  tableName: 'customer',
  ...tenantPolicy,
  primaryKeys: ['organisationId', 'id'],
  uniques: [
    { name: 'customer_reference_unique', properties: ['organisationId', 'cuRefNo'] },
    // A deleted customer frees its address; a contact without an address is not bound by this.
    { name: 'customer_email_unique', properties: ['organisationId', 'canonicalEmail'], where: 'deleted_at is null' },
  ],
  indexes: [
    { name: 'customer_by_survivor', properties: ['organisationId', 'mergedInto'], where: 'merged_into is not null' },
    {
      name: 'customer_phone_only',
      properties: ['organisationId', 'phone'],
      where: 'email is null and phone is not null and deleted_at is null and merged_into is null',
    },
    ...searchIndexes,
  ],
  triggers: [
    {
      name: 'search',
      timing: 'before',
      events: ['insert', 'update'],
      expression:
        'create trigger search before insert or update of first_name, last_name, company_name, email, phone on customer for each row execute function customer_search_fn()',
    },
  ],
  checks: [
    { name: 'customer_reference_form', expression: `cu_ref_no ~ '^[A-Za-z0-9]{16}$'` },
    { name: 'customer_email_pair', expression: '(email is null) = (canonical_email is null)' },
    { name: 'customer_phone_form', expression: `phone ~ '^[+][0-9]{1,3} [0-9]{4,14}$'` },
    { name: 'customer_meta_object', expression: `jsonb_typeof(meta) = 'object'` },
    { name: 'customer_fields_object', expression: `jsonb_typeof(custom_fields) = 'object'` },
    { name: 'customer_country_form', expression: `country ~ '^[A-Z]{2}$'` },
    {
      name: 'customer_locale_form',
      expression: `primary_locale ~ '^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$'`,
    },
    { name: 'customer_merged_credit', expression: 'merged_into is null or credit_balance = 0' },
  ],
  properties: {
    ...ownedByOrganisation,
    /** Internal; never leaves the gateway. Grows with time, hence orders customers by age. */
    id: p.bigint('number').primary().autoincrement(),
    /** The public reference: 16 letters and digits, never changes. */
    cuRefNo: p.string().length(16),
    /** As stored and shown; null for a contact that was imported with a phone alone. */
    email: p.string().length(254).nullable(),
    /** The mailbox that the address leads to; what uniqueness is checked by. */
    canonicalEmail: p.string().length(254).nullable(),
    /** `+420 777123456`: prefix, one blank, digits. */
    phone: p.string().length(20).nullable(),
    firstName: p.string().length(255).nullable(),
    lastName: p.string().length(255).nullable(),
    companyName: p.string().length(255).nullable(),
    companyRegistrationNumber: p.string().length(32).nullable(),
    taxIdentificationNumber: p.string().length(32).nullable(),
    // Lazy, down to the newsletter: every column more that a statement gives shows in how long it takes (see `details.ts`).
    streetAddress: p.text().nullable().lazy(),
    city: p.text().nullable().lazy(),
    cityPart: p.text().nullable().lazy(),
    stateRegion: p.text().nullable().lazy(),
    postalCode: p.text().nullable().lazy(),
    /** ISO 3166-1 alpha-2. */
    country: p.text().nullable().lazy(),
    /** A BCP 47 tag of language, script and region. */
    primaryLocale: p.text().nullable().lazy(),
    /** Whether the customer wants it. */
    newsletter: p.boolean().default(false).lazy(),
    /** Sum of the credit ledger. */
    creditBalance: p.integer().default(0),
    premium: p.boolean().default(false),
    // Lazy as well: each may be of 32 KiB.
    meta: p.json<JsonObject>().defaultRaw(`'{}'`).lazy(),
    customFields: p.json<JsonObject>().defaultRaw(`'{}'`).lazy(),
    /** Counts the changes of the profile. */
    version: p.integer().default(1),
    // Lazy, down to `lastSeenAt`: to write and read a moment takes longer than most of the others together.
    createdAt: p.datetime(3).defaultRaw('now()').lazy(),
    updatedAt: p.datetime(3).defaultRaw('now()').lazy(),
    /** When the customer last came through a create call, exact to a day. */
    lastSeenAt: p.datetime(3).nullable().lazy(),
    /** The address that came with the latest create call that had one. */
    lastIp: p.string().columnType('inet').nullable(),
    /** How often the address has changed since it was time to cut the history; for statements alone. */
    addressChanges: p.smallint().default(0).lazy(),
    bannedAt: p.datetime(3).nullable(),
    deletedAt: p.datetime(3).nullable(),
    /** Who created it, and by which request: what the change log tells of that. Null where a version before 0009 did. */
    createdBy: p.text().nullable().lazy(),
    creationRequestId: p.text().nullable().lazy(),
    /**
     * The customer that this one was merged into, which its reference and its mailbox lead to; never one that was merged itself. It is deleted and restored
     * with that one.
     */
    mergedInto: p.bigint('number').nullable().lazy(),
    /** When it was last erased; for statements alone. */
    erasedAt: p.datetime(3).nullable().lazy(),
    /** How many entries the change log has of it; the ordinal of the latest. */
    changeCount: p.integer().default(0).lazy(),
    /** What the customer is found by, folded; a trigger keeps it. For conditions alone. */
    searchText: p.text().nullable().lazy(),
  },
});

// Apart, since a type cannot be inferred from itself.
CustomerEntity.addManyToOne('survivor' as never, 'Customer', {
  entity: () => CustomerEntity,
  joinColumns: ['organisation_id', 'merged_into'],
  referencedColumnNames: ['organisation_id', 'id'],
  ownColumns: ['merged_into'],
  deleteRule: 'restrict',
  updateRule: 'no action',
  nullable: true,
  lazy: true,
});

/** One person or company that an organisation knows. */
export interface Customer extends InferEntity<typeof CustomerEntity> {}

/** Foreign key to the customer that a row belongs to; its columns are `organisation_id` and `customer_id`. */
export const ownedByCustomer = {
  customerId: p.bigint('number'),
  customer: () =>
    p
      .manyToOne(CustomerEntity)
      .joinColumns('organisation_id', 'customer_id')
      .referencedColumnNames('organisation_id', 'id')
      .ownColumns('customer_id')
      .deleteRule('restrict')
      .updateRule('no action'),
};
