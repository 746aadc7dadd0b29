/**
 * A text as a scalar of YAML that our own parser reads back as it was: names of files may hold anything, and `${NAME}` would be
 * read from the environment.
 */
export function yamlText(text: string): string {
  const literal = text.replaceAll(/\$\{(?=[^}]*\})/g, '$$$${');
  if (/^\.?[\w/][\w./-]*$/.test(literal) && /[a-z]/i.test(literal) && !AMBIGUOUS.test(literal)) return literal;
  // JSON is YAML, but for what YAML does not want to see unescaped.
  return JSON.stringify(literal).replaceAll(UNPRINTABLE, escaped);
}

/** Words that are no texts in some version of YAML, and what could be a number. */
const AMBIGUOUS = /^(?:true|false|yes|no|on|off|null|y|n|[\d.+-].*\d[\de.+-]*)$/i;

const UNPRINTABLE = /[\u007F-\u009F\u2028\u2029\uFEFF\uFFFE\uFFFF]/g;

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
