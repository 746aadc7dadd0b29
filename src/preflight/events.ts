/** What a pre-flight or a verification tells while it works; for people only. */
type ProductionEvent =
  /** What is being done, and how far it is where that is known. */
  | { readonly kind: 'doing'; readonly text: string; readonly percent?: number }
  /** Worth keeping on the screen. */
  | { readonly kind: 'done'; readonly text: string }
  /** Output of the user's own migration code, or a word of warning of ours. */
  | { readonly kind: 'output'; readonly text: string };

export type OnProductionEvent = (event: ProductionEvent) => void;
