/** What the live database said. */
export interface DatabaseFacts {
  readonly placeholder?: never;
}
