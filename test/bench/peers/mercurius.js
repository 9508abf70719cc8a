// Mercurius on Fastify, with its compiler on.
import Fastify from 'fastify';
import mercurius from 'mercurius';
import { port } from './database.js';
import { resolvers, typeDefs } from './schema.js';

const app = Fastify();
app.register(mercurius, { schema: typeDefs, resolvers, jit: 1, path: '/graphql' });
await app.listen({ port, host: '127.0.0.1' });
