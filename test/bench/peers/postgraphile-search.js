// PostGraphile 5 with the plugin that filters lists, over the tables, and a SQL function for an order that is no column's (see `functions-search.sql`).
import { createServer } from 'node:http';
import { postgraphile } from 'postgraphile';
import { makePgService } from 'postgraphile/adaptors/pg';
import { grafserv } from 'postgraphile/grafserv/node';
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber';
import { jsonPgSmartTags } from 'postgraphile/utils';
import { PostGraphileConnectionFilterPreset } from 'postgraphile-plugin-connection-filter';
import { databaseUrl, port } from './database.js';

const instance = postgraphile({
  extends: [PostGraphileAmberPreset, PostGraphileConnectionFilterPreset],
  // It would hide all columns that only partial indexes hold, which are most of those that are asked for.
  disablePlugins: ['PgIndexBehaviorsPlugin'],
  // Its own name would be that of GraphQL's root type.
  plugins: [
    jsonPgSmartTags({
      version: 1,
      config: { class: { 'public.subscription': { tags: { name: 'customer_subscription' } } } },
    }),
  ],
  pgServices: [makePgService({ connectionString: databaseUrl, schemas: ['public', 'peers'] })],
  grafserv: { port, graphqlPath: '/graphql', graphiql: false },
  grafast: { explain: false },
});
const server = createServer();
server.on('error', (error) => console.error(error));
await instance.createServ(grafserv).addTo(server);
server.listen(port, '127.0.0.1');
