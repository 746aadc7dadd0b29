/**
 * Input of the AWS Query protocol: `Filters.Filter.1.Values.Value.1=x` → `{ Filters: [{ Values: ['x'] }] }`.
 * Written by hand from the API reference and not from the SDK's schema, so that it is a second opinion on the wire.
 */
export function parseQueryForm(form: URLSearchParams): Record<string, unknown> {
  const root: Tree = new Map();
  for (const [path, text] of form) if (path !== 'Action' && path !== 'Version') put(root, path.split('.'), text);
  return toObject(root);
}

type Tree = Map<string, Tree | string>;

function put(tree: Tree, [name = '', ...rest]: readonly string[], text: string): void {
  if (rest.length === 0) {
    tree.set(name, text);
    return;
  }
  const child = tree.get(name);
  const inner = child instanceof Map ? child : new Map<string, Tree | string>();
  tree.set(name, inner);
  put(inner, rest, text);
}

const toObject = (tree: Tree): Record<string, unknown> =>
  Object.fromEntries(
    [...tree].map(([name, child]) => [name, child instanceof Map ? toValue(child) : toScalar(name, child)]),
  );

function toValue(tree: Tree): unknown {
  const [item, ...others] = tree.values();
  const isList = others.length === 0 && item instanceof Map && [...item.keys()].every((key) => /^\d+$/.test(key));
  if (!isList) return toObject(tree);
  const byPosition = [...item].toSorted(([a], [b]) => Number(a) - Number(b));
  return byPosition.map(([, child]) => (child instanceof Map ? toValue(child) : child));
}

function toScalar(name: string, text: string): unknown {
  if (LISTS.has(name) && text === '') return [];
  if (NUMBERS.has(name)) return Number(text);
  if (BOOLEANS.has(name)) return text === 'true';
  return TIMES.has(name) ? new Date(text) : text;
}

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Empty lists are sent as `Filters=`. */
const LISTS = words('Filters Tags Values VpcSecurityGroupIds EventCategories EnableCloudwatchLogsExports');

const NUMBERS = words(
  `MaxRecords Duration Port Iops StorageThroughput AllocatedStorage BackupRetentionPeriod MaxAllocatedStorage
  MonitoringInterval PromotionTier DBPortNumber DurationSeconds`,
);

const BOOLEANS = words(
  `IncludeShared IncludePublic DefaultOnly IncludeAll MultiAZ PubliclyAccessible AutoMinorVersionUpgrade CopyTagsToSnapshot
  EnableIAMDatabaseAuthentication DeletionProtection ManageMasterUserPassword UseLatestRestorableTime StorageEncrypted
  ApplyImmediately AllowMajorVersionUpgrade SkipFinalSnapshot DeleteAutomatedBackups EnablePerformanceInsights
  RotateMasterUserPassword`,
);

const TIMES = words('StartTime EndTime RestoreTime RestoreToTime');
