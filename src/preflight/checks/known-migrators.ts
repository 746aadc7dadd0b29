/**
 * Advisory locks that migration tools hold while they run, by key of the one-number form. Tools whose key depends on more
 * than the database's name are listed with their defaults.
 */
export function migratorOf(key: string, database: string): string | undefined {
  const crc = BigInt(crc32(database));
  const keys = new Map<bigint, string>([
    [72_707_369n, 'Prisma Migrate'],
    [7_241_865_325_823_964n, 'node-pg-migrate'],
    [5_887_940_537_704_921_958n, 'goose'],
    [2_053_462_845n * crc, 'Rails'],
    [0x3d_32_ad_9en * crc, 'sqlx'],
    [golangMigrateKey(`public\0schema_migrations\0${database}`), 'golang-migrate'],
    [golangMigrateKey(database), 'golang-migrate'],
  ]);
  return keys.get(BigInt(key));
}

const golangMigrateKey = (text: string): bigint => BigInt.asUintN(32, BigInt(crc32(text)) * 1_486_364_155n);

/** IEEE 802.3, as zlib's. */
function crc32(text: string): number {
  let crc = 0xff_ff_ff_ff;
  for (const byte of new TextEncoder().encode(text)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (0xed_b8_83_20 & -(crc & 1));
  }
  return (crc ^ 0xff_ff_ff_ff) >>> 0;
}
