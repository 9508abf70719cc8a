// Prints the REST contract.
import { writeFileSync } from 'node:fs';
import { schema } from '../graphql/schema.ts';
import { openApiDocument } from '../rest/openapi.ts';

writeFileSync('schema/openapi.json', `${JSON.stringify(openApiDocument(schema), null, 2)}\n`);
