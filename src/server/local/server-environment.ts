/**
 * What a server needs of our environment and no more: it may run as another user, whose processes could read our
 * secrets there, and PGDATA, PGPORT and the like would lead it elsewhere.
 */
export function serverEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => NEEDED.has(name.toUpperCase()));
  return { ...Object.fromEntries(kept), LC_ALL: 'C', TZ: 'UTC' };
}

const NEEDED: ReadonlySet<string> = new Set([
  'PATH',
  'LD_LIBRARY_PATH',
  'DYLD_LIBRARY_PATH',
  'DYLD_FALLBACK_LIBRARY_PATH',
  'ICU_DATA',
  'LOCALE_ARCHIVE',
  'LOCPATH',
  'TZDIR',
  // Windows programs do not start without these.
  'SYSTEMROOT',
  'SYSTEMDRIVE',
  'WINDIR',
  'COMSPEC',
  'PATHEXT',
  'TEMP',
  'TMP',
  'USERPROFILE',
]);
