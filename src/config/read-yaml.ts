import { isNode, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import { PgrehearseError, toError } from '../support/errors.ts';
import type { ConfigDocument } from './read-document.ts';

/** Values under these keys are text even when they look like numbers: `0001` is an id, and `100.00` is not `100`. */
const TEXT_KEYS = ['migration', 'expect'];

export function readYaml(text: string, name: string): Omit<ConfigDocument, 'name'> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [first] = [...document.errors, ...document.warnings];
  if (first) {
    const { line } = lines.linePos(first.pos[0]);
    throw new PgrehearseError('CONFIG_INVALID', `${name}:${line} is not valid YAML: ${firstLine(first.message)}`, {
      cause: first,
    });
  }
  visit(document, {
    Pair(_, { key, value }) {
      if (!isScalar(key) || !isScalar(value) || typeof value.value !== 'number') return;
      if (TEXT_KEYS.some((one) => one === key.value) && value.source !== undefined) value.value = value.source;
    },
  });
  return {
    value: plainValue(() => document.toJS(), name),
    lineOf(path) {
      // An absent key has no line; the line of what should hold it is the next best.
      for (let length = path.length; length > 0; length -= 1) {
        const node = document.getIn(path.slice(0, length), true);
        if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
      }
      return undefined;
    },
  };
}

/** Aliases may refer to too much, or to nothing. */
function plainValue(toPlain: () => unknown, name: string): unknown {
  try {
    return toPlain();
  } catch (cause) {
    throw new PgrehearseError('CONFIG_INVALID', `${name} is not valid YAML: ${toError(cause).message}`, { cause });
  }
}

const firstLine = (message: string): string => message.split('\n')[0]?.replace(/:$/, '.') ?? message;
