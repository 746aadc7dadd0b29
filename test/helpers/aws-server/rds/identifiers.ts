import { refused } from '../wire/aws-error.ts';

/** 1 to `most` letters, digits and hyphens, a letter first, no two hyphens together, none at the end. Stored in lowercase. */
export function checkIdentifier(id: string | undefined, parameter: string, most: number): string {
  if (id === undefined || id === '')
    throw refused('MissingParameter', `The request must contain the parameter ${parameter}.`);
  const isValid = /^[a-z][a-z0-9-]*$/i.test(id) && !id.includes('--') && !id.endsWith('-') && id.length <= most;
  if (isValid) return id.toLowerCase();
  throw refused(
    'InvalidParameterValue',
    `The parameter ${parameter} is not a valid identifier. Identifiers must begin with a letter; must contain only ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two consecutive hyphens.`,
  );
}
