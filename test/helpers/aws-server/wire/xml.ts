/**
 * The fields as elements. Absent values leave no element, an empty list leaves an empty one, as AWS does. The names of
 * list items are written by hand from the API reference and not from the SDK's schema, so that a wrong one is noticed.
 */
export const xmlChildren = (value: object, parent: string): string =>
  Object.entries(value)
    .map(([name, child]) => xmlElement(name, child, parent))
    .join('');

export const escapeXml = (text: string): string => text.replaceAll(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

function xmlElement(name: string, value: unknown, parent = ''): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return wrap(name, value.map((item) => xmlElement(itemName(name, parent), item)).join(''));
  if (value instanceof Date) return wrap(name, value.toISOString());
  if (typeof value === 'object') return wrap(name, xmlChildren(value, name));
  return wrap(name, escapeXml(`${value as string | number | boolean}`));
}

const wrap = (name: string, content: string): string => `<${name}>${content}</${name}>`;

function itemName(list: string, parent: string): string {
  const name = ITEM_NAMES[`${parent}.${list}`] ?? ITEM_NAMES[list];
  if (name === undefined) throw new Error(`The test server does not know what an item of ${list} is called.`);
  return name;
}

const ITEM_NAMES: Readonly<Record<string, string>> = {
  AccountQuotas: 'AccountQuota',
  AssociatedRoles: 'DBInstanceRole',
  AttributeValues: 'AttributeValue',
  Auth: 'member',
  AvailabilityZones: 'AvailabilityZone',
  BlueGreenDeployments: 'member',
  CustomEndpoints: 'member',
  DBClusterAutomatedBackups: 'DBClusterAutomatedBackup',
  DBClusterEndpoints: 'DBClusterEndpointList',
  DBClusterMembers: 'DBClusterMember',
  DBClusterOptionGroupMemberships: 'DBClusterOptionGroup',
  DBClusterSnapshotAttributes: 'DBClusterSnapshotAttribute',
  DBClusterSnapshots: 'DBClusterSnapshot',
  DBClusters: 'DBCluster',
  'DBCluster.AssociatedRoles': 'DBClusterRole',
  'DBCluster.StatusInfos': 'DBClusterStatusInfo',
  DBEngineVersions: 'DBEngineVersion',
  DBInstanceAutomatedBackups: 'DBInstanceAutomatedBackup',
  DBInstanceAutomatedBackupsReplications: 'DBInstanceAutomatedBackupsReplication',
  DBInstances: 'DBInstance',
  DBParameterGroups: 'DBParameterGroup',
  DBProxies: 'member',
  DBProxyEndpoints: 'member',
  DBSecurityGroups: 'DBSecurityGroup',
  DBSnapshotAttributes: 'DBSnapshotAttribute',
  DBSnapshots: 'DBSnapshot',
  DomainMemberships: 'DomainMembership',
  EnabledCloudwatchLogsExports: 'member',
  EventCategories: 'EventCategory',
  Events: 'Event',
  ExcludedMembers: 'member',
  ExportOnly: 'member',
  ExportTasks: 'ExportTask',
  GlobalClusterMembers: 'GlobalClusterMember',
  GlobalClusters: 'GlobalClusterMember',
  LogTypesToDisable: 'member',
  LogTypesToEnable: 'member',
  OptionGroupMemberships: 'OptionGroupMembership',
  PendingMaintenanceActionDetails: 'PendingMaintenanceAction',
  PendingMaintenanceActions: 'ResourcePendingMaintenanceActions',
  ProcessorFeatures: 'ProcessorFeature',
  ReadReplicaDBClusterIdentifiers: 'ReadReplicaDBClusterIdentifier',
  ReadReplicaDBInstanceIdentifiers: 'ReadReplicaDBInstanceIdentifier',
  ReadReplicaIdentifiers: 'ReadReplicaIdentifier',
  Readers: 'member',
  SessionPinningFilters: 'member',
  StaticMembers: 'member',
  StatusInfos: 'DBInstanceStatusInfo',
  Subnets: 'Subnet',
  SwitchoverDetails: 'member',
  TagList: 'Tag',
  TargetGroups: 'member',
  Targets: 'member',
  Tasks: 'member',
  ValidUpgradeTarget: 'UpgradeTarget',
  VpcSecurityGroupIds: 'member',
  VpcSecurityGroups: 'VpcSecurityGroupMembership',
  VpcSubnetIds: 'member',
};
