// The schema as text: the GraphQL contract.
import { type GraphQLSchema, lexicographicSortSchema, printSchema } from 'graphql';

/** Prints a schema in its definition language, in one order whatever the code's is. */
export function printedSchema(schema: GraphQLSchema): string {
  return `${printSchema(lexicographicSortSchema(schema))}\n`;
}
