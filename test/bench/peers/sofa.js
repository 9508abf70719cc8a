// SOFA: REST routes that are generated from the schema.
import { createServer } from 'node:http';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { useSofa } from 'sofa-api';
import { port } from './database.js';
import { resolvers, typeDefs } from './schema.js';

const schema = makeExecutableSchema({ typeDefs, resolvers });
createServer(useSofa({ basePath: '/api', schema, routes: { 'Query.customer': { method: 'POST' } } })).listen(
  port,
  '127.0.0.1',
);
