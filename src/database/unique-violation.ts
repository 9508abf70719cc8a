// A second row where there may be one.
import pg from 'pg';

/** SQLSTATE unique_violation. */
const UNIQUE_VIOLATION = '23505';

/** Whether a statement failed because another row has what only one may have. */
export function isUniqueViolation(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === UNIQUE_VIOLATION;
}
