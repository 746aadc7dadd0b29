export const ONE = {
  DBInstanceIdentifier: 'One',
  Engine: 'postgres',
  DBInstanceClass: 'db.t3.micro',
  AllocatedStorage: 20,
  MasterUsername: 'postgres',
  MasterUserPassword: 'long-enough',
};
export const SNAP = {
  DBInstanceIdentifier: 'one',
  DBSnapshotIdentifier: 'snap',
  Tags: [{ Key: 'run', Value: 'true' }],
};
export const RESTORE = { DBInstanceIdentifier: 'two', DBSnapshotIdentifier: 'snap' };
export const OF_NOBODY = { DBInstanceIdentifier: 'nobody' };
export const ORDERS = { DBClusterIdentifier: 'orders' };
export const CLUSTER_SNAP = { ...ORDERS, DBClusterSnapshotIdentifier: 'orders-snap' };
export const MEMBER = {
  ...ORDERS,
  DBInstanceIdentifier: 'orders-1',
  Engine: 'aurora-postgresql',
  DBInstanceClass: 'db.r6g.large',
};

export const name = ({ DBInstance }: { DBInstance?: { DBInstanceIdentifier?: string | undefined } | undefined }) =>
  DBInstance?.DBInstanceIdentifier;
