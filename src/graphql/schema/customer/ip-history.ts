// The addresses that a customer came from, in GraphQL.
import { type IpSighting, ipHistorySort } from '../../../customer/ip-history/ip-history.ts';
import { normalizeIp } from '../../../ip/address.ts';
import { builder } from '../../builder.ts';
import type { ValidateArguments } from '../../execution/arguments.ts';
import { positionCursor } from '../cursor.ts';
import { IpInfoType } from '../ip.ts';
import { DEFAULT_PAGE, LARGEST_PAGE, pricedByPage, readPage, validatePage } from '../page.ts';
import { CustomerType } from './type.ts';

const cursors = positionCursor('ipSighting', ipHistorySort);

builder.objectFields(CustomerType, (t) => ({
  lastIp: t.field({
    type: IpInfoType,
    nullable: true,
    description: 'The address given in the latest `createCustomer` or `updateCustomer` that had one.',
    scope: 'customer:read',
    resolve: ({ lastIp }, _, { ip }) => (lastIp == null ? null : ip.infoOf(normalizeIp(lastIp))),
  }),
  ipHistory: t.connection(
    {
      type: IpInfoType,
      nullable: true,
      description: `The addresses that the customer came from, newest first; ${DEFAULT_PAGE} per page by default, ${LARGEST_PAGE} at most. An address is recorded when it is new to the customer, and again after a day, or after 100 others.`,
      scope: 'customer:read',
      complexity: pricedByPage,
      extensions: { validate: ((args) => void validatePage(args, cursors.read)) satisfies ValidateArguments },
      resolve: async ({ id }, args, { relations, ip }) => {
        const { edges, pageInfo } = await readPage(
          args,
          ({ seenAt, address }: IpSighting) => cursors.write([seenAt, address]),
          cursors.read,
          (page) => relations.ipHistory(id, page),
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
          description: 'When the customer came from this address.',
          resolve: (sighting) => (sighting as unknown as IpSighting).seenAt,
        }),
      }),
    },
  ),
}));
