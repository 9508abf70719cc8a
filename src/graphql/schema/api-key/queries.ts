// Looks at API keys, for ROOT keys, within the organisation of the key.
import type { ApiKey } from '../../../api-key/api-key.entity.ts';
import { listApiKeys, showApiKey } from '../../../api-key/manage.ts';
import { builder } from '../../builder.ts';
import { cursorReader, encodeCursor } from '../cursor.ts';
import { DEFAULT_PAGE, LARGEST_PAGE, pricedByPage, readPage } from '../page.ts';
import { ApiKeyType, fingerprintDescription } from './type.ts';

builder.queryFields((t) => ({
  apiKey: t.field({
    type: ApiKeyType,
    nullable: true,
    description: 'Shows one API key. Null when there is none.',
    args: { fingerprint: t.arg.string({ required: true, description: fingerprintDescription }) },
    scope: 'ROOT',
    resolve: (_, { fingerprint }, context) => showApiKey(context, fingerprint),
  }),
  apiKeys: t.connection(
    {
      type: ApiKeyType,
      nullable: true,
      description: `Lists the API keys of the organisation, newest first; ${DEFAULT_PAGE} per page by default, ${LARGEST_PAGE} at most.`,
      scope: 'ROOT',
      complexity: pricedByPage,
      resolve: (_, args, context) =>
        readPage<ApiKey, string>(
          args,
          ({ fingerprint }) => encodeCursor('apiKey', fingerprint),
          cursorReader('apiKey'),
          (page) => listApiKeys(context, page),
        ),
    },
    { name: 'ApiKeyConnection', description: 'A page of API keys.', scope: 'ROOT' },
    { name: 'ApiKeyEdge', description: 'An API key in a page.', scope: 'ROOT' },
  ),
}));
