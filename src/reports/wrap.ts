/** Breaks prose at spaces so that no line is wider than `width` columns, where words allow. Every line is indented. */
export function wrap(text: string, indent: string, width: number | undefined): string {
  if (width === undefined) return `${indent}${text}`;
  const room = Math.max(20, width - indent.length);
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > room) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map((one) => `${indent}${one}`).join('\n');
}
