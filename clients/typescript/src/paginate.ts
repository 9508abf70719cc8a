// Reads lists page by page, as an async iterator of what is in them.
import type { TypedDocument } from './document.ts';
import type { GraphQLCallOptions, GraphQLClient } from './graphql-client.ts';

/** A page of a list, with its objects in `nodes`, or in `edges` with what belongs to their places. */
export interface Connection {
  readonly nodes?: readonly unknown[];
  readonly edges?: readonly unknown[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/** What is in a list: its nodes, or its edges where it has no nodes. */
export type ItemOf<Page> = Page extends { readonly nodes: readonly (infer Node)[] }
  ? Node
  : Page extends { readonly edges: readonly (infer Edge)[] }
    ? Edge
    : never;

/** Variables of a list that is read forwards. */
export interface PageVariables {
  first?: number | null | undefined;
  after?: string | null | undefined;
}

/**
 * Reads a list from its start, or from `after`, to its end. The next page is asked for when the one before has been used up.
 *
 * @param gateway - a client
 * @param document - with the variables `first` and `after`, and with `pageInfo { hasNextPage endCursor }`
 * @param variables - `first` is the length of a page
 * @param connectionOf - where the list stands in the data; null or undefined for none
 * @throws GatewayError as `graphql` does
 */
export async function* paginate<Result, Variables extends PageVariables, Page extends Connection>(
  gateway: { readonly graphql: GraphQLClient },
  document: TypedDocument<Result, Variables>,
  variables: NoInfer<Variables>,
  connectionOf: (data: Result) => Page | null | undefined,
  options?: Pick<GraphQLCallOptions, 'signal'>,
): AsyncGenerator<ItemOf<Page>, void, undefined> {
  const run = gateway.graphql as (
    document: TypedDocument<Result, Variables>,
    variables: Variables,
    options?: GraphQLCallOptions,
  ) => Promise<Result>;
  let { after } = variables;
  for (;;) {
    const page = connectionOf(await run(document, { ...variables, after }, options));
    if (!page) return;
    yield* (page.nodes ?? page.edges ?? []) as ItemOf<Page>[];
    const { hasNextPage, endCursor } = page.pageInfo;
    // A cursor that leads nowhere new would go round for ever.
    if (!hasNextPage || endCursor === null || endCursor === after) return;
    after = endCursor;
  }
}
