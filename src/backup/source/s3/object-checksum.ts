import { createHash } from 'node:crypto';
import type { GetObjectCommandOutput } from '@aws-sdk/client-s3';
import { createCrc32, createCrc32c, createCrc64Nvme, type RunningSum } from './crc.ts';

/** What S3 says the bytes of an object add up to. */
export interface ObjectChecksum {
  readonly algorithm: string;
  /** Base64. */
  readonly expected: string;
  readonly sum: RunningSum;
}

/**
 * Of the whole object. One that was made of the checksums of its parts (`…-12`) says nothing without knowing these, and is
 * left alone, as by the SDK.
 */
export function checksumOf(answer: GetObjectCommandOutput): ObjectChecksum | undefined {
  for (const { algorithm, of, make } of ALGORITHMS) {
    const expected = of(answer);
    if (expected !== undefined && !expected.includes('-') && answer.ChecksumType !== 'COMPOSITE') {
      return { algorithm, expected, sum: make() };
    }
  }
  return undefined;
}

interface Algorithm {
  readonly algorithm: string;
  readonly of: (answer: GetObjectCommandOutput) => string | undefined;
  readonly make: () => RunningSum;
}

/** The strongest first. */
const ALGORITHMS: readonly Algorithm[] = [
  { algorithm: 'SHA-256', of: ({ ChecksumSHA256 }) => ChecksumSHA256, make: () => hashed('sha256') },
  { algorithm: 'SHA-1', of: ({ ChecksumSHA1 }) => ChecksumSHA1, make: () => hashed('sha1') },
  { algorithm: 'CRC-64/NVME', of: ({ ChecksumCRC64NVME }) => ChecksumCRC64NVME, make: createCrc64Nvme },
  { algorithm: 'CRC-32C', of: ({ ChecksumCRC32C }) => ChecksumCRC32C, make: createCrc32c },
  { algorithm: 'CRC-32', of: ({ ChecksumCRC32 }) => ChecksumCRC32, make: createCrc32 },
];

function hashed(algorithm: 'sha256' | 'sha1'): RunningSum {
  const hash = createHash(algorithm);
  return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest() };
}
