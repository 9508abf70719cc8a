// The requests of the REST API in the collection, from the table of endpoints.
import type { Endpoint } from '../../rest/endpoint.ts';
import { parametersOf } from '../../rest/openapi/request.ts';
import { type CollectionFolder, type CollectionItem, type CollectionRequest, type Named, urlOf } from './item.ts';

/** What a header holds that is there to be switched on: Postman puts a new id in its place. */
const NEW_ID = '{{$guid}}';

const JSON_TYPE: Named = { key: 'Content-Type', value: 'application/json' };

/** The folder of the REST API, with a folder for each tag. */
export function restFolder(endpoints: readonly Endpoint[]): CollectionFolder {
  const byTag = Map.groupBy(endpoints, ({ tag }) => tag.name);
  return {
    id: 'folder.rest',
    name: 'REST',
    item: [...byTag].map(([name, rows]) => ({
      id: `folder.rest.${name}`,
      name,
      description: rows[0]?.tag.description,
      item: rows.map(itemOf),
    })),
  };
}

function itemOf(row: Endpoint): CollectionItem {
  const id = `rest.${row.method} ${row.paths[0]}`;
  const request = requestOf(row);
  return {
    id,
    name: row.summary,
    request,
    response: [
      {
        id: `${id}.200`,
        name: row.responseDescription,
        originalRequest: sentOf(request),
        status: 'OK',
        code: 200,
        _postman_previewlanguage: 'json',
        header: [{ key: 'Content-Type', value: 'application/json; charset=utf-8' }],
        body: JSON.stringify(row.example.response, null, 2),
      },
    ],
  };
}

/** A request as it was sent: what is switched off is no part of it. */
function sentOf({ description: _, header, url: { query, ...url }, ...rest }: CollectionRequest) {
  const sent = (named: readonly Named[]) => named.filter(({ disabled }) => !disabled);
  return { ...rest, header: sent(header), url: { ...url, ...(query && { query: sent(query) }) } };
}

function requestOf(row: Endpoint): CollectionRequest {
  // The key travels as the header of the whole collection, so that it stands in no log.
  const parameters = parametersOf(row).filter(({ name }) => name !== 'apiKey');
  const inQuery = parameters.filter((parameter) => parameter.in === 'query').map(queryParameter);
  const headers = parameters.filter((parameter) => parameter.in === 'header');
  const { body } = row.example;
  return {
    method: row.method,
    description: row.description,
    header: [
      ...(body ? [JSON_TYPE] : []),
      ...headers.map(({ name, description }) => ({ key: name, value: NEW_ID, description, disabled: true as const })),
    ],
    url: urlOf(row.paths[0], inQuery),
    ...(body && { body: { mode: 'raw', raw: JSON.stringify(body, null, 2), options: { raw: { language: 'json' } } } }),
  };
}

/** A parameter without an example is there to be switched on. */
function queryParameter({
  name,
  description,
  example,
}: ReturnType<typeof parametersOf>[number] & { example?: unknown }): Named {
  const value = example === undefined ? '' : String(example);
  return { key: name, value, description, ...(value === '' && { disabled: true }) };
}
