// Types the operations that the REST API runs, and those of the client package.
import type { CodegenConfig } from '@graphql-codegen/cli';

const typed = {
  useTypeImports: true,
  enumsAsTypes: true,
  strictScalars: true,
  skipTypename: true,
  scalars: { DateTime: 'string', JSONObject: 'Record<string, unknown>', JSON: 'unknown' },
};

const writtenFrom = (folder: string) => ({
  add: { content: `// Written by \`npm run generate\` from ${folder}. Do not edit.` },
});

const config: CodegenConfig = {
  schema: 'schema/schema.graphql',
  silent: true,
  generates: {
    'src/generated/operations.ts': {
      documents: 'schema/operations/*.graphql',
      plugins: [writtenFrom('schema/operations/'), 'typescript-operations', 'typed-document-node'],
      config: typed,
    },
    'clients/typescript/src/generated/graphql.ts': {
      documents: 'clients/typescript/operations/*.graphql',
      plugins: [
        writtenFrom('clients/typescript/operations/'),
        'typescript-operations',
        './clients/typescript/generate/documents.ts',
      ],
      config: typed,
    },
  },
};

export default config;
