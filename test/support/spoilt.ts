// How each promise of the tables is broken by hand.

/** The customer of the organisation `one` of whom most is spoilt. */
const third = `(select id from customer where organisation_id = 1 order by id offset 2 limit 1)`;
const entryOf = (ordinal: number) => `(
  select e.id from change_entry e join customer c on c.organisation_id = 1 and c.cu_ref_no = e.reference
  where c.id = ${third} and e.organisation_id = 1 and e.ordinal = ${ordinal})`;
const ledgerOf = (place: number) =>
  `(select id from credit_entry where organisation_id = 1 and customer_id = ${third} order by id offset ${place - 1} limit 1)`;
const nested = (depth: number) => `${'{"a":'.repeat(depth - 1)}{}${'}'.repeat(depth - 1)}`;

const customer = /^customer [A-Za-z0-9]{16}$/;
const changeEntry = /^change entry with the id \d+$/;

/** What is spoilt by which SQL, and what is found then. */
export type Spoilt = [invariant: string, sql: string, subject: RegExp, detail: string | RegExp];

/** What erasing does with an entry. */
const erase = (ordinal: number) => `delete from change_value where entry_id = ${entryOf(ordinal)}`;

const ofCustomer = (what: string) => `update customer set ${what} where id = ${third}`;

/** The oldest customer of the organisation `one`, and what merging the spoilt one into it would have done, but for one table. */
const first = `(select min(id) from customer where organisation_id = 1)`;
const moves = {
  groups: `delete from customer_group_membership where customer_id = ${third}`,
  subscriptions: `delete from subscription where customer_id = ${third}`,
  referral: `delete from referral where customer_id = ${third}`,
  referrals: `delete from referral where referrer_id = ${third}`,
  credit: `delete from credit_entry where customer_id = ${third}; ${ofCustomer('credit_balance = 0')}; ${erase(3)}`,
};
const mergedBut = (left?: keyof typeof moves, survivor = first) =>
  [
    ofCustomer(`merged_into = ${survivor}`),
    ...Object.entries(moves).flatMap(([name, sql]) => (name === left ? [] : [sql])),
  ].join('; ');

