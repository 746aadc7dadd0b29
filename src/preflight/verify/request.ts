import type { MigrationSource } from '../../migrations/source.ts';
import type { ProductionTarget } from '../../postgres/production-target.ts';
import type { Aws } from '../aws/aws.ts';
import type { CertificateRequest, InvariantQuery } from '../request.ts';
import type { VerifySettings } from './settings.ts';

/** Everything a verification needs to know, with all paths absolute. The CLI makes it from config and flags. */
export interface VerifyRequest {
  readonly target: ProductionTarget;
  readonly certificate: CertificateRequest;
  readonly source: MigrationSource;
  /** Path of the pre-flight's receipt. */
  readonly receipt?: string;
  readonly invariants: readonly InvariantQuery[];
  readonly verify: VerifySettings;
  /** Called only when something is to be asked of AWS, perhaps several times; who gives it closes what it opened. Absent: `aws: off`. */
  readonly openAws?: () => Promise<Aws>;
}
