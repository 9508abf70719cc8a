// Prints the REST contract.
import { writeFileSync } from 'node:fs';
import { requirementsOf } from '../graphql/execution/execute.ts';
import { schema } from '../graphql/schema/schema.ts';
import { endpoints } from '../rest/endpoints/index.ts';
import { openApiDocument } from '../rest/openapi/document.ts';

const contract = openApiDocument(endpoints, schema, requirementsOf);
writeFileSync('schema/openapi.json', `${JSON.stringify(contract, null, 2)}\n`);
