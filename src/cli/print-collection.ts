// Prints both APIs as a collection of requests, for Postman and the like.
import { writeFileSync } from 'node:fs';
import { SAMPLE_KEY } from '../api-key/key.ts';
import { endpoints } from '../rest/endpoints/index.ts';
import { examplesFor } from '../routes/graphiql/examples/index.ts';
import { collectionOf } from './collection/document.ts';

const collection = collectionOf(endpoints, examplesFor(true), SAMPLE_KEY);
writeFileSync('clients/postman/customer-gateway.postman_collection.json', `${JSON.stringify(collection, null, 2)}\n`);
