/** As much of JSON Schema 2020-12 as our own schemas use. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
  readonly oneOf?: readonly JsonSchema[];
  readonly type?: 'object' | 'array' | 'string' | 'number' | 'boolean';
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema;
  readonly items?: JsonSchema;
  readonly pattern?: string;
  readonly format?: 'date-time';
}

const KNOWN = new Set(
  '$schema $id $ref $defs title description oneOf type const enum required properties additionalProperties items pattern format'.split(
    ' ',
  ),
);

/** @throws for a keyword that this does not know, so that it cannot be passed over */
export function accepts(schema: JsonSchema, value: unknown, root: JsonSchema = schema): boolean {
  const strange = Object.keys(schema).filter((keyword) => !KNOWN.has(keyword));
  if (strange.length > 0) throw new Error(`unknown keyword ${strange.join(', ')}`);
  const inner = (one: JsonSchema, item: unknown): boolean => accepts(one, item, root);
  if (schema.$ref !== undefined) return inner(referred(schema.$ref, root), value);
  if (schema.oneOf) return schema.oneOf.filter((one) => inner(one, value)).length === 1;
  if ('const' in schema) return value === schema.const;
  if (schema.enum) return schema.enum.includes(value);
  if (typeOf(value) !== schema.type) return false;
  if (typeof value === 'string') return isText(value, schema);
  if (Array.isArray(value)) return value.every((item) => !schema.items || inner(schema.items, item));
  if (typeof value !== 'object' || value === null) return true;
  return (
    (schema.required ?? []).every((key) => key in value) &&
    Object.entries(value).every(([key, item]) => {
      const own = schema.properties?.[key] ?? schema.additionalProperties;
      return !own || inner(own, item);
    })
  );
}

const isText = (value: string, { pattern, format }: JsonSchema): boolean =>
  (pattern === undefined || new RegExp(pattern).test(value)) &&
  (format === undefined || !Number.isNaN(Date.parse(value)));

function referred(reference: string, root: JsonSchema): JsonSchema {
  const found = root.$defs?.[reference.replace('#/$defs/', '')];
  if (!found) throw new Error(`no ${reference}`);
  return found;
}

function typeOf(value: unknown): JsonSchema['type'] | undefined {
  if (Array.isArray(value)) return 'array';
  if (value === null) return undefined;
  const type = typeof value;
  return type === 'object' || type === 'string' || type === 'number' || type === 'boolean' ? type : undefined;
}
