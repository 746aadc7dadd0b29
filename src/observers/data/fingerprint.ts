/** A sum of hashes as it stands in a ledger. */
export const fingerprint = (sum: bigint): string => BigInt.asUintN(64, sum).toString(16).padStart(16, '0');
