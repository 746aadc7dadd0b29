/** How to reach a database that is not ours. It is only ever read. */
export interface ProductionTarget {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  /** A function where the password is made for each connection, as IAM authentication does. Never printed. */
  readonly password?: string | (() => Promise<string>);
  readonly tls: Tls;
}

/**
 * `off`: never. `prefer`: where the server has it, unverified. `require`: always, unverified. `verify-full`: always, with the
 * server's certificate checked against `rootCertificate` (PEM), or the system's roots, and its name against the host.
 */
export interface Tls {
  readonly mode: 'off' | 'prefer' | 'require' | 'verify-ca' | 'verify-full';
  readonly rootCertificate?: string;
}
