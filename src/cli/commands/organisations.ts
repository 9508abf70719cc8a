// The command `organisations`: makes and lists the tenants of the gateway.
import { createOrganisation, createOrganisationInput, listOrganisations } from '../../organisation/manage.ts';
import type { Organisation } from '../../organisation/organisation.entity.ts';
import { actor, jsonOption, print, printList, program, run, validate, withGatewayDatabase } from '../operator.ts';

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
    const input = validate(createOrganisationInput, { slug: options.slug, name: options.name });
    await withGatewayDatabase(async (owner) => {
      print(describe(await createOrganisation(owner, input, actor)), options);
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

await run(organisations);
