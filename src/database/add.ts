// Adds one row. The unit of work does not serve here: the keys of our tables share `organisation_id`, and MikroORM's
// batches of changes do not fill it in. Entities are for reading, for single inserts and for the shape of the tables.
import type { EntityManager, EntityName, FilterQuery, RequiredEntityData } from '@mikro-orm/postgresql';

/**
 * Inserts a row.
 *
 * @param found - names the new row; given when it is wanted back
 * @returns the row as it is in the database, when `found` is given
 */
export async function add<Entity extends object>(
  em: EntityManager,
  entity: EntityName<Entity>,
  row: object,
  found: object,
): Promise<Entity>;
export async function add<Entity extends object>(
  em: EntityManager,
  entity: EntityName<Entity>,
  row: object,
): Promise<undefined>;
export async function add<Entity extends object>(
  em: EntityManager,
  entity: EntityName<Entity>,
  row: object,
  found?: object,
) {
  await em.insert(entity, row as RequiredEntityData<Entity>);
  return found && em.findOneOrFail(entity, found as FilterQuery<NoInfer<Entity>>, { disableIdentityMap: true });
}
