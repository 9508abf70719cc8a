// Where an import stands: noted in the transaction of each step, so that one that was interrupted goes on right after it.
import { createHash, type Hash } from 'node:crypto';
import { columnsOf } from '../../../database/columns.ts';
import type { OrganisationDatabase } from '../../../database/organisation-database.ts';
import type { Statement } from '../../../database/statement.ts';
import type { OperationContext } from '../../../operation-context.ts';
import { UnusableFileError } from '../header.ts';
import type { CommittedReport } from './report.ts';
import { type ImportRun, ImportRunEntity } from './run.entity.ts';

/** What became of rows. */
export interface Counts {
  readonly created: number;
  readonly changed: number;
  readonly unchanged: number;
  readonly refused: number;
  /** Of those that went in, how many did so without their referral. */
  readonly withoutReferral: number;
}

export const NO_ROWS: Counts = { created: 0, changed: 0, unchanged: 0, refused: 0, withoutReferral: 0 };

/** Adds counts up. */
export function sum(one: Counts, other: Counts): Counts {
  return {
    created: one.created + other.created,
    changed: one.changed + other.changed,
    unchanged: one.unchanged + other.unchanged,
    refused: one.refused + other.refused,
    withoutReferral: one.withoutReferral + other.withoutReferral,
  };
}

/** SQL for whether a run can be gone on with: no longer than a month after its last step. */
const isKept = (run: string) => `${run}.updated_at > now() - interval '30 days'`;

const columns = columnsOf(ImportRunEntity).join(', ');

const find: Statement = {
  name: 'import_run_find',
  text: `
    select ${columns} from import_run
    where organisation_id = $1 and fingerprint = $2 and (rows > 0 or finished_at is not null) and ${isKept('import_run')}
    order by (settings = $3) desc, id desc limit 1`,
};

/** What runs that nobody went on with have left. */
const forgetAbandoned: readonly Statement[] = ['import_referral', 'import_reference'].map((table) => ({
  name: `${table}_abandoned`,
  text: `
    delete from ${table} w using import_run r
    where w.organisation_id = $1 and r.organisation_id = $1 and r.id = w.run_id and not (${isKept('r')})`,
}));

const begin: Statement = {
  name: 'import_run_begin',
  text: `
    insert into import_run (organisation_id, source, fingerprint, settings, digest, report_digest, actor) values ($1, $2, $3, $4, $5, $5, $6)
    returning ${columns}`,
};

/** Milliseconds for which a step may stand still, as on Ctrl-Z: then PostgreSQL ends it, and others have the customers back. */
const LONGEST_STANDSTILL = 60_000;

/** Waits for whoever does a step of it. */
const claim: Statement = {
  name: 'import_run_claim',
  text: `
    select id, set_config('idle_in_transaction_session_timeout', '${LONGEST_STANDSTILL}', true) as timeout from import_run
    where organisation_id = $1 and id = $2 and steps = $3
    for update`,
};

const advance: Statement = {
  name: 'import_run_advance',
  text: `
    update import_run set steps = steps + 1, rows = $4, digest = $5, report_bytes = $6, report_digest = $7, created = created + $8, changed = changed + $9, unchanged = unchanged + $10,
      refused = refused + $11, without_referral = without_referral + $12, updated_at = clock_timestamp(),
      finished_at = case when $13 then clock_timestamp() end
    where organisation_id = $1 and id = $2 and steps = $3
    returning id`,
};

/** What identifies an import before it begins. */
export interface Origin {
  readonly source: string;
  readonly fingerprint: string;
  readonly settings: string;
}

/** SHA-256 of a text or of bytes, as hexadecimal digits. */
export const digestOf = (data: string | Buffer) => createHash('sha256').update(data).digest('hex');

/** Finds the latest import of a file that has come to anything and is not too old: one that was told the same, if there is any. */
export async function findRun(
  { database }: OperationContext,
  { fingerprint, settings }: Origin,
): Promise<ImportRun | undefined> {
  const [row] = await database.run(find, [database.organisationId, fingerprint, settings]);
  return row && database.map<ImportRun>(ImportRunEntity, row);
}

/** Notes a new import, and forgets what others have left that are too old to be gone on with. */
export async function beginRun({ database, actor }: OperationContext, origin: Origin): Promise<ImportRun> {
  const { source, fingerprint, settings } = origin;
  for (const statement of forgetAbandoned) await database.run(statement, [database.organisationId]);
  const row = await database.one(begin, [database.organisationId, source, fingerprint, settings, digestOf(''), actor]);
  return database.map<ImportRun>(ImportRunEntity, row);
}

/** Where an import comes to by a step. */
export interface Advance {
  /** Rows that are done. */
  readonly rows: number;
  readonly digest: string;
  readonly report: CommittedReport;
  readonly isFinished: boolean;
}

/**
 * Begins a step of an import, before anything else of it is done.
 *
 * @throws UnusableFileError when another process has gone on with it
 */
export async function claimRun(tx: OrganisationDatabase, { id, steps }: ImportRun): Promise<void> {
  const [row] = await tx.run(claim, [tx.organisationId, id, steps]);
  if (!row) throw new UnusableFileError('Another process goes on with the same import.');
}

/** Notes where an import stands after a step, which was claimed. */
export async function advanceRun(
  tx: OrganisationDatabase,
  { id, steps }: ImportRun,
  to: Advance,
  { created, changed, unchanged, refused, withoutReferral }: Counts,
): Promise<void> {
  const values = [
    to.rows,
    to.digest,
    to.report.length,
    to.report.digest,
    created,
    changed,
    unchanged,
    refused,
    withoutReferral,
    to.isFinished,
  ];
  await tx.one(advance, [tx.organisationId, id, steps, ...values]);
}

/** The digest of rows one after the other. */
export class RowDigest {
  readonly #hash: Hash;

  constructor(hash = createHash('sha256')) {
    this.#hash = hash;
  }

  /** One that goes on from here. */
  copy(): RowDigest {
    return new RowDigest(this.#hash.copy());
  }

  add(text: string): void {
    this.#hash.update(text).update('\n');
  }

  /** That of all that were added so far. */
  get value(): string {
    return this.#hash.copy().digest('hex');
  }
}
