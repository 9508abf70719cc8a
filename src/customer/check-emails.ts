// Stored e-mail addresses that today's rules would refuse, write or match otherwise: found, and mended where they can be.
import type { OrganisationDatabase } from '../database/organisation-database.ts';
import type { Statement } from '../database/statement.ts';
import { ApiError } from '../errors/api-error.ts';
import type { OperationContext } from '../operation-context.ts';
import { canonicalEmail, normalizeEmail } from './email.ts';
import { lockWithMerged } from './merge/lock.ts';
import { setCustomer } from './set.ts';

/** Rows that are read at a time. */
const PAGE = 1_000;

/** A customer whose stored address is not what it would be today. */
export interface DoubtfulEmail {
  /** Internal; never leaves the gateway. */
  readonly id: number;
  readonly cuRefNo: string;
  /** As stored. */
  readonly email: string;
  /** The mailbox, as stored. */
  readonly canonicalEmail: string;
  /** Why it would be refused today; undefined when it would only be written or matched otherwise. */
  readonly refused: string | undefined;
  /** What would be stored today; undefined when it would be refused. */
  readonly today: { readonly email: string; readonly canonicalEmail: string } | undefined;
}

interface Row {
  id: string;
  cu_ref_no: string;
  email: string;
  canonical_email: string;
}

const page: Statement = {
  name: 'customer_emails_page',
  text: `
    select id, cu_ref_no, email, canonical_email from customer
    where organisation_id = $1 and id > $2 and deleted_at is null and email is not null
    order by id limit ${PAGE}`,
};

/**
 * Lists the doubtful addresses of an organisation, the oldest customer first, in the memory of one page.
 *
 * @param open - the database as the organisation sees it; a list takes longer than one operation may, so each page is its own
 */
export async function* doubtfulEmails(open: () => OrganisationDatabase): AsyncGenerator<DoubtfulEmail> {
  for (let last = 0; ; ) {
    const database = open();
    const rows = await database.run<Row>(page, [database.organisationId, last]);
    for (const row of rows) {
      const doubtful = doubt(row);
      if (doubtful) yield doubtful;
    }
    if (rows.length < PAGE) return;
    last = Number(rows.at(-1)?.id);
  }
}

function doubt({ id, cu_ref_no: cuRefNo, email, canonical_email: mailbox }: Row): DoubtfulEmail | undefined {
  const stored = { id: Number(id), cuRefNo, email, canonicalEmail: mailbox };
  try {
    const written = normalizeEmail(email);
    const today = { email: written, canonicalEmail: canonicalEmail(written) };
    const same = today.email === email && today.canonicalEmail === mailbox;
    return same ? undefined : { ...stored, refused: undefined, today };
  } catch (error) {
    if (error instanceof ApiError) return { ...stored, refused: error.message, today: undefined };
    throw error;
  }
}

const holder: Statement = {
  name: 'customer_email_holder',
  text: 'select cu_ref_no from customer where organisation_id = $1 and canonical_email = $2 and deleted_at is null',
};

/**
 * Stores a doubtful address as it would be stored today, if nobody else has its mailbox.
 *
 * @returns why it could not be done; undefined when it was
 */
export async function rewriteEmail(
  ctx: OperationContext,
  { id, email, canonicalEmail: mailbox, today }: DoubtfulEmail,
): Promise<string | undefined> {
  if (!today) return 'it has to be corrected manually';
  const { organisationId, database } = ctx;
  try {
    return await database.transaction(async (tx) => {
      // Also one that was merged: its mailbox leads to its survivor.
      const locked = (await lockWithMerged(tx, [id])).of(id);
      const { customer } = locked;
      const isStored = customer.email === email && customer.canonicalEmail === mailbox && customer.deletedAt == null;
      if (!isStored) return 'it was changed or deleted in the meantime';
      await setCustomer(ctx, tx, locked, today, { action: 'EMAIL_REWRITTEN' });
      return undefined;
    });
  } catch (error) {
    if (!(error instanceof ApiError && error.code === 'INTERNAL_CONFLICT')) throw error;
    const [other] = await database.run<Row>(holder, [organisationId, today.canonicalEmail]);
    return `the mailbox belongs to the customer ${other?.cu_ref_no ?? 'of another row'}`;
  }
}
