import type { RoleFacts, SettingsFacts } from '../facts/database.ts';
import { isKnown, known, type Reading } from '../reading.ts';
import { mapKnown, type Interview } from './interview.ts';

export async function askRole(interview: Interview, name: string): Promise<Reading<RoleFacts>> {
  const rows = await interview.rows({
    about: 'the migration role',
    values: [name],
    sql: 'SELECT rolname FROM pg_roles WHERE rolname = $1',
  });
  return mapKnown(rows, ({ length }) => ({ name, exists: length > 0 }));
}

/** What a session of the role begins with; values of roles and databases are readable by anyone. */
export async function askSettings(interview: Interview, role: string): Promise<Reading<SettingsFacts>> {
  const bases = await interview.rows<{ name: string; value: string }>({
    about: 'settings',
    values: [[...OF_ROLE, ...OF_SERVER]],
    // Not `setting`: the time limits of this very transaction are ours.
    sql: 'SELECT name, reset_val AS value FROM pg_settings WHERE name = ANY ($1::text[])',
  });
  const overrides = await interview.rows<Override>({
    about: 'settings of roles and databases',
    values: [role],
    sql: `SELECT coalesce(r.rolname = $1, false) AS "ofRole", coalesce(r.rolname = current_user, false) AS "ofUs",
        s.setrole = 0 AS "ofAll", s.setdatabase <> 0 AS "inDatabase", unnest(s.setconfig) AS pair
      FROM pg_db_role_setting s LEFT JOIN pg_roles r ON r.oid = s.setrole
      WHERE s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))`,
  });
  if (!isKnown(bases)) return bases;
  if (!isKnown(overrides)) return overrides;
  const base = new Map(bases.value.map(({ name, value }) => [name, value]));
  const valueOf = (name: string): readonly [string, string | null][] => {
    const value = base.get(name);
    return value === undefined ? [] : [[name, effective(name, value, overrides.value)]];
  };
  return known({
    ofRole: Object.fromEntries(OF_ROLE.flatMap(valueOf)),
    server: Object.fromEntries([...base].filter(([name]) => OF_SERVER.includes(name))),
  });
}

const OF_ROLE = ['lock_timeout', 'statement_timeout', 'transaction_timeout', 'default_transaction_read_only'];
const OF_SERVER = ['max_locks_per_transaction', 'max_connections', 'max_prepared_transactions'];

interface Override {
  readonly ofRole: boolean;
  readonly ofUs: boolean;
  readonly ofAll: boolean;
  readonly inDatabase: boolean;
  readonly pair: string;
}

/** In the order in which Postgres applies them: role in database, role, then what our own session began with. */
function effective(name: string, base: string, overrides: readonly Override[]): string | null {
  const values = overrides.filter(({ pair }) => pair.toLowerCase().startsWith(`${name}=`));
  const ofRole = values.filter((value) => value.ofRole);
  const nearest = ofRole.find(({ inDatabase }) => inDatabase) ?? ofRole[0];
  if (nearest !== undefined) return normal(name, nearest.pair.slice(name.length + 1));
  // What ours would be without our own value is not to be seen, but for one of the database or of all roles.
  if (!values.some(({ ofUs }) => ofUs)) return normal(name, base);
  const ofAll = values.filter((value) => value.ofAll);
  const general = ofAll.find(({ inDatabase }) => inDatabase) ?? ofAll[0];
  return general === undefined ? null : normal(name, general.pair.slice(name.length + 1));
}

/** Times in milliseconds: `5min` → `300000`. */
function normal(name: string, value: string): string {
  if (!name.endsWith('_timeout')) return ['on', 'true', 'yes', '1'].includes(value.toLowerCase()) ? 'on' : 'off';
  const parts = /^\s*(-?[\d.]+)\s*(us|ms|s|min|h|d)?\s*$/.exec(value);
  return parts?.[1] === undefined ? value : String(Math.round(Number(parts[1]) * (MS[parts[2] ?? 'ms'] ?? 1)));
}

const MS: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1_000, min: 60_000, h: 3_600_000, d: 86_400_000 };
