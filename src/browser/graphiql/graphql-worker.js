// The worker for GraphQL: it checks operations, and completes them.
import 'monaco-graphql/esm/graphql.worker.js';
