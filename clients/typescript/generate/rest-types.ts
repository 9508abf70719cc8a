// Writes the types of the REST API, from the OpenAPI document.
import { readFileSync, writeFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

// openapi-typescript makes its output with the API of TypeScript 5, which TypeScript 7 has no more.
registerHooks({
  resolve: (specifier, context, next) => next(specifier === 'typescript' ? 'typescript-5' : specifier, context),
});

const { default: typesOf, astToString } = await import('openapi-typescript');

const head = '// Written by `npm run generate` from schema/openapi.json. Do not edit.\n';
const document = JSON.parse(readFileSync('schema/openapi.json', 'utf8'));
writeFileSync(
  'clients/typescript/src/generated/rest.ts',
  head + astToString(await typesOf(document, { silent: true, alphabetize: true })),
);
