// The command `organisations`: makes and lists the tenants of the gateway.
import {
  createOrganisation,
  createOrganisationInput,
  findOrganisation,
  listOrganisations,
  renameOrganisation,
  renameOrganisationInput,
} from '../../organisation/manage.ts';
import type { Organisation } from '../../organisation/organisation.entity.ts';
import { actor, program, run, validate, withGatewayDatabase, withOptionNames } from '../operator.ts';
import { jsonOption, print, printList } from '../output.ts';

function describe({ slug, name, createdAt }: Organisation) {
  return { slug, name, createdAt };
}

const organisations = program('organisations', 'Organisations: the owners of customers and keys.');

organisations
  .command('create')
  .description('create an organisation')
  .requiredOption('--slug <slug>', 'name for programs: lowercase letters, digits and hyphens')
  .requiredOption('--name <text>', 'name for people')
  .option(...jsonOption)
  .action(async (options) => {
    await withOptionNames({}, async () => {
      const input = validate(createOrganisationInput, { slug: options.slug, name: options.name });
      await withGatewayDatabase(async (owner) => {
        print(describe(await createOrganisation(owner, input, actor)), options);
      });
    });
  });

organisations
  .command('rename')
  .description('give an organisation another name; its slug stays')
  .argument('<slug>', 'the organisation')
  .requiredOption('--name <text>', 'the new name, for people')
  .option(...jsonOption)
  .action(async (slug, options) => {
    await withOptionNames({}, async () => {
      const { name } = validate(renameOrganisationInput, { name: options.name });
      await withGatewayDatabase(async (owner) => {
        print(describe(await renameOrganisation(owner, await findOrganisation(owner, { slug }), name, actor)), options);
      });
    });
  });

organisations
  .command('list')
  .description('list the organisations')
  .option(...jsonOption)
  .action(async (options) => {
    await withGatewayDatabase(async (owner) => {
      const none = 'No organisation exists yet; npm run organisations -- create makes one.';
      printList('organisations', (await listOrganisations(owner, actor)).map(describe), { ...options, none });
    });
  });

/** Runs the command line of the process. */
export const main = () => run(organisations);
