import type { CheckSettings } from '../checks/judge.ts';
import type { Waiver } from '../findings/waiver.ts';
import type { InvariantRequest, Scope } from '../rehearsal/request.ts';

/** What the user wants, complete and valid: file, flags and environment in one. Paths are absolute. */
export interface Config {
  /** Folder of the file; without a file the working directory. Relative paths start here. */
  readonly projectFolder: string;
  /** Absolute path. Absent: flags and defaults only. */
  readonly file?: string;
  readonly server: {
    readonly provider: string;
    readonly postgresVersion?: number;
    readonly binaries?: string;
    readonly settings: Readonly<Record<string, string>>;
  };
  readonly backup?: { readonly file: string; readonly maxAgeHours?: number };
  readonly migrations: {
    readonly tool?: string;
    /** As written; a tool may want it relative. From a flag: absolute. */
    readonly directory?: string;
    readonly options: Readonly<Record<string, unknown>>;
  };
  readonly rehearsal: { readonly scope: Scope; readonly forwardOnly: boolean };
  readonly checks: Readonly<Record<string, CheckSettings>>;
  readonly invariants: readonly InvariantRequest[];
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
  readonly scope?: string;
  readonly forwardOnly?: boolean;
}
