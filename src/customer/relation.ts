// How something that belongs to a customer is read: defined once, beside its table, for one customer in a statement and for many at once.

/** Something that belongs to a customer, such as its groups. */
export interface Relation<Value> {
  /**
   * Writes the query that reads it as JSON: one value, or none. `$1` is the organisation.
   *
   * @param customerId - SQL for the internal id of the customer
   */
  select(customerId: string): string;
  /** What a customer has for whom the query gives nothing. */
  none(): Value;
}