/** A row that breaks each invariant, in a database of `makeFilled`. */
export const spoilt: Spoilt[] = [
  [
    'credit_balance',
    `${ofCustomer('credit_balance = 5')}; ${erase(3)}`,
    customer,
    'credit balance is 5, the ledger adds up to 7',
  ],
  [
    'credit_balance',
    `delete from credit_entry where customer_id = ${third}; ${ofCustomer('deleted_at = now()')}; ${erase(4)}`,
    customer,
    'credit balance is 7, the ledger adds up to 0',
  ],
  [
    'credit_balance_after',
    `update credit_entry set balance_after = 4 where id = ${ledgerOf(2)}`,
    /^credit entry [a-f0-9]{16}$/,
    /^balance after it is 4, the entries of customer [a-f0-9]{16} up to it add up to 3$/,
  ],
  [
    'credit_entry_transaction_form',
    `update credit_entry set transaction_id = 'short' where id = ${ledgerOf(2)}`,
    /^credit entry with the id \d+$/,
    'breaks the check credit_entry_transaction_form',
  ],
  [
    'credit_entry_amount',
    `insert into credit_entry (organisation_id, customer_id, transaction_id, amount, balance_after, description, author) values (1, ${third}, 'abcdefghijklmnop', 0, 7, 'x', 'x')`,
    /^credit entry/,
    'breaks the check credit_entry_amount',
  ],
  [
    'change_ordinals',
    `update change_entry set ordinal = 5 where id = ${entryOf(4)}`,
    customer,
    'has 4 changes, the log 4 entries with 4 different ordinals from 1 to 5',
  ],
  [
    'change_ordinals',
    `update change_entry set ordinal = 3 where id = ${entryOf(4)}`,
    customer,
    'has 4 changes, the log 4 entries with 3 different ordinals from 1 to 3',
  ],
  [
    'change_ordinals',
    ofCustomer('change_count = 5'),
    customer,
    'has 5 changes, the log 4 entries with 4 different ordinals from 1 to 4',
  ],
  [
    'change_ordinals',
    `delete from change_value where entry_id in (select id from change_entry where ordinal > 0 and reference = (select cu_ref_no from customer where id = ${third})); delete from change_entry where reference = (select cu_ref_no from customer where id = ${third})`,
    customer,
    'has 4 changes, the log 0 entries with 0 different ordinals from none to none',
  ],
  [
    'change_without_ordinal',
    `insert into change_entry (organisation_id, subject, reference, action, actor) select 1, 'customer', cu_ref_no, 'x', 'x' from customer where id = ${third}`,
    changeEntry,
    'is about a customer and has no ordinal',
  ],
  [
    'change_of_nobody',
    `insert into change_entry (organisation_id, subject, reference, action, actor, ordinal) select 1, 'customer', cu_ref_no, 'x', 'x', 1 from customer where organisation_id = 2 limit 1`,
    changeEntry,
    'is about a customer that does not exist in the organisation',
  ],
  [
    'change_values',
    `delete from change_value where field = 'ban' and entry_id = ${entryOf(4)}`,
    changeEntry,
    'has 2 fields, and 1 values of which 0 are of no field',
  ],
  [
    'change_values',
    `update change_entry set fields = '{ban,other}' where id = ${entryOf(4)}`,
    changeEntry,
    'has 2 fields, and 2 values of which 1 are of no field',
  ],
  [
    'latest_creditBalance',
    `update change_value set after = '9' where entry_id = ${entryOf(3)}`,
    customer,
    'creditBalance is 7, the latest change says 9',
  ],
  ['latest_ban', ofCustomer('banned_at = now()'), customer, 'ban is true, the latest change says false'],
  ['latest_deleted', ofCustomer('deleted_at = now()'), customer, 'deleted is true, the latest change says false'],
  [
    'credit_chain',
    `update change_value set before = '"eva@example.com"' where entry_id = ${entryOf(3)}`,
    customer,
    'creditBalance was something else before the change with the ordinal 3, and 3 after the one before it',
  ],
  ['customer_email_pair', ofCustomer('canonical_email = null'), customer, 'breaks the check customer_email_pair'],
  [
    'customer_email_unique',
    ofCustomer(`canonical_email = 'one2@example.com'`),
    customer,
    /^has the same canonical_email as customer [a-f0-9]{16}$/,
  ],
  [
    'customer_reference_unique',
    `insert into customer (organisation_id, cu_ref_no, search_text) values (1, 'abcdefghijklmnop', ''), (1, 'abcdefghijklmnop', '')`,
    customer,
    'has the same cu_ref_no as customer abcdefghijklmnop',
  ],
  [
    'customer_reference_form',
    `insert into customer (organisation_id, cu_ref_no, search_text) values (1, 'eva@example.com', '')`,
    /^customer with the id \d+$/,
    'breaks the check customer_reference_form',
  ],
  [
    'customer_phone_form',
    ofCustomer(
      `phone = '777123456', search_text = customer_search_text(first_name, last_name, company_name, email, '777123456')`,
    ),
    customer,
    'breaks the check customer_phone_form',
  ],
  ['customer_country_form', ofCustomer(`country = 'cz'`), customer, 'breaks the check customer_country_form'],
  ['customer_locale_form', ofCustomer(`primary_locale = 'Czech'`), customer, 'breaks the check customer_locale_form'],
  ['customer_meta_object', ofCustomer(`meta = '[]'`), customer, 'breaks the check customer_meta_object'],
  ['customer_fields_object', ofCustomer(`custom_fields = '1'`), customer, 'breaks the check customer_fields_object'],
  ['meta_depth', ofCustomer(`meta = '${nested(17)}'`), customer, 'meta is more than 16 levels deep'],
  [
    'custom_fields_depth',
    ofCustomer(`custom_fields = '{"a":${'['.repeat(16)}${']'.repeat(16)}}'`),
    customer,
    'custom_fields is more than 16 levels deep',
  ],
  ['meta_members', ofCustomer(`meta = '{"a":[{"__proto__":1}]}'`), customer, 'meta has a member named __proto__'],
  [
    'custom_fields_members',
    ofCustomer(`custom_fields = '{"__proto__":{}}'`),
    customer,
    'custom_fields has a member named __proto__',
  ],
  ['customer_version', ofCustomer('version = 0'), customer, 'version is 0'],
  [
    'customer_times',
    ofCustomer(`updated_at = created_at - interval '1 second'`),
    customer,
    'was updated 00:00:01 before it was created',
  ],
  ['search_text', ofCustomer(`search_text = ' somebody else'`), customer, 'is searched as something else than it is'],
  [
    'referral_not_oneself',
    `update referral set referrer_id = customer_id where customer_id = ${third}`,
    /^referral of customer [a-f0-9]{16}$/,
    'breaks the check referral_not_oneself',
  ],
  [
    'referral_circle',
    `insert into referral (organisation_id, customer_id, referrer_id) select 1, min(id), max(id) from customer where organisation_id = 1`,
    customer,
    'is in a circle of 6 referrals',
  ],
  [
    'referral_circle',
    `delete from referral where organisation_id = 1; insert into referral (organisation_id, customer_id, referrer_id) select 1, id, case when id = ${third} then id - 1 else ${third} end from customer where organisation_id = 1 and id <> (select min(id) from customer where organisation_id = 1)`,
    customer,
    'is in a circle of 2 referrals',
  ],
  [
    'customer_group_slug_undeleted',
    `update customer_group set slug = 'one-g1' where organisation_id = 1 and slug = 'one-g2'`,
    /^group one-g1$/,
    'has the same slug as group one-g1',
  ],
  [
    'subscription_external_unique',
    `update subscription set external_id = (select external_id from subscription where organisation_id = 1 order by id limit 1) where customer_id = ${third}`,
    /^subscription [a-f0-9]{16}$/,
    /^has the same external_id as subscription [a-f0-9]{16}$/,
  ],
  [
    'credit_entry_transaction_unique',
    `update credit_entry set transaction_id = (select transaction_id from credit_entry where organisation_id = 1 order by id limit 1) where id = ${ledgerOf(2)}`,
    /^credit entry [a-f0-9]{16}$/,
    /^has the same transaction_id as credit entry [a-f0-9]{16}$/,
  ],
  [
    'subscription_external_form',
    `update subscription set external_id = 'x' where customer_id = ${third}`,
    /^subscription with the id \d+$/,
    'breaks the check subscription_external_form',
  ],
  [
    'subscription_hash_form',
    `update subscription set order_hash = 'x' where customer_id = ${third}`,
    /^subscription/,
    'breaks the check subscription_hash_form',
  ],
  [
    'subscription_times',
    `update subscription set ends_at = starts_at - interval '1 second' where customer_id = ${third}`,
    /^subscription [a-f0-9]{16}$/,
    'ends 00:00:01 before it starts',
  ],
  [
    'api_key_digest_form',
    `update api_key set digest = 'x' where organisation_id = 1`,
    /^API key PROD/,
    'breaks the check api_key_digest_form',
  ],
  [
    'api_key_fingerprint_form',
    `update api_key set fingerprint = 'x' where organisation_id = 1`,
    /^API key with the id \d+$/,
    'breaks the check api_key_fingerprint_form',
  ],
  [
    'customer_group_membership_organisation_id_customer_id_foreign',
    `delete from customer_group_membership where organisation_id = 1; insert into customer_group_membership (organisation_id, customer_id, group_id) select 1, 999, min(id) from customer_group where organisation_id = 1`,
    /^membership of customer with the id 999 in group one-g1$/,
    'its customer does not exist',
  ],
  [
    'customer_group_membership_organisation_id_group_id_foreign',
    `insert into customer_group_membership (organisation_id, customer_id, group_id) select 1, ${third}, min(id) from customer_group where organisation_id = 2`,
    /^membership of customer [a-f0-9]{16} in group with the id \d+$/,
    'its group belongs to another organisation',
  ],
  [
    'api_key_use_api_key_id_foreign',
    `insert into api_key_use (organisation_id, api_key_id, last_used_at, day, requests) values (1, 999, now(), current_date, 1)`,
    /^use of the API key with the id 999$/,
    'its apiKey does not exist',
  ],
  [
    'referral_organisation_id_customer_id_foreign',
    `insert into referral (organisation_id, customer_id, referrer_id) values (1, 999, ${third})`,
    /^referral of customer with the id 999$/,
    'its customer does not exist',
  ],
  [
    'referral_organisation_id_referrer_id_foreign',
    `update referral set referrer_id = (select min(id) from customer where organisation_id = 2) where customer_id = ${third}`,
    /^referral of customer [a-f0-9]{16}$/,
    'its referrer belongs to another organisation',
  ],
  [
    'subscription_organisation_id_customer_id_foreign',
    `update subscription set customer_id = 999 where customer_id = ${third}`,
    /^subscription [a-f0-9]{16}$/,
    'its customer does not exist',
  ],
  [
    'credit_entry_organisation_id_customer_id_foreign',
    `insert into credit_entry (organisation_id, customer_id, transaction_id, amount, balance_after, description, author) values (1, 999, 'abcdefghijklmnop', 1, 1, 'x', 'x')`,
    /^credit entry abcdefghijklmnop$/,
    'its customer does not exist',
  ],
  [
    'customer_ip_organisation_id_customer_id_foreign',
    `update customer_ip set customer_id = 999 where customer_id = ${third}`,
    /^IP history of customer with the id 999$/,
    'its customer does not exist',
  ],
  [
    'import_referral_organisation_id_run_id_foreign',
    `insert into import_referral (organisation_id, run_id, position, line, customer_id, referral, is_unchanged) values (1, 7, 1, 2, ${third}, 'abcdefghijklmnop', false)`,
    /^referral in the import with the number 7 for customer [a-f0-9]{16}$/,
    'its run does not exist',
  ],
  [
    'import_referral_organisation_id_customer_id_foreign',
    `with run as (
       insert into import_run (organisation_id, source, fingerprint, settings, digest, report_digest, actor) values (1, 'x', 'x', 'x', 'x', 'x', 'x') returning id
     )
     insert into import_referral (organisation_id, run_id, position, line, customer_id, referral, is_unchanged) select 1, id, 1, 2, 999, 'abcdefghijklmnop', false from run`,
    /^referral in the import with the number \d+ for customer with the id 999$/,
    'its customer does not exist',
  ],
  [
    'import_reference_organisation_id_run_id_foreign',
    `insert into import_reference (organisation_id, run_id, reference, customer_id) values (1, 7, 'abcdefghijklmnop', ${third})`,
    /^reference in the import with the number 7 of customer [a-f0-9]{16}$/,
    'its run does not exist',
  ],
  [
    'import_reference_organisation_id_customer_id_foreign',
    `with run as (
       insert into import_run (organisation_id, source, fingerprint, settings, digest, report_digest, actor) values (1, 'x', 'x', 'x', 'x', 'x', 'x') returning id
     )
     insert into import_reference (organisation_id, run_id, reference, customer_id) select 1, id, 'abcdefghijklmnop', 999 from run`,
    /^reference in the import with the number \d+ of customer with the id 999$/,
    'its customer does not exist',
  ],
  ['customer_merged_credit', mergedBut('credit'), customer, 'breaks the check customer_merged_credit'],
  [
    'merged_groups',
    mergedBut('groups'),
    customer,
    'was merged, and customer_group_membership still leads to it by customer_id',
  ],
  [
    'merged_subscriptions',
    mergedBut('subscriptions'),
    customer,
    'was merged, and subscription still leads to it by customer_id',
  ],
  ['merged_referral', mergedBut('referral'), customer, 'was merged, and referral still leads to it by customer_id'],
  ['merged_referrals', mergedBut('referrals'), customer, 'was merged, and referral still leads to it by referrer_id'],
  ['merged_once', mergedBut(undefined, third), customer, 'was merged into itself'],
  [
    'merged_once',
    `${mergedBut()}; ${moves.groups.replaceAll(third, first)}; ${moves.subscriptions.replaceAll(third, first)}; delete from referral where organisation_id = 1;
     delete from credit_entry where customer_id = ${first}; update customer set credit_balance = 0 where id = ${first};
     delete from change_value where organisation_id = 1; update customer set merged_into = id + 4 where id = ${first}`,
    customer,
    'its survivor was merged too',
  ],
  [
    'merged_count',
    `insert into customer (organisation_id, cu_ref_no, merged_into, search_text) select 1, lpad('merged' || n, 16, '0'), ${third}, '' from generate_series(1, 101) n`,
    customer,
    'more than 100 customers were merged into it',
  ],
  [
    'erased_values',
    `update change_entry set action = 'erased' where id = ${entryOf(4)}; ${erase(4)}; ${ofCustomer('erased_at = now()')}`,
    customer,
    'was erased, and values of changes from before that are still there',
  ],
  [
    'erased_answer',
    `insert into idempotency_key (organisation_id, key, request_digest, meaning_digest, outcome, answer, erased_at) values (1, 'key', 'd', 'd', '{}', '{}', now())`,
    /^idempotency key that was claimed at/,
    'told of a customer who was erased, and is still there',
  ],
  [
    'merged_deletion',
    `${mergedBut()}; ${ofCustomer('deleted_at = now()')}`,
    customer,
    'is deleted, and its survivor is not',
  ],
  [
    'customer_organisation_id_merged_into_foreign',
    mergedBut(undefined, '(select min(id) from customer where organisation_id = 2)'),
    customer,
    'its survivor belongs to another organisation',
  ],
  [
    'change_value_organisation_id_entry_id_foreign',
    `insert into change_value (organisation_id, entry_id, field) values (1, 999, 'x')`,
    /^value of the change entry with the id 999$/,
    'its entry does not exist',
  ],
];
