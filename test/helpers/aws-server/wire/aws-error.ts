/** An answer that is an error: `code` as on the wire, for instance `DBInstanceNotFound`. */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, status: number, message: string) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

export const notFound = (code: string, what: string): AwsError => new AwsError(code, 404, `${what} not found.`);

export const refused = (code: string, message: string): AwsError => new AwsError(code, 400, message);
