// Prints the GraphQL contract.
import { writeFileSync } from 'node:fs';
import { printedSchema } from '../graphql/schema/printed.ts';
import { schema } from '../graphql/schema/schema.ts';

writeFileSync('schema/schema.graphql', printedSchema(schema));
