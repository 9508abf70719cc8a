// The addresses that a customer came from: a row when an address is new to the customer, or a day after its last one.
import { defineEntity, p } from '@mikro-orm/postgresql';
import { behindWall, ownedByOrganisation } from '../database/organisation.ts';
import { ownedByCustomer } from './customer.ts';

export const CustomerIpEntity = defineEntity({
  name: 'CustomerIp',
  tableName: 'customer_ip',
  ...behindWall,
  primaryKeys: ['organisationId', 'customerId', 'seenAt', 'address'],
  properties: {
    ...ownedByOrganisation,
    ...ownedByCustomer,
    customerId: p.bigint('number').primary(),
    seenAt: p.datetime(3).primary().defaultRaw('now()'),
    address: p.string().primary().columnType('inet'),
  },
});
