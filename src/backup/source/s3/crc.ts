import { crc32 } from 'node:zlib';
import { Crc32c } from '../../crc32c.ts';

/** A sum over bytes that come piece by piece. */
export interface RunningSum {
  update(bytes: Buffer): void;
  digest(): Buffer;
}

export function createCrc32(): RunningSum {
  let sum = 0;
  return {
    update: (bytes) => {
      sum = crc32(bytes, sum);
    },
    digest: () => bigEndian(sum),
  };
}

export function createCrc32c(): RunningSum {
  const sum = new Crc32c();
  return { update: (bytes) => void sum.update(bytes), digest: () => bigEndian(sum.value()) };
}

/** The CRC-64 of NVM Express, which S3 keeps of an object by itself. In halves of 32 bits: numbers have no more. */
export function createCrc64Nvme(): RunningSum {
  const { low: l, high: h } = (nvme ??= tablesOf(0x9a6c9329ac4bc9b5n, 8));
  let high = ~0;
  let low = ~0;
  return {
    update: (bytes) => {
      const whole = bytes.length - (bytes.length % 8);
      const words = wordsOf(bytes);
      for (let at = 0; at < whole; at += 8) {
        const a = low ^ words.getInt32(at, true);
        const b = high ^ words.getInt32(at + 4, true);
        const i7 = 1792 | (a & 0xff);
        const i6 = 1536 | ((a >>> 8) & 0xff);
        const i5 = 1280 | ((a >>> 16) & 0xff);
        const i4 = 1024 | (a >>> 24);
        const i3 = 768 | (b & 0xff);
        const i2 = 512 | ((b >>> 8) & 0xff);
        const i1 = 256 | ((b >>> 16) & 0xff);
        const i0 = b >>> 24;
        low = (l[i7] ?? 0) ^ (l[i6] ?? 0) ^ (l[i5] ?? 0) ^ (l[i4] ?? 0);
        low ^= (l[i3] ?? 0) ^ (l[i2] ?? 0) ^ (l[i1] ?? 0) ^ (l[i0] ?? 0);
        high = (h[i7] ?? 0) ^ (h[i6] ?? 0) ^ (h[i5] ?? 0) ^ (h[i4] ?? 0);
        high ^= (h[i3] ?? 0) ^ (h[i2] ?? 0) ^ (h[i1] ?? 0) ^ (h[i0] ?? 0);
      }
      for (const byte of bytes.subarray(whole)) {
        const index = (low ^ byte) & 0xff;
        low = ((low >>> 8) | (high << 24)) ^ (l[index] ?? 0);
        high = (high >>> 8) ^ (h[index] ?? 0);
      }
    },
    digest: () => Buffer.concat([bigEndian(~high), bigEndian(~low)]),
  };
}

/** One table of 256 after the other: what a byte does to the sum that stands so many bytes before the end. */
interface Tables {
  readonly high: Int32Array;
  readonly low: Int32Array;
}

let nvme: Tables | undefined;

/** Of a polynomial with its bits reversed. */
function tablesOf(polynomial: bigint, slices: number): Tables {
  const sums = Array.from({ length: 256 * slices }, (_, index) => {
    let sum = BigInt(index & 0xff);
    for (let bit = 0; bit < 8 * ((index >>> 8) + 1); bit += 1)
      sum = (sum >> 1n) ^ ((sum & 1n) === 1n ? polynomial : 0n);
    return sum;
  });
  return {
    high: Int32Array.from(sums, (sum) => Number(BigInt.asIntN(32, sum >> 32n))),
    low: Int32Array.from(sums, (sum) => Number(BigInt.asIntN(32, sum))),
  };
}

/** Much faster than the methods of a Buffer. */
const wordsOf = ({ buffer, byteOffset, length }: Buffer): DataView => new DataView(buffer, byteOffset, length);

function bigEndian(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}
