// The commands that change a customer: on the same functions as both APIs, in the operator's name.
import { type Command, InvalidArgumentError } from 'commander';
import type { ZodType } from 'zod';
import { addressMembers } from '../../../customer/address.ts';
import { banCustomer, banCustomerInput } from '../../../customer/ban.ts';
import { adjustCustomerCredit, adjustCustomerCreditInput } from '../../../customer/credit/adjust.ts';
import type { Customer } from '../../../customer/customer.entity.ts';
import { deleteCustomer, deleteCustomerInput } from '../../../customer/delete.ts';
import { eraseCustomer, eraseCustomerInput } from '../../../customer/erase/erase.ts';
import { identityTexts, shownName } from '../../../customer/fields.ts';
import { mergeCustomers, mergeCustomersInput } from '../../../customer/merge/merge.ts';
import { previewMerge } from '../../../customer/merge/preview.ts';
import { restoreCustomer, restoreCustomerInput } from '../../../customer/restore.ts';
import { unbanCustomer, unbanCustomerInput } from '../../../customer/unban.ts';
import { updateCustomer, updateCustomerInput } from '../../../customer/update.ts';
import { ApiError } from '../../../errors/api-error.ts';
import { parseStrictJson } from '../../../json-members.ts';
import type { OperationContext } from '../../../operation-context.ts';
import { confirm, type OptionNames, optionNamed, validate } from '../../operator.ts';
import { print, say } from '../../output.ts';
import {
  CUSTOMER,
  type CustomerOptions,
  describe,
  keyOf,
  REFERENCE,
  withCustomerOptions,
  withCustomers,
} from './named.ts';

/** Options of the commands that change something. */
interface ChangeOptions extends CustomerOptions {
  dryRun?: boolean;
  yes?: boolean;
}

/** A change, as a command does it. */
interface Change<Input, Options extends ChangeOptions> {
  schema: ZodType<Input>;
  /** What was said on the command line, as the schema takes it. */
  given(text: string, options: Options): unknown;
  change(ctx: OperationContext, input: Input): Promise<Customer | { customer: Customer }>;
  /** What is asked before something that cannot be undone. */
  question?(text: string): string;
  names?: OptionNames;
}

/** What is told of a customer. */
type Described = Awaited<ReturnType<typeof describe>>;

const NAMES: OptionNames = { by: '<customer>', 'by.cuRefNo': '<customer>', 'by.email': '<customer>' };

/** What a try gave; it ends the transaction in which it was made. */
class Tried extends Error {
  readonly described: Described;

  constructor(described: Described) {
    super('a dry run');
    this.described = described;
  }
}

/** Changes a customer, or only tries to: then all of it is rolled back. */
async function changed<Input>(
  ctx: OperationContext,
  change: (ctx: OperationContext, input: Input) => Promise<Customer | { customer: Customer }>,
  input: Input,
  isDryRun: boolean,
): Promise<Described> {
  const described = async (within: OperationContext) => {
    const result = await change(within, input);
    return describe(within, 'customer' in result ? result.customer : result);
  };
  if (!isDryRun) return described(ctx);
  try {
    return await ctx.database.transaction(async (tx) => {
      throw new Tried(await described({ ...ctx, database: tx }));
    });
  } catch (error) {
    if (error instanceof Tried) return error.described;
    throw error;
  }
}

/** Adds a command that changes a customer. */
function addChange<Input, Options extends ChangeOptions>(
  command: Command,
  { schema, given, change, question, names }: Change<Input, Options>,
): void {
  withCustomerOptions(command).option('--dry-run', 'show what would become of the customer, and change nothing');
  if (question) command.option('--yes', 'do not ask');
  command.action(async (text: string, options: Options) => {
    await withCustomers(options, { ...NAMES, ...names }, async (ctx) => {
      const input = validate(schema, given(text, options));
      const { dryRun = false } = options;
      if (question && !dryRun) await confirm(question(text), options);
      print({ ...(await changed(ctx, change, input, dryRun)), ...(dryRun && { dryRun }) }, options);
      if (dryRun) say('Nothing was changed.', options);
    });
  });
}

function wholeNumber(text: string): number {
  if (!/^[+-]?\d{1,10}$/.test(text)) throw new InvalidArgumentError('Give a whole number.');
  return Number(text);
}

function object(text: string): unknown {
  try {
    return parseStrictJson(text, 'The text');
  } catch (error) {
    throw new InvalidArgumentError(error instanceof ApiError ? error.message : 'Give an object in JSON.');
  }
}

function flag(text: string): boolean {
  if (text !== 'yes' && text !== 'no') throw new InvalidArgumentError('Give yes or no.');
  return text === 'yes';
}

type UpdateOptions = ChangeOptions & Record<string, unknown>;

function addUpdate(customers: Command): void {
  const command = customers
    .command('update')
    .description('change the profile of a customer: what is not told stays, an empty text clears')
    .argument(...CUSTOMER);
  for (const name of [...identityTexts, ...addressMembers])
    command.option(`${optionNamed(name)} <text>`, wordsOf(name));
  command
    .option('--newsletter <yes|no>', 'whether the customer wants the newsletter', flag)
    .option('--premium <yes|no>', 'whether the customer has premium status', flag)
    .option('--meta <json>', 'members of meta to set; null removes one', object)
    .option('--custom-fields <json>', 'members of customFields to set; null removes one', object)
    .option('--if-version <number>', 'change nothing unless this is the present version', wholeNumber);
  addChange<Parameters<typeof updateCustomer>[1], UpdateOptions>(command, {
    schema: updateCustomerInput as never,
    given(text, options) {
      const { newsletter, premium, meta, customFields, ifVersion: version } = options;
      const pick = (names: readonly string[]) =>
        Object.fromEntries(names.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])));
      const address = pick(addressMembers);
      return {
        by: keyOf(text),
        ...pick(identityTexts),
        ...(Object.keys(address).length > 0 && { address }),
        ...{ newsletter, premium, meta, customFields, version },
      };
    },
    change: updateCustomer,
    names: {
      version: '--if-version',
      ...Object.fromEntries(addressMembers.map((name) => [shownName(name), optionNamed(name)])),
    },
  });
}

