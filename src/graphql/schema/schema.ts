// The schema, put together from one file per noun.
import { builder } from '../builder.ts';
import './scalars.ts';
import './group.ts';
import './subscription.ts';
import './ip.ts';
import './customer.ts';
import './ip-history.ts';
import './api-key.ts';

export const schema = builder.toSchema();
