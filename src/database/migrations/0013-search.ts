// Customers are found by parts of their names, addresses and numbers, and listed in several orders.
import { ConfigError } from '../../config.ts';
import { OnlineMigration } from './online.ts';

/** Which customers lists have. */
const LISTED = 'deleted_at is null and merged_into is null';
const NEUTRAL = 'collate "und-x-icu"';
/** Combining diacritical marks, which the rules of older versions of `unaccent` leave. */
const MARKS = Array.from({ length: 0x70 }, (_, i) => String.fromCodePoint(0x300 + i)).join('');
/** What keyboards have instead of an apostrophe. */
const ACCENTS = '\u0060\u00b4';
const COMPANY =
  '(case when company_name is not null and first_name is null and last_name is null then true else false end)';

const LAST_SEEN = `(case when last_seen_at is null then '-infinity'::timestamptz else last_seen_at end)`;

const indexes = {
  // With the id, so that who came in a span of time is told by the index alone, also in the order by age.
  customer_by_creation: `(organisation_id, created_at, cu_ref_no) include (id) where ${LISTED}`,
  customer_by_last_seen: `(organisation_id, ${LAST_SEEN}, cu_ref_no) where ${LISTED}`,
  customer_by_name: `(
    organisation_id,
    ((case when last_name is not null then last_name when first_name is not null then first_name when company_name is not null then company_name
      when email is not null then email when phone is not null then phone else '' end) ${NEUTRAL}),
    ((case when last_name is not null and first_name is not null then first_name else '' end) ${NEUTRAL}),
    cu_ref_no
  ) where ${LISTED}`,
  customer_by_credit: `(organisation_id, credit_balance, cu_ref_no) where ${LISTED}`,
  // With what else lists are often narrowed by: PostgreSQL does not put two indexes together that begin alike.
  customer_premium: `(organisation_id, (${COMPANY}), credit_balance, id) where premium and ${LISTED}`,
  customer_banned: `(organisation_id, id) where banned_at is not null and ${LISTED}`,
  customer_companies: `(organisation_id, credit_balance, id) where ${COMPANY} and ${LISTED}`,
};

/** What PostgreSQL says of a database that is not in UTF-8, of a server without ICU, and of an extension that its account does not reach. */
const causes: Record<string, string> = {
  '22P05': 'The database must have the encoding UTF8.',
  '42704': 'The server must know collations of ICU, as PostgreSQL does unless it is built without.',
  '42501': 'The account must be allowed to use the schema of the extension unaccent.',
};

/** @throws ConfigError for a cause that an operator can mend */
function explain(error: unknown): never {
  const cause = error instanceof Error && 'code' in error ? causes[String(error.code)] : undefined;
  throw cause === undefined ? error : new ConfigError(`The database cannot be searched. ${cause}`, { cause: error });
}

export class Migration0013Search extends OnlineMigration {
  override async up(): Promise<void> {
    const { pg_trgm: trigrams, unaccent } = await this.installExtensions('btree_gin', 'pg_trgm', 'unaccent');
    await this.#makeFunctions(unaccent).catch(explain);
    await this.#keepText();
    // What is new waits in a short list, which each search reads, and whoever makes it too long puts in its place: in 20 ms at this length.
    await this.createIndex(
      'customer_by_search_text',
      `on customer using gin (organisation_id, search_text ${trigrams}.gin_trgm_ops) with (gin_pending_list_limit = 512) where ${LISTED}`,
    );
    for (const [name, definition] of Object.entries(indexes)) await this.createIndex(name, `on customer ${definition}`);
    // How many are companies: of what three columns have together, PostgreSQL would know nothing.
    await this.step(`create statistics if not exists customer_kind on ${COMPANY} from customer`);
    // When customers were last seen: of the expressions of an index with a condition, PostgreSQL keeps no statistics.
    await this.step(`create statistics if not exists customer_last_seen on ${LAST_SEEN} from customer`);
    // How large each group is: which group a membership is of tells its organisation.
    await this.step(
      'create statistics if not exists customer_group_sizes (dependencies, mcv) on organisation_id, group_id from customer_group_membership',
    );
    await this.step('analyze customer, customer_group_membership');
    await this.#makeSearch();
  }

