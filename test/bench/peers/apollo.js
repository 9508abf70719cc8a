// Apollo Server 5, as its own documentation starts it.
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { port } from './database.js';
import { resolvers, typeDefs } from './schema.js';

await startStandaloneServer(new ApolloServer({ typeDefs, resolvers }), { listen: { port, host: '127.0.0.1' } });
