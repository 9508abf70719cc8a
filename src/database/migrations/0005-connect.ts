// Who may connect to a database that version 0.1.0 has served: no longer everybody. For a new one, `who-may-connect.ts` decides it at the first start.
import { HOLDS_OTHERS } from '../role/who-may-connect.ts';
import { OnlineMigration } from './online.ts';

/** Without an organisation, nobody has been served. */
const SERVED = 'exists (select from organisation)';

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
          if exists (select from pg_roles where rolname = 'customer_gateway') then
            execute format('grant connect on database %I to customer_gateway', current_database());
          end if;
        end if;
      end $$
    `);
  }
}
