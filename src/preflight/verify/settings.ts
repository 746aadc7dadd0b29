/** `preflight.verify` of the config. */
export interface VerifySettings {
  readonly queries: readonly SmokeQuery[];
  readonly urls: readonly HealthUrl[];
  /** Names of CloudWatch alarms that tell of this database and what uses it begin so. */
  readonly alarmPrefix?: string;
  readonly notify?: NotifySettings;
}

export interface SmokeQuery {
  readonly name: string;
  readonly sql: string;
  /** `empty`, `some` (a row at least) or the one value it gives. */
  readonly expect: string;
}

export interface HealthUrl {
  readonly url: string;
  /** Absent: any of 200 to 299. */
  readonly status?: number;
  /** Must stand in the first MiB of the answer. */
  readonly contains?: string;
  /** For the whole answer; 10 s when absent. */
  readonly timeoutMs?: number;
}

export interface NotifySettings {
  readonly snsTopicArn?: string;
  /** Its address is a secret: whoever knows it can post. */
  readonly webhook?: string;
}