/** `streetAddress` in words. */
const wordsOf = (name: string) => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

interface CreditOptions extends ChangeOptions {
  amount: number;
  description: string;
  transactionId?: string;
}

function addCredit(customers: Command): void {
  const command = customers
    .command('credit')
    .description('add credit, or take it')
    .argument(...CUSTOMER)
    .requiredOption('--amount <number>', 'how much; negative to take it', wholeNumber)
    .requiredOption('--description <text>', 'what for, for the ledger')
    .option('--transaction-id <id>', '16 letters and digits: said again, nothing is done twice');
  addChange<Parameters<typeof adjustCustomerCredit>[1], CreditOptions>(command, {
    schema: adjustCustomerCreditInput as never,
    given: (text, { amount, description, transactionId }) => ({ by: keyOf(text), amount, description, transactionId }),
    change: adjustCustomerCredit,
  });
}

interface ReasonOptions extends ChangeOptions {
  reason?: string;
}

/** Adds a command that takes nothing but a reason. */
function addState<Input>(
  command: Command,
  schema: ZodType<Input>,
  change: (ctx: OperationContext, input: Input) => Promise<Customer>,
  {
    by = CUSTOMER,
    isRequired = true,
    question,
  }: { by?: readonly [string, string]; isRequired?: boolean; question?: (text: string) => string },
): void {
  command.argument(...by);
  const reason = ['--reason <text>', 'why, for the change log'] as const;
  if (isRequired) command.requiredOption(...reason);
  else command.option(...reason);
  addChange<Input, ReasonOptions>(command, {
    schema,
    given: (text, options) => ({ by: by === REFERENCE ? { cuRefNo: text } : keyOf(text), reason: options.reason }),
    change,
    ...(by === REFERENCE && { names: { by: by[0], 'by.cuRefNo': by[0] } }),
    ...(question && { question }),
  });
}

interface MergeOptions extends ChangeOptions {
  reason: string;
}

function addMerge(customers: Command): void {
  withCustomerOptions(customers.command('merge'))
    .description('merge a customer into another one, for good')
    .argument('<survivor>', 'the customer that stays: its e-mail address, or its cuRefNo')
    .argument('<duplicate>', 'the customer that is merged into it')
    .requiredOption('--reason <text>', 'why, for the change log')
    .option('--dry-run', 'show what would move and what conflicts, and change nothing')
    .option('--yes', 'do not ask')
    .action(async (survivor: string, duplicate: string, options: MergeOptions) => {
      const names = { survivor: '<survivor>', duplicate: '<duplicate>' };
      await withCustomers(options, names, async (ctx) => {
        const sides = { survivor: keyOf(survivor), duplicate: keyOf(duplicate), reason: options.reason };
        const input = validate(mergeCustomersInput, sides);
        if (options.dryRun) {
          print({ ...(await previewed(ctx, input)), dryRun: true }, options);
          say('Nothing was changed.', options);
          return;
        }
        await confirm(`Merge ${duplicate} into ${survivor}?`, options);
        const { customer, mergedCuRefNo } = await mergeCustomers(ctx, input);
        print({ ...(await describe(ctx, customer)), merged: mergedCuRefNo }, options);
      });
    });
}

/** What a merge would do. */
async function previewed(ctx: OperationContext, input: Parameters<typeof previewMerge>[1]) {
  const plan = await previewMerge(ctx, input);
  const { survivor, duplicate, filledFields, conflicts, credit, creditBalance, groups, subscriptions } = plan;
  return {
    survivor: survivor.customer.cuRefNo,
    duplicate: duplicate.customer.cuRefNo,
    filledFields,
    conflicts,
    movedGroups: groups.map(({ slug }) => slug),
    movedSubscriptions: subscriptions,
    movedCredit: credit,
    movedReferralCount: duplicate.referredCount,
    creditBalance,
    referral: plan.shownReferrer?.cuRefNo ?? null,
  };
}

/** Adds the commands. */
export function addChanges(customers: Command): void {
  const command = (name: string, description: string) => customers.command(name).description(description);
  addUpdate(customers);
  addCredit(customers);
  addState(command('ban', 'ban a customer'), banCustomerInput, banCustomer, { isRequired: false });
  addState(command('unban', 'lift the ban of a customer'), unbanCustomerInput, unbanCustomer, { isRequired: false });
  addState(
    command('delete', 'delete a customer: it is found no longer, and can be restored'),
    deleteCustomerInput,
    deleteCustomer,
    {},
  );
  addState(command('restore', 'restore a deleted customer'), restoreCustomerInput, restoreCustomer, { by: REFERENCE });
  addMerge(customers);
  addState(command('erase', 'erase what is personal of a customer, for good'), eraseCustomerInput, eraseCustomer, {
    by: REFERENCE,
    question: (text) => `Erase all that is personal of ${text} and of all that were merged into it?`,
  });
}
