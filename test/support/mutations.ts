// Mutations of customers as tests call them.
import type { Answer, CallOptions, TestGateway } from './gateway.ts';

/** What a mutation gave, or how it was refused. */
export interface Mutated {
  // biome-ignore lint/suspicious/noExplicitAny: each mutation has a payload of its own
  payload: any;
  code?: string;
  fields?: { path: string; message: string }[];
  message?: string;
  answer: Answer;
}

const inputTypeOf = (name: string) => `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;

/** Calls a mutation whose one argument is `input`. */
export async function mutate(
  gateway: Pick<TestGateway, 'graphql'>,
  name: string,
  input: object,
  selection = 'customer { cuRefNo version }',
  options?: CallOptions,
): Promise<Mutated> {
  const query = `mutation ($input: ${inputTypeOf(name)}!) { ${name}(input: $input) { ${selection} } }`;
  const answer = await gateway.graphql(query, { input }, options);
  const [error] = answer.body.errors ?? [];
  return {
    payload: answer.body.data?.[name] ?? null,
    ...(error && { code: error.extensions.code, fields: error.extensions.fields, message: error.message }),
    answer,
  };
}

/** The history of a customer, newest first. */
export async function changesOf(gateway: Pick<TestGateway, 'graphql'>, by: object, page = 'first: 50') {
  const { body } = await gateway.graphql(
    `query ($by: CustomerBy!) { customer(by: $by) { changes(${page}) {
       edges { node { action actor reason requestId createdAt fields { name before after } } } } } }`,
    { by },
  );
  return body.data.customer.changes.edges.map(({ node }: { node: object }) => node);
}
