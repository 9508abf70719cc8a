// Whom a name leads to: the customer that has it or, where that one was merged into another, its survivor.

/*
 * A customer that was merged keeps its reference and its mailbox, which nobody else can have; it is deleted and restored with its survivor, and no survivor
 * was merged itself. So there is at most one step, which those who were never merged do not pay for.
 */

/**
 * SQL for the customer that a name leads to: the whole row, or null. `$1` is the organisation.
 *
 * @param condition - names a row `c` by a unique key: `c.cu_ref_no = g.name and c.deleted_at is null`
 */
export const ledTo = (condition: string) => `(
  select case
    when c.merged_into is null then c
    else (select s from customer s where s.organisation_id = $1 and s.id = c.merged_into)
  end
  from customer c where c.organisation_id = $1 and ${condition})`;
