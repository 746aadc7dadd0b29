/**
 * ISO-8601 UTC of a time that a dump keeps as the clock on its wall.
 *
 * Error: pg_dump writes no time zone into archives, and plain dumps have an abbreviation that may be ambiguous. Where it is
 * not known it is read in the zone of this machine, as `pg_restore --list` does: hours wrong if the zones differ.
 */
export function createdAt(localTime: string): string | undefined {
  const [, date, time, zone = ''] = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)\s*(.*)$/.exec(localTime.trim()) ?? [];
  if (date === undefined || time === undefined) return undefined;
  const offset =
    OFFSETS[zone] ??
    (/^[+-]\d\d/.test(zone)
      ? zone.replace(/^([+-]\d\d):?(\d\d)?$/, (_, hours: string, minutes = '00') => `${hours}:${minutes}`)
      : '');
  const parsed = new Date(`${date}T${time}${offset}`);
  return Number.isNaN(parsed.getTime()) ? undefined : parsed.toISOString();
}

/** Abbreviations that mean one zone only, or nearly so. */
const OFFSETS: Readonly<Record<string, string>> = {
  UTC: 'Z',
  GMT: 'Z',
  Z: 'Z',
  WET: 'Z',
  WEST: '+01:00',
  CET: '+01:00',
  CEST: '+02:00',
  EET: '+02:00',
  EEST: '+03:00',
  MSK: '+03:00',
  JST: '+09:00',
  AEST: '+10:00',
  AEDT: '+11:00',
  EDT: '-04:00',
  EST: '-05:00',
  CDT: '-05:00',
  MDT: '-06:00',
  MST: '-07:00',
  PDT: '-07:00',
  PST: '-08:00',
};
