// The addresses that a customer came from, in GraphQL.
import type { IpSighting } from '../../customer/ip-history/ip-history.ts';
import { unknownCursor } from '../../errors/api-error.ts';
import { normalizeIp } from '../../ip/address.ts';
import { builder } from '../builder.ts';
import type { ValidateArguments } from '../execution/listed-arguments.ts';
import { cursorReader, encodeCursor } from './cursor.ts';
import { CustomerType } from './customer.ts';
import { IpInfoType } from './ip.ts';
import { DEFAULT_PAGE, LARGEST_PAGE, pricedByPage, readPage, validatePage } from './page.ts';

function toCursor({ seenAt, address }: IpSighting): string {
  return encodeCursor('ipSighting', `${seenAt.toISOString()} ${address}`);
}

const readPlace = cursorReader('ipSighting');

function fromCursor(cursor: string | null | undefined, argument: string): IpSighting | undefined {
  const place = readPlace(cursor, argument);
  if (place === undefined) return undefined;
  const [moment = '', address = ''] = place.split(' ');
  try {
    const sighting = { seenAt: new Date(moment), address: normalizeIp(address) };
    // PostgreSQL knows fewer years than JavaScript.
    if (/^\d{4}-/.test(moment) && toCursor(sighting) === cursor) return sighting;
  } catch {
    // No moment, or no address.
  }
  throw unknownCursor(argument);
}

builder.objectFields(CustomerType, (t) => ({
  lastIp: t.field({
    type: IpInfoType,
    nullable: true,
    description: 'The address that came with the latest `createCustomer` that had one.',
    scope: 'customer:read',
    resolve: ({ lastIp }, _, { ip }) => (lastIp == null ? null : ip.infoOf(normalizeIp(lastIp))),
  }),
  ipHistory: t.connection(
    {
      type: IpInfoType,
      nullable: true,
      description: `The addresses that the customer came from, newest first; ${DEFAULT_PAGE} at a time unless told, ${LARGEST_PAGE} at most. One that is new to the customer is noted, and again when a day has passed or 100 others have been noted since.`,
      scope: 'customer:read',
      complexity: pricedByPage,
      extensions: { validate: ((args) => void validatePage(args, fromCursor)) satisfies ValidateArguments },
      resolve: async ({ id }, args, { relations, ip }) => {
        const { edges, pageInfo } = await readPage<IpSighting, IpSighting>(args, toCursor, fromCursor, (page) =>
          relations.ipHistory(id, page),
        );
        const known = edges.map(async ({ cursor, node: { address, seenAt } }) => {
          return { cursor, seenAt, node: await ip.infoOf(address) };
        });
        return { edges: await Promise.all(known), pageInfo };
      },
    },
    {
      name: 'IpHistoryConnection',
      description: 'A page of addresses that a customer came from.',
      scope: 'customer:read',
    },
    {
      name: 'IpHistoryEdge',
      description: 'An address that a customer came from.',
      scope: 'customer:read',
      fields: (edge) => ({
        seenAt: edge.field({
          type: 'DateTime',
          description: 'When the customer came from there.',
          resolve: (sighting) => (sighting as unknown as IpSighting).seenAt,
        }),
      }),
    },
  ),
}));
