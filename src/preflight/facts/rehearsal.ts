import type { AppliedMigration } from '../../recording/recording.ts';
import type { Reading } from '../reading.ts';
import type { RehearsalPredicate } from './certificate.ts';

/** What the certificate says, against what production and the migrations on disk are. */
export interface RehearsalFacts {
  readonly certificate: Reading<CertificateFacts>;
  /** On disk now, dependencies first: the order in which the tool applies what is pending. */
  readonly migrations: Reading<readonly MigrationOnDisk[]>;
  /** What the tool's books in production say. No table: nothing is applied. */
  readonly applied: Reading<readonly AppliedMigration[]>;
  /** Production's schema now. */
  readonly schema: Reading<SchemaComparison>;
}

export interface CertificateFacts {
  /** Name of the file, without its folder. */
  readonly file: string;
  /** Of the file's bytes, hex. */
  readonly sha256: string;
  readonly signature: SignatureFacts;
  readonly predicate: RehearsalPredicate;
}

export interface SignatureFacts {
  readonly signed: boolean;
  /** As the envelope says; only `verified` proves anything. */
  readonly keyIds: readonly string[];
  /** Id of the key to verify with. Absent: none is configured, so nobody looked. */
  readonly expectedKeyId?: string;
  /** One of the signatures is of that key. */
  readonly verified: boolean;
}

export interface MigrationOnDisk {
  readonly id: string;
  readonly checksum?: string;
  readonly reversible: boolean;
}

export interface SchemaComparison {
  /** sha256 as in the certificate, over the same properties. */
  readonly sha256: string;
  /** Against the certificate's `before`. Unknown: there is nothing to compare with. */
  readonly drift: Reading<readonly DriftedObject[]>;
}

/** One object that is not as it was rehearsed. */
export interface DriftedObject {
  readonly kind: string;
  /** Qualified and quoted where needed. */
  readonly name: string;
  /** In production, against the rehearsal. */
  readonly how: 'missing' | 'extra' | 'different';
  /** The relation it belongs to. */
  readonly parent?: string;
  /** One line per property that differs; only where the recording is at hand to say how it was. */
  readonly properties?: readonly string[];
}