  /**
   * In PL/pgSQL, which keeps the plans of expressions for as long as a session lasts; SQL would make them anew for each statement.
   *
   * @param unaccent - the schema of that extension
   */
  async #makeFunctions(unaccent: string): Promise<void> {
    /*
     * Text as it is searched. PostgreSQL calls `unaccent` stable, since its rules are a file that an administrator may change; then what was folded has to be folded
     * again. The owner does it: nobody else needs to reach the schema of the extension. Upper case comes out of a few rules; marks that stand by themselves go; the sigma at the end of a word is a letter of its own to lower case.
     */
    await this.step(`
      do $do$ begin
        execute format($function$
          create or replace function fold_for_search(value text) returns text
          language plpgsql immutable strict parallel safe security definer set search_path = %1$I, pg_temp as $body$
          begin
            if octet_length(value) = length(value) then
              return translate(lower(value collate "C"), '${ACCENTS}', '''');
            end if;
            return translate(
              lower(${unaccent}.unaccent('${unaccent}.unaccent'::regdictionary, lower(normalize(value, nfc) collate "und-x-icu")) collate "und-x-icu"),
              'ς${ACCENTS}${MARKS}', 'σ''''');
          end $body$ $function$, current_schema());
      end $do$;
      revoke execute on function fold_for_search(text) from public`);
    // What a word of a search is compared by: a short one with how words begin.
    await this.step(`
      do $do$ begin
        execute format($function$
          create or replace function search_pattern(word text) returns text language plpgsql immutable strict parallel safe as $body$
          declare
            folded text := %1$I.fold_for_search(word);
          begin
            return case when length(folded) between 1 and 2 then '%% ' else '%%' end
              || replace(replace(replace(folded, '\\', '\\\\'), '%%', '\\%%'), '_', '\\_') || '%%';
          end $body$ $function$, current_schema());
      end $do$;
      revoke execute on function search_pattern(text) from public`);
    await this.giveToOwner('customer', ['function fold_for_search(text)', 'function search_pattern(text)']);
    // Before anything calls it for others: whether this account reaches the extension, and the server knows the collation.
    await this.step(`do $$ begin perform fold_for_search('Á'); end $$`);
  }

  /** Keeps what customers are found by beside what it is made of. Each word after a blank, so that a pattern can ask for how one begins; numbers with and without theirs. */
  async #keepText(): Promise<void> {
    await this.step('alter table customer add column if not exists search_text text null');
    await this.step(`
      do $$ begin
        execute format($function$
          create or replace function customer_search_text(first_name text, last_name text, company_name text, email text, phone text) returns text
          language plpgsql immutable parallel safe as $body$ begin
            return %1$I.fold_for_search(
              coalesce(' ' || first_name, '') || coalesce(' ' || last_name, '') || coalesce(' ' || company_name, '')
                || coalesce(' ' || email, '') || coalesce(' ' || phone || ' ' || replace(phone, ' ', ''), ''));
          end $body$ $function$, current_schema());
        execute format($function$
          create or replace function customer_search_fn() returns trigger
          language plpgsql security definer set search_path = %1$I, pg_temp as $body$ begin
            new.search_text := %1$I.customer_search_text(new.first_name, new.last_name, new.company_name, new.email, new.phone);
            return new;
          end $body$ $function$, current_schema());
        -- As the owner: who writes, also a process of a version before, needs to know nothing of it.
        if not exists (select from pg_trigger where tgrelid = 'customer'::regclass and tgname = 'search') then
          create trigger search before insert or update of first_name, last_name, company_name, email, phone on customer
            for each row execute function customer_search_fn();
        end if;
      end $$;
      revoke execute on function customer_search_text(text, text, text, text, text) from public`);
    await this.giveToOwner('customer', [
      'function customer_search_text(text, text, text, text, text)',
      'function customer_search_fn()',
    ]);
    await this.inBatches(
      'customer',
      (batch) => `
        with locked as materialized (${batch} for no key update),
        -- Asked of each row by itself: a condition of the update, PostgreSQL could take for one that few rows of the whole table meet.
        batch as materialized (
          select l.organisation_id, l.id from locked l
          where (select c.search_text is null from customer c where c.organisation_id = l.organisation_id and c.id = l.id)
        )
        update customer c set first_name = c.first_name from batch b where c.organisation_id = b.organisation_id and c.id = b.id`,
    );
  }

  /**
   * Row level security lets no `like` read an index, since it could tell of rows that it is not for. So whoever owns the table looks up, by the index alone,
   * and gives numbers of rows of the one organisation that the transaction is for.
   */
  async #makeSearch(): Promise<void> {
    await this.step(`
      do $$ begin
        execute format($function$
          create or replace function search_customers(words text[], most integer) returns bigint[]
          language plpgsql stable security definer set search_path = %1$I, pg_temp
          set enable_seqscan = off set enable_indexscan = off set enable_bitmapscan = on
          as $body$
          declare
            word text;
            alternatives text[];
            conditions text := '';
            patterns text[] := '{}';
            found bigint[];
          begin
            if cardinality(words) = 0 then
              return null;
            end if;
            foreach word in array words loop
              -- Of a word with blanks, its first part or all others.
              select array_agg(format('search_text like $1[%%s]', cardinality(patterns) + n) order by n), patterns || array_agg(search_pattern(part) order by n)
              into alternatives, patterns from unnest(string_to_array(word, ' ')) with ordinality p (part, n);
              conditions := conditions || ' and (' || alternatives[1]
                || case when cardinality(alternatives) > 1 then ' or ' || array_to_string(alternatives[2:], ' and ') else '' end || ')';
            end loop;
            execute 'select array_agg(id) from (
                select id from customer
                where organisation_id = $2 and ${LISTED}' || conditions || ' limit $3
              ) found'
            into found
            using patterns, nullif(current_setting('gateway.organisation', true), '')::int, most + 1;
            return case when found is null then '{}' when cardinality(found) > most then null else found end;
          end $body$ $function$, current_schema());
      end $$;
      revoke execute on function search_customers(text[], integer) from public`);
    await this.giveToOwner('customer', ['function search_customers(text[], integer)']);
  }
}
