import type { CheckSettings } from '../checks/judge.ts';
import type { Waiver } from '../findings/waiver.ts';
import type { RehearsalRequest } from '../rehearsal/request.ts';

/** What the user wants, complete and valid: file, flags and environment in one. Paths are absolute. */
export interface Config extends Omit<RehearsalRequest, 'showValues' | 'baseline' | 'keepServer'> {
  /** Absolute path. Absent: flags and defaults only. */
  readonly file?: string;
  readonly checks: Readonly<Record<string, CheckSettings>>;
  readonly waivers: readonly Waiver[];
  /** Every value with where it came from, for `plan --explain-config`. */
  readonly settings: readonly ConfigSetting[];
}

/** One value of the configuration, safe to print. */
export interface ConfigSetting {
  /** `checks.step-too-slow.maxMs` */
  readonly path: string;
  /** As text; what came from the environment is shown as `${NAME}`. */
  readonly value: string;
  /** `default`, `file pgrehearse.config.yaml:4`, `flag --scope`, `environment PGDUMP`. */
  readonly origin: string;
}

/** Flags that replace a value of the file. Relative paths start at the working directory. */
export interface ConfigFlags {
  readonly backup?: string;
  readonly migrations?: string;
  readonly tool?: string;
  readonly postgresVersion?: string;
  readonly provider?: string;
  readonly rdsMaxHours?: string;
  /** Of a rehearsal in RDS; the pre-flight has a flag of its own with this name. */
  readonly rdsCustomEndpoint?: boolean;
  readonly scope?: string;
  readonly forwardOnly?: boolean;
  readonly certificate?: string;
  readonly certificateKey?: string;
  readonly region?: string;
  readonly profile?: string;
  readonly roleArn?: string;
  readonly externalId?: string;
}
