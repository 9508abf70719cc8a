// Who may connect to a database that version 0.1.0 has served: no longer everybody. For a new one, `who-may-connect.ts` decides it at the first start.
import { HOLDS_OTHERS } from '../who-may-connect.ts';
import { OnlineMigration } from './online.ts';

/** What 0002 granted to the role of version 0.1.0. */
const granted = [
  ...[
    'api_key',
    'audit_entry',
    'credit_entry',
    'customer',
    'customer_group',
    'customer_group_membership',
    'customer_ip',
    'idempotency_key',
    'migration',
    'organisation',
    'referral',
    'subscription',
  ].map((table) => `table ${table}`),
  ...['api_key', 'audit_entry', 'credit_entry', 'customer', 'customer_group', 'subscription'].map(
    (table) => `sequence ${table}_id_seq`,
  ),
  'function find_api_key(text)',
];

/** Without an organisation, nobody has been served. */
const SERVED = 'exists (select from organisation)';
const SHARED_ROLE = `exists (select from pg_roles where rolname = 'customer_gateway')`;

export class Migration0005Connect extends OnlineMigration {
  override async up(): Promise<void> {
    /*
     * Only where nobody has decided it yet, and nobody else has tables here. Accounts that serve by the role of version 0.1.0 go on connecting,
     * for as long as such processes may run; the next version takes all from that role.
     */
    await this.step(`
      do $$ begin
        if (select datacl is null and pg_has_role(current_user, datdba, 'usage') from pg_database where datname = current_database())
          and ${SERVED} and not ${HOLDS_OTHERS}
        then
          execute format('revoke connect on database %I from public', current_database());
          if ${SHARED_ROLE} then
            execute format('grant connect on database %I to customer_gateway', current_database());
          end if;
        end if;
      end $$
    `);
    // A new database has no such processes, and whoever may act as that role, or made it, is nobody that this gateway knows.
    await this.step(`
      do $$ begin
        if ${SHARED_ROLE} and not ${SERVED} then
          ${granted.map((object) => `revoke all on ${object} from customer_gateway;`).join('\n          ')}
        end if;
      end $$
    `);
  }
}
