/**
 * Names and messages come from the user's files and database. Control and formatting characters in them could move the
 * cursor, hide text or turn it around; each is shown as one replacement character. Line breaks and tabs stay.
 */
export const printable = (text: string): string => text.replaceAll('\r\n', '\n').replaceAll(UNPRINTABLE, '\uFFFD');

/** The same on one line. */
export const oneLine = (text: string): string =>
  printable(text)
    .replaceAll(/\s*[\n\t]+\s*/g, ' ')
    .trim();

const UNPRINTABLE = /(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
