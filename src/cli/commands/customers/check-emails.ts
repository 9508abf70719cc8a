// The command `customers check-emails`: addresses that the current rules would judge differently.
import type { Command } from 'commander';
import { recordChange } from '../../../change-log/record.ts';
import { type DoubtfulEmail, doubtfulEmails, rewriteEmail } from '../../../customer/check-emails.ts';
import type { Database } from '../../../database/open.ts';
import type { OperationContext } from '../../../operation-context.ts';
import { findOrganisation, listOrganisations } from '../../../organisation/manage.ts';
import { actor, contextOf, withGatewayDatabase } from '../../operator.ts';
import { jsonOption, printStream } from '../../output.ts';

/** The exit code when addresses are left to be mended. */
const LEFT = 1;
const REWRITTEN = 'rewritten';

/** What is told of an address; the internal id and the mailbox stay inside. */
function describe(organisation: string, { cuRefNo, email, refused, today }: DoubtfulEmail) {
  const told = { organisation, cuRefNo, email };
  if (refused !== undefined) return { ...told, problem: 'refused', reason: refused };
  if (!today || today.email === email) return { ...told, problem: 'matched differently' };
  return { ...told, problem: 'written differently', today: today.email };
}

async function mend(ctx: OperationContext, doubtful: DoubtfulEmail): Promise<string> {
  const obstacle = await rewriteEmail(ctx, doubtful);
  return obstacle === undefined ? REWRITTEN : `not rewritten: ${obstacle}`;
}

async function* checkEmails(owner: Database, slug: string | undefined, fix: boolean) {
  const organisations = slug ? [await findOrganisation(owner, { slug })] : await listOrganisations(owner, actor);
  for (const organisation of organisations) {
    const open = () => contextOf(owner, organisation);
    const ctx = open();
    await recordChange(ctx.database, ctx, { subject: 'customer', reference: '*', action: 'e-mails checked' });
    for await (const doubtful of doubtfulEmails(() => open().database)) {
      const told = describe(organisation.slug, doubtful);
      yield fix ? { ...told, outcome: await mend(open(), doubtful) } : told;
    }
  }
}

/** Adds the command. */
export function addCheckEmails(customers: Command): void {
  customers
    .command('check-emails')
    .description(
      'list the customers whose stored e-mail address the current rules would refuse, write or match differently',
    )
    .option('--organisation <slug>', 'only those of this organisation')
    .option('--fix', 'rewrite the addresses that are only written or matched differently, where the mailbox is free')
    .option(...jsonOption)
    .addHelpText('after', '\nThe exit code is also 1 while any address still needs to be corrected.')
    .action(async ({ organisation, fix = false, json }) => {
      await withGatewayDatabase(async (owner) => {
        let left = 0;
        async function* counted() {
          for await (const row of checkEmails(owner, organisation, fix)) {
            if (!('outcome' in row) || row.outcome !== REWRITTEN) left += 1;
            yield row;
          }
        }
        await printStream('emails', counted(), { json, none: 'No address needs to be corrected.' });
        if (left > 0) process.exitCode = LEFT;
      });
    });
}
