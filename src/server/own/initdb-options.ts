/** How a cluster of ours is made: the same whatever makes it. Part of the key of the local cache. */
export const INITDB_OPTIONS = {
  /** Bytes decide the order, everywhere and in every major, and index builds need no locale library. */
  always: [
    '--encoding=UTF8',
    '--lc-collate=C',
    '--lc-messages=C',
    '--lc-monetary=C',
    '--lc-numeric=C',
    '--lc-time=C',
    '--no-sync',
    '--no-instructions',
  ],
  /** What a letter is must not end at ASCII: `lower('É')`, `\w` in a constraint. The first that the machine knows. */
  ctypes: ['C.UTF-8', 'en_US.UTF-8', 'C'],
  /** The server's own tables of letters: the same on every machine. */
  since17: ['--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
  since18: ['--no-data-checksums'],
} as const;

/** All but the ctype. */
export const initdbOptions = (major: number): readonly string[] => [
  ...INITDB_OPTIONS.always,
  ...(major >= 17 ? INITDB_OPTIONS.since17 : []),
  ...(major >= 18 ? INITDB_OPTIONS.since18 : []),
];
