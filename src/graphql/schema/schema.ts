// The schema, put together from one file or folder per noun.
import { builder } from '../builder.ts';
import './scalars.ts';
import './group.ts';
import './subscription.ts';
import './ip.ts';
import './viewer.ts';
import './customer/type.ts';
import './customer/details.ts';
import './customer/queries.ts';
import './customer/list.ts';
import './customer/ip-history.ts';
import './customer/credit.ts';
import './customer/changes.ts';
import './customer/create.ts';
import './customer/bulk-create.ts';
import './customer/update.ts';
import './customer/status.ts';
import './customer/groups.ts';
import './customer/merge.ts';
import './customer/subscriptions.ts';
import './customer/referral.ts';
import './api-key/change.ts';
import './api-key/make.ts';
import './api-key/queries.ts';

export const schema = builder.toSchema();
