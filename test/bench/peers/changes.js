// The floor of changing customers: bare `node:http` and `pg`, the fewest statements that do the same, no key, no rule, no limit, no log.
import { createServer } from 'node:http';
import { newReference, organisationId, pool, port } from './database.js';

const logged = (fields, before, after) => `
  entry as (
    insert into change_entry (organisation_id, subject, reference, action, actor, request_id, ordinal, fields, created_at)
    select $1, 'customer', c.cu_ref_no, 'changed', 'key:floor', $3, c.change_count, ${fields}, clock_timestamp() from changed c
    returning id
  ), logged as (
    insert into change_value (organisation_id, entry_id, field, before, after)
    select $1, entry.id, v.field, v.before, v.after
    from entry, changed c, unnest(${fields}, ${before}, ${after}) as v (field, before, after)
  )`;
const found = 'organisation_id = $1 and canonical_email = $2 and deleted_at is null';

const lock = { name: 'lock', text: `select * from customer where ${found} for no key update` };
const update = {
  name: 'update',
  text: `
    with changed as (
      update customer set first_name = $4, meta = $5::jsonb, version = version + 1, updated_at = now(), change_count = change_count + 1
      where ${found} returning *
    ), ${logged(`array['firstName', 'meta']`, 'array[to_jsonb($6::text), $7::jsonb]', 'array[to_jsonb($4::text), $5::jsonb]')}
    select * from changed`,
};
const credit = {
  name: 'credit',
  text: `
    with changed as (
      update customer set credit_balance = credit_balance + $4, change_count = change_count + 1 where ${found} returning *
    ), made as (
      insert into credit_entry (organisation_id, customer_id, transaction_id, amount, balance_after, description, author)
      select $1, id, $5, $4, credit_balance, 'bench', 'key:floor' from changed returning *
    ), ${logged(`array['creditBalance']`, 'array[to_jsonb(c.credit_balance - $4)]', 'array[to_jsonb(c.credit_balance)]')}
    select *, (select to_json(m) from made m) as entry from changed`,
};
const ban = (isBanned) => ({
  name: isBanned ? 'ban' : 'unban',
  text: `
    with changed as (
      update customer set banned_at = ${isBanned ? 'now()' : 'null'}, change_count = change_count + 1
      where ${found} and banned_at is ${isBanned ? '' : 'not'} null returning *
    ), ${logged(`array['ban']`, `array[to_jsonb(${!isBanned})]`, `array[to_jsonb(${isBanned})]`)}
    select * from changed`,
});

async function inTransaction(work) {
  const client = await pool.connect();
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    return result;
  } finally {
    client.release();
  }
}

const one = async (statement, values) => (await pool.query({ ...statement, values })).rows[0];

const changes = {
  '/update': ({ email, firstName }) =>
    inTransaction(async (client) => {
      const [before] = (await client.query({ ...lock, values: [organisationId, email] })).rows;
      const meta = { ...before.meta, last: firstName };
      const values = [organisationId, email, newReference(), firstName, meta, before.first_name, before.meta];
      return (await client.query({ ...update, values })).rows[0];
    }),
  '/credit': ({ email }) => one(credit, [organisationId, email, newReference(), 1, newReference()]),
  '/ban': async ({ email }) => {
    await one(ban(true), [organisationId, email, newReference()]);
    await one(ban(false), [organisationId, email, newReference()]);
    return { email };
  },
};

createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', async () => {
    try {
      const customer = await changes[request.url](JSON.parse(Buffer.concat(chunks).toString()));
      const { cu_ref_no: cuRefNo, version, first_name: firstName, credit_balance: creditBalance, entry } = customer;
      const text = Buffer.from(JSON.stringify({ cuRefNo, version, firstName, creditBalance, entry }));
      response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': text.byteLength });
      response.end(text);
    } catch (error) {
      response.writeHead(500);
      response.end(String(error));
    }
  });
}).listen(port, '127.0.0.1');
