// Columns of a table stand in its entity, and nowhere else.
import { globSync, readFileSync } from 'node:fs';
import type { EntitySchema } from '@mikro-orm/postgresql';
import { expect, it } from 'vitest';
import { ApiKeyEntity } from '../../src/api-key/api-key.entity.ts';
import { CustomerEntity } from '../../src/customer/customer.entity.ts';
import { columnsOf } from '../../src/database/columns.ts';
import { entities } from '../../src/entities.ts';

/** Lists of names in a source, as statements write them: `organisation_id, k.name`. */
function listsIn(text: string): Set<string>[] {
  const lists = text.matchAll(/(?:\b\w+\.)?[a-z_]+(?:\s*,\s*(?:\w+\.)?[a-z_]+)+/g);
  return Array.from(lists, ([list]) => new Set(list.split(',').map((name) => name.trim().replace(/^\w+\./, ''))));
}

function handWritten(text: string): (string | undefined)[] {
  const lists = listsIn(text);
  const isListed = (entity: EntitySchema) =>
    lists.some((list) => columnsOf(entity).every((column) => list.has(column)));
  return entities.filter(isListed).map(({ meta }) => meta.className);
}

it('lists the columns of no table by hand', () => {
  const sources = globSync('src/**/*.ts').filter((path) => !path.startsWith('src/database/migrations/'));
  expect(sources.length).toBeGreaterThan(100);
  for (const path of sources) expect(handWritten(readFileSync(path, 'utf8')), path).toEqual([]);
});

it('takes whole rows of no table, which another version may have widened', () => {
  const tables = entities.map(({ meta }) => meta.tableName).join('|');
  const wholeRow = new RegExp(`select\\s+(\\w+\\.)?\\*\\s+from\\s+(${tables})\\b|returning\\s+(\\w+\\.)?\\*`);
  for (const path of globSync('src/**/*.ts')) expect(readFileSync(path, 'utf8'), path).not.toMatch(wholeRow);
  for (const sql of ['select * from customer', 'select k.* from api_key k', 'delete from referral returning *'])
    expect(sql).toMatch(wholeRow);
});

it('would see a list, whatever the row is called', () => {
  for (const row of [undefined, 'k']) {
    const list = columnsOf(ApiKeyEntity, row).join(',\n ');
    expect(handWritten(`with a as (select ${list} from api_key k)`)).toEqual(['ApiKey']);
  }
  expect(handWritten('insert into api_key (organisation_id, digest, fingerprint) values ($1, $2, $3)')).toEqual([]);
});

it('names the row of each column where that must be said, and leaves lazy ones out', () => {
  const columns = columnsOf(CustomerEntity, '(customer)');
  expect(columns).toEqual(columnsOf(CustomerEntity).map((column) => `(customer).${column}`));
  expect(columns).toContain('(customer).cu_ref_no');
  expect(columns).not.toContain('(customer).address_changes');
});
