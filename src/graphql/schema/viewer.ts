// What a caller can see of itself in GraphQL.
import type { Caller } from '../../api-key/authenticate.ts';
import { type OwnOrganisation, ownOrganisation } from '../../organisation/own.ts';
import type { RateLimitStatus } from '../../rate-limit/rate-limiter.ts';
import { builder } from '../builder.ts';
import { ApiKeyPrefix } from './api-key/type.ts';

const OrganisationType = builder.objectRef<OwnOrganisation>('Organisation').implement({
  description: 'An organisation: whose customers they are.',
  fields: (t) => ({
    slug: t.exposeString('slug', { description: 'Name for programs.' }),
    name: t.exposeString('name', { description: 'Name for people.' }),
  }),
});

const ViewerKeyType = builder.objectRef<Caller>('ViewerKey').implement({
  description: 'The API key that a request was sent with.',
  fields: (t) => ({
    fingerprint: t.exposeString('fingerprint', { description: 'Fingerprint of the key: its first eight characters.' }),
    prefix: t.field({ type: ApiKeyPrefix, description: 'What the key is for.', resolve: ({ prefix }) => prefix }),
    scopes: t.stringList({
      description: 'Scopes that the key is restricted to; empty for no restriction.',
      resolve: ({ scopes }) => [...scopes],
    }),
  }),
});

const RateLimitType = builder.objectRef<RateLimitStatus>('RateLimit').implement({
  description: 'How the limit of a key stands, as the headers `X-RateLimit-*` of the answer tell too.',
  fields: (t) => ({
    limit: t.exposeInt('limit', { description: 'Requests per minute.' }),
    remaining: t.exposeInt('remaining', { description: 'Requests that may be made at once. This one is counted.' }),
    resetAt: t.field({
      type: 'DateTime',
      description: 'When more may be made.',
      resolve: ({ resetAt }) => new Date(resetAt * 1_000),
    }),
  }),
});

const ViewerType = builder.objectRef<Caller>('Viewer').implement({
  description: 'Whoever sent the request.',
  fields: (t) => ({
    organisation: t.field({
      type: OrganisationType,
      description: 'The organisation that the key belongs to.',
      resolve: (_, __, context) => ownOrganisation(context),
    }),
    key: t.field({ type: ViewerKeyType, description: 'The key of the request.', resolve: (caller) => caller }),
    rateLimit: t.field({
      type: RateLimitType,
      nullable: true,
      description: 'How the limit of the key stands. Null for a `ROOT` key, which has none.',
      resolve: (_, __, { rateLimit }) => rateLimit,
    }),
  }),
});

builder.queryField('viewer', (t) =>
  t.field({
    type: ViewerType,
    nullable: true,
    description: 'Shows whose key the request was sent with, and what is left of its limit. Every key may.',
    scope: null,
    resolve: (_, __, { caller }) => caller,
  }),
);
