// Imports of files as they are stored: how far each got, so that one that was interrupted goes on; and what is kept until the end of a file.
import { defineEntity, type InferEntity, p } from '@mikro-orm/postgresql';
import { tenantPolicy } from '../../../database/tenant-policy.ts';
import { ownedByOrganisation } from '../../../organisation/organisation.entity.ts';
import { ownedByCustomer } from '../../customer.entity.ts';

export const ImportRunEntity = defineEntity({
  name: 'ImportRun',
  tableName: 'import_run',
  ...tenantPolicy,
  primaryKeys: ['organisationId', 'id'],
  indexes: [{ name: 'import_run_by_fingerprint', properties: ['organisationId', 'fingerprint', 'id'] }],
  properties: {
    ...ownedByOrganisation,
    id: p.integer().primary().autoincrement(),
    /** The name of the file, for people. */
    source: p.text(),
    /** SHA-256 of the first bytes of the file, by which the run of it is found. */
    fingerprint: p.string().length(64),
    /** SHA-256 of what was said about the file: it has to be said again. */
    settings: p.string().length(64),
    /** SHA-256 of all rows that are done: the file has to begin with the same. */
    digest: p.string().length(64),
    /** Rows that are done. */
    rows: p.bigint('number').defaultRaw('0'),
    /** Steps that are done: whoever does the next one says which it is. */
    steps: p.bigint('number').defaultRaw('0'),
    /** How long the report of refused rows was by then, and its SHA-256. */
    reportBytes: p.bigint('number').defaultRaw('0'),
    reportDigest: p.string().length(64),
    created: p.bigint('number').defaultRaw('0'),
    changed: p.bigint('number').defaultRaw('0'),
    unchanged: p.bigint('number').defaultRaw('0'),
    refused: p.bigint('number').defaultRaw('0'),
    /** Of those that went in, how many did so without their referral. */
    withoutReferral: p.bigint('number').defaultRaw('0'),
    actor: p.string().length(255),
    startedAt: p.datetime(3).defaultRaw('now()'),
    updatedAt: p.datetime(3).defaultRaw('now()'),
    finishedAt: p.datetime(3).nullable(),
  },
});

/** An import of a file. */
export type ImportRun = InferEntity<typeof ImportRunEntity>;

/** The columns by which a row belongs to an import. */
const ownedByRun = {
  runId: p.integer().primary(),
  run: () =>
    p
      .manyToOne(ImportRunEntity)
      .joinColumns('organisation_id', 'run_id')
      .referencedColumnNames('organisation_id', 'id')
      .ownColumns('run_id')
      .deleteRule('restrict')
      .updateRule('no action'),
};

export const ImportReferralEntity = defineEntity({
  name: 'ImportReferral',
  tableName: 'import_referral',
  ...tenantPolicy,
  primaryKeys: ['organisationId', 'runId', 'position'],
  properties: {
    ...ownedByOrganisation,
    ...ownedByRun,
    /** Of the row in the file, and the line that it begins in. */
    position: p.bigint('number').primary(),
    line: p.bigint('number'),
    ...ownedByCustomer,
    /** The reference of who brought the customer, as the row has it; null for nobody. */
    referral: p.string().length(16).nullable(),
    /** Whether the row has changed nothing else. */
    isUnchanged: p.boolean(),
  },
});

/** References that a file gives to customers who have others: they were found by their e-mail addresses, and other rows may name them so. */
export const ImportReferenceEntity = defineEntity({
  name: 'ImportReference',
  tableName: 'import_reference',
  ...tenantPolicy,
  primaryKeys: ['organisationId', 'runId', 'reference'],
  properties: {
    ...ownedByOrganisation,
    ...ownedByRun,
    reference: p.string().length(16).primary(),
    ...ownedByCustomer,
  },
});
