// What the tables themselves promise: constraints, unique indexes and row level security are there, and in force.
import type { WholeInvariant } from './invariant.ts';
import type { Table } from './tables.ts';

const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;

/** SQL of a relation of what each table should have. */
function expected(tables: readonly Table[], namesOf: (table: Table) => readonly { readonly name: string }[]): string {
  const rows = tables.flatMap((table) =>
    namesOf(table).map(({ name }) => `(${literal(table.name)}::regclass, ${literal(name)}::name)`),
  );
  return `(values ${rows.join(', ')}) x (relation, name)`;
}

const found = (detail: string, relation: string, from: string) =>
  `select null::int as organisation_id, 'table ' || ${relation}::regclass as subject, ${detail} as detail from ${from}`;

/** @param tables - all that the gateway has */
export function schemaInvariants(tables: readonly Table[]): WholeInvariant[] {
  const relations = `array[${tables.map(({ name }) => literal(name)).join(', ')}]::regclass[]`;
  return [
    {
      name: 'constraints',
      promise: 'every check and foreign key is there, holds for all rows, and is not switched off',
      found: [
        found(
          `'constraint ' || x.name || ' is missing'`,
          'x.relation',
          `${expected(tables, ({ checks, foreignKeys }) => [...checks, ...foreignKeys])}
           where not exists (select from pg_constraint c where c.conrelid = x.relation and c.conname = x.name)`,
        ),
        found(
          `'constraint ' || c.conname || ' was not validated'`,
          'c.conrelid',
          `pg_constraint c where c.conrelid = any (${relations}) and not c.convalidated`,
        ),
        // A foreign key is seen to by triggers of both its tables; others tell gateways of changed keys, or copy what an older version writes.
        found(
          `coalesce('constraint ' || c.conname, 'trigger ' || g.tgname) || ' is switched off'`,
          'g.tgrelid',
          `pg_trigger g left join pg_constraint c on c.oid = g.tgconstraint
           where g.tgrelid = any (${relations}) and g.tgenabled in ('D', 'R')
           group by g.tgrelid, c.conname, case when c.conname is null then g.tgname end, coalesce('constraint ' || c.conname, 'trigger ' || g.tgname)`,
        ),
      ].join('\nunion all\n'),
    },
    {
      name: 'indexes',
      promise: 'every unique index is there, and every index is valid',
      found: [
        found(
          `'unique index ' || x.name || ' is missing'`,
          'x.relation',
          `${expected(tables, ({ uniques }) => uniques)}
           where not exists (
             select from pg_index i join pg_class c on c.oid = i.indexrelid
             where i.indrelid = x.relation and c.relname = x.name and i.indisunique)`,
        ),
        found(
          `'index ' || c.relname || ' is not valid'`,
          'i.indrelid',
          `pg_index i join pg_class c on c.oid = i.indexrelid
           where i.indrelid = any (${relations}) and not (i.indisvalid and i.indisready)`,
        ),
      ].join('\nunion all\n'),
    },
    {
      name: 'row_level_security',
      promise: 'row level security is on for every table, with a policy',
      found: found(
        `case when c.relrowsecurity then 'has no policy' else 'row level security is off' end`,
        'c.oid',
        `pg_class c where c.oid = any (${relations})
           and not (c.relrowsecurity and exists (select from pg_policy p where p.polrelid = c.oid))`,
      ),
    },
  ];
}
