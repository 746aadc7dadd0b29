/** What the head of an archive of pg_dump says; the same bytes begin a custom file and every `toc.dat`. */
export interface ArchiveHeader {
  /** Version of the archive format, e.g. `1.14`. */
  readonly formatVersion: string;
  /** Clock on the wall where pg_dump ran, `2026-11-23 05:39:41`. Its time zone is not kept. */
  readonly createdLocal?: string;
  readonly database?: string;
  /** As the dumped server called itself: `15.18 (Debian 15.18-0+deb12u1)`. */
  readonly serverVersion?: string;
  readonly dumpVersion?: string;
}

/**
 * Undefined: it is no archive, or it ends inside of the head.
 *
 * @see https://github.com/postgres/postgres/blob/master/src/bin/pg_dump/pg_backup_archiver.c `ReadHead`
 */
export function archiveHeader(bytes: Buffer): ArchiveHeader | undefined {
  if (bytes.toString('latin1', 0, 5) !== 'PGDMP') return undefined;
  try {
    return readHead(bytes);
  } catch (thrown) {
    if (thrown instanceof RangeError) return undefined;
    throw thrown;
  }
}

function readHead(bytes: Buffer): ArchiveHeader {
  const major = bytes.readUInt8(5);
  const minor = bytes.readUInt8(6);
  const version = major * 100 + minor;
  const read = reader(bytes, version > 100 ? 8 : 7);
  read.integerBytes = read.byte();
  // Size of file offsets, since 1.7.
  if (version >= 107) read.byte();
  // Format.
  read.byte();
  // Compression: one byte since 1.15, an integer before, a byte before 1.4.
  if (version >= 115 || version < 104) read.byte();
  else read.integer();
  // As C's `struct tm` has it: second, minute, hour, day, month from 0, years since 1900.
  const clock = Array.from({ length: 6 }, () => read.integer());
  // Daylight saving.
  read.integer();
  const database = read.text();
  const serverVersion = version >= 110 ? read.text() : undefined;
  const dumpVersion = version >= 110 ? read.text() : undefined;
  return {
    formatVersion: `${major}.${minor}`,
    ...time(clock),
    ...(database !== undefined && { database }),
    ...(serverVersion !== undefined && { serverVersion }),
    ...(dumpVersion !== undefined && { dumpVersion }),
  };
}

function time(parts: readonly (number | undefined)[]): Pick<ArchiveHeader, 'createdLocal'> {
  const [second = 0, minute = 0, hour = 0, day = 0, month = 0, year = 0] = parts;
  const isDate = year > 96 && year < 1000 && month >= 0 && month < 12 && day >= 1 && day <= 31;
  const isTime = hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && second >= 0 && second <= 60;
  if (!isDate || !isTime) return {};
  const [date, clock] = [[year + 1900, month + 1, day].map(padded), [hour, minute, second].map(padded)];
  return { createdLocal: `${date.join('-')} ${clock.join(':')}` };
}

const padded = (part: number): string => String(part).padStart(2, '0');

interface Reader {
  integerBytes: number;
  byte(): number;
  integer(): number;
  text(): string | undefined;
}

function reader(bytes: Buffer, start: number): Reader {
  let at = start;
  const byte = (): number => {
    at += 1;
    return bytes.readUInt8(at - 1);
  };
  return {
    integerBytes: 4,
    byte,
    /** A sign, then the bytes of the value, lowest first. */
    integer() {
      const isNegative = byte() !== 0;
      let value = 0;
      for (let place = 0; place < this.integerBytes; place += 1) value += byte() * 256 ** place;
      return isNegative ? -value : value;
    },
    text() {
      const length = this.integer();
      if (length < 0) return undefined;
      if (at + length > bytes.length) throw new RangeError('the head ends here');
      at += length;
      return bytes.toString('utf8', at - length, at);
    },
  };
}
