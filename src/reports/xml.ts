import { printable } from './printable.ts';

/** One element. Children are XML already; a text in their place is escaped. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  content: readonly string[] | string = [],
): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${attributeText(String(value))}"`);
  const open = `<${name}${written.join('')}`;
  if (typeof content === 'string') return `${open}>${escapeXml(content)}</${name}>`;
  const children = content.filter((child) => child !== '');
  if (children.length === 0) return `${open}/>`;
  return `${open}>\n${children.join('\n')}\n</${name}>`;
}

const attributeText = (text: string): string =>
  escapeXml(text).replaceAll('\n', '&#10;').replaceAll('\t', '&#9;').replaceAll('"', '&quot;');

/** Control characters are not allowed in XML, not even escaped; nor are the two non-characters. */
const escapeXml = (text: string): string =>
  printable(text)
    .replaceAll(/[\uFFFE\uFFFF]/g, '\uFFFD')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
