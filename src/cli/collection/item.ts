// What a Postman Collection v2.1 is made of, as far as this one is.

/** A parameter, a header, or a variable. */
export interface Named {
  readonly key: string;
  readonly value: string;
  readonly description?: string;
  /** Whether it is there to be switched on, and not sent until then. */
  readonly disabled?: true;
}

export interface CollectionRequest {
  readonly method: string;
  readonly description: string;
  readonly header: readonly Named[];
  readonly url: {
    readonly raw: string;
    readonly host: readonly string[];
    readonly path: readonly string[];
    readonly query?: readonly Named[];
  };
  readonly body?:
    | { readonly mode: 'raw'; readonly raw: string; readonly options: object }
    /** The variables as text: JSON, in which a variable of the collection may stand. */
    | { readonly mode: 'graphql'; readonly graphql: { readonly query: string; readonly variables: string } };
}

/** A request by its name. */
export interface CollectionItem {
  readonly id: string;
  readonly name: string;
  readonly request: CollectionRequest;
  /** Answers that were saved with it. */
  readonly response: readonly object[];
}

/** Whose key the requests of a folder are sent with. */
export interface Auth {
  readonly type: 'bearer';
  readonly bearer: readonly [{ readonly key: 'token'; readonly value: string; readonly type: 'string' }];
}

export interface CollectionFolder {
  readonly id: string;
  readonly name: string;
  readonly description?: string;
  readonly auth?: Auth;
  readonly item: readonly (CollectionItem | CollectionFolder)[];
}

/** Sends the key that a variable of the collection holds. */
export function keyOf(variable: string): Auth {
  return { type: 'bearer', bearer: [{ key: 'token', value: `{{${variable}}}`, type: 'string' }] };
}

/** An address of the gateway. Parameters that are disabled are no part of it. */
export function urlOf(path: string, query: readonly Named[] = []): CollectionRequest['url'] {
  const sent = query.filter(({ disabled }) => !disabled).map(({ key, value }) => `${key}=${value}`);
  return {
    raw: `{{baseUrl}}${path}${sent.length > 0 ? `?${sent.join('&')}` : ''}`,
    host: ['{{baseUrl}}'],
    path: path.split('/').slice(1),
    ...(query.length > 0 && { query }),
  };
}
