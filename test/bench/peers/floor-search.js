// The floor of lists: bare `node:http` and `pg`, one prepared statement a question, whose answer PostgreSQL writes; as the owner of the table, whom no row level security binds.
import { createServer } from 'node:http';
import pg from 'pg';
import { databaseUrl, organisationId, port } from './database.js';

const PAGE = 20;
const name = `
  (case when c.last_name is not null then c.last_name when c.first_name is not null then c.first_name
    when c.company_name is not null then c.company_name when c.email is not null then c.email
    when c.phone is not null then c.phone else '' end) collate "und-x-icu"`;
const firstName = `
  (case when c.last_name is not null and c.first_name is not null then c.first_name else '' end) collate "und-x-icu"`;
const isCompany =
  '(case when c.company_name is not null and c.first_name is null and c.last_name is null then true else false end)';
const listed = 'c.organisation_id = $1 and c.deleted_at is null and c.merged_into is null';

const page = (condition, order) => `
  select coalesce(json_agg(p), '[]')::text as page from (
    select c.cu_ref_no as "cuRefNo", c.email, c.phone, c.first_name as "firstName", c.last_name as "lastName",
      c.company_name as "companyName", c.credit_balance as "creditBalance", c.premium
    from customer c where ${listed} and ${condition} order by ${order} limit ${PAGE}
  ) p`;

const search = { name: 'search', text: page('c.search_text like $2', 'c.id desc') };
const filtered = {
  name: 'filtered',
  text: page(`c.premium and c.credit_balance > 0 and ${isCompany}`, `${name}, ${firstName}, c.cu_ref_no`),
};

// How common a word is decides which plan is good: a plan for all words is good for none.
const pool = new pg.Pool({ connectionString: databaseUrl, max: 10, options: '-c plan_cache_mode=force_custom_plan' });

const patternOf = (word) => `%${word.replace(/[\\%_]/g, '\\$&')}%`;

async function answer(request) {
  const { pathname, searchParams } = new URL(request.url, 'http://floor');
  const { rows } = await (pathname === '/filtered'
    ? pool.query({ ...filtered, values: [organisationId] })
    : pool.query({ ...search, values: [organisationId, patternOf(searchParams.get('word') ?? '')] }));
  return rows[0].page;
}

createServer((request, response) => {
  answer(request).then(
    (page) => {
      const text = Buffer.from(page);
      response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': text.byteLength });
      response.end(text);
    },
    (error) => {
      response.writeHead(500);
      response.end(String(error));
    },
  );
}).listen(port, '127.0.0.1');
