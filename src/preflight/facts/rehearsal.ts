/** What the certificate says, against what production and the migrations on disk are. */
export interface RehearsalFacts {
  readonly placeholder?: never;
}
