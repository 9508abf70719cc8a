// A REST endpoint: an operation of the GraphQL API and two mappings, as one row of a table.
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import type { ZodType } from 'zod';
import type { Members } from '../http/body.ts';

/** One row of the table. */
export interface Endpoint<
  Data = unknown,
  Variables extends Record<string, unknown> = Record<string, unknown>,
  Answer = unknown,
  Member extends string = string,
> {
  readonly method: 'POST';
  readonly path: string;
  /** One line for the documentation. */
  readonly summary: string;
  readonly description: string;
  readonly operation: TypedDocumentNode<Data, Variables>;
  /** The variable of the operation whose type describes the body of a request. */
  readonly input: keyof Variables & string;
  /** The members of a request's body that are read. All others are ignored, whatever they hold. */
  readonly reads: readonly Member[];
  /** Those members, where they are there, as the operation's variables. Wrong types pass: the operation validates them. */
  readonly variables: (members: { readonly [Name in Member]?: unknown }) => { [Name in keyof Variables]: unknown };
  /** What the operation gave as the answer's body; undefined when it gave nothing. */
  readonly answer: (data: Data) => Answer | undefined;
  /** The shape of the answer's body. */
  readonly response: ZodType<Answer>;
  /** What an answer of status 200 holds, in one sentence for the documentation. */
  readonly responseDescription: string;
  /** What the documentation calls that shape. */
  readonly responseName: string;
  readonly example: { request: Members; response: Answer };
}

/** Makes a row, whose mappings are checked against its operation. */
export function endpoint<Data, Variables extends Record<string, unknown>, Answer, const Member extends string>(
  row: Endpoint<Data, Variables, Answer, Member>,
): Endpoint {
  return row as unknown as Endpoint;
}
