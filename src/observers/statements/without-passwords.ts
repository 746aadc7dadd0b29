import { redact } from '../../support/redact.ts';

/**
 * Statements are recorded as the migration has them, but `create role … password '…'`, the options of a user mapping and
 * connection strings of subscriptions and `dblink` hold secrets.
 */
export const withoutPasswords = (sql: string): string =>
  /password|:\/\//i.test(sql) ? redact(sql.replaceAll(PASSWORD_LITERAL, "$<before>'***'")) : sql;

const PASSWORD_LITERAL =
  /(?<before>\bpassword"?(?:\s+|\s*(?:=>?|:=)\s*))(?:(?:e|u&)?'(?:[^'\\]|''|\\.)*'|\$(?<tag>\w*)\$[^]*?\$\k<tag>\$)/gi;
