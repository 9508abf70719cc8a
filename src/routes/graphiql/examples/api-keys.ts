// Examples about the API keys of the organisation, all of which need a ROOT key.
import type { Example, Names } from './example.ts';

export const apiKeyExamples = ({ areReal, fingerprint }: Names): Example[] =>
  [
    {
      name: 'ApiKeys',
      about: 'Lists the keys, newest first.',
      query: `query ApiKeys($first: Int) {
  apiKeys(first: $first) {
    edges {
      node { fingerprint name prefix scopes active limitPerMinute expiresAt deletedAt lastUsedAt usedToday }
    }
    pageInfo { hasNextPage endCursor }
  }
}
`,
      variables: { first: 20 },
    },
    {
      name: 'ApiKey',
      about: 'Shows one key, with what was done with it.',
      query: `query ApiKey($fingerprint: String!) {
  apiKey(fingerprint: $fingerprint) {
    name
    active
    createdAt
    expiresAt
    history { action author reason createdAt }
  }
}
`,
      variables: { fingerprint },
    },
    {
      name: 'CreateApiKey',
      about: 'Creates a key. The whole of it is shown only once.',
      query: `mutation CreateApiKey($input: CreateApiKeyInput!) {
  createApiKey(input: $input) {
    key
    apiKey { fingerprint name prefix scopes expiresAt }
  }
}
`,
      variables: { input: { name: 'Newsletter tool', prefix: 'PROD', scopes: ['customer:read'] } },
    },
    {
      name: 'UpdateApiKey',
      about: 'Changes what a key is called, what it may do, its limit, or when it expires.',
      query: `mutation UpdateApiKey($input: UpdateApiKeyInput!) {
  updateApiKey(input: $input) {
    apiKey { fingerprint name scopes limitPerMinute expiresAt }
  }
}
`,
      variables: { input: { fingerprint, name: 'Read only', scopes: ['customer:read'], expiresAt: null } },
    },
    ...switching(fingerprint),
    areReal ? rotationOfActive(fingerprint) : rotation(fingerprint),
    {
      name: 'DeleteApiKey',
      about: `Deletes a key for good. Put in the fingerprint of one that you no longer need${areReal ? ', such as one that CreateApiKey made' : ''}.`,
      query: `mutation DeleteApiKey($input: DeleteApiKeyInput!) {
  deleteApiKey(input: $input) {
    apiKey { fingerprint deletedAt }
  }
}
`,
      variables: { input: { fingerprint: 'KEY_FINGERPRINT', reason: 'No longer used' } },
    },
  ].map((example) => ({ group: 'API keys', needsRoot: true, ...example }));

const switching = (fingerprint: string) => [
  {
    name: 'DeactivateApiKey',
    about: 'Switches a key off, until it is switched on again.',
    query: `mutation DeactivateApiKey($input: DeactivateApiKeyInput!) {
  deactivateApiKey(input: $input) {
    apiKey { fingerprint active }
  }
}
`,
    variables: { input: { fingerprint, reason: 'Found in a public repository' } },
  },
  {
    name: 'ActivateApiKey',
    about: 'Switches a key on again.',
    query: `mutation ActivateApiKey($input: ActivateApiKeyInput!) {
  activateApiKey(input: $input) {
    apiKey { fingerprint active }
  }
}
`,
    variables: { input: { fingerprint, reason: 'It was a test' } },
  },
];

const rotation = (fingerprint: string) => ({
  name: 'RotateApiKey',
  about: 'Replaces a key by a new one; the old one goes on for graceSeconds.',
  query: `mutation RotateApiKey($input: RotateApiKeyInput!) {
  rotateApiKey(input: $input) {
    key
    apiKey { fingerprint name expiresAt }
    replacedApiKey { fingerprint expiresAt }
  }
}
`,
  variables: { input: { fingerprint, graceSeconds: 86_400 } },
});

/** Another example may have switched the key off; and it goes on for a year, so that it can be replaced again. */
const rotationOfActive = (fingerprint: string) => ({
  name: 'RotateApiKey',
  about: 'Switches a key on and replaces it by a new one; the old one goes on for graceSeconds.',
  query: `mutation RotateApiKey($activate: ActivateApiKeyInput!, $input: RotateApiKeyInput!) {
  activateApiKey(input: $activate) {
    apiKey { active }
  }
  rotateApiKey(input: $input) {
    key
    apiKey { fingerprint name expiresAt }
    replacedApiKey { fingerprint expiresAt }
  }
}
`,
  variables: { activate: { fingerprint }, input: { fingerprint, graceSeconds: 31_536_000 } },
});
