/** JSON Schema of one option of a task; the members that the command line uses. */
export interface OptionSchema {
  readonly type?: unknown;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly OptionSchema[];
  readonly minimum?: unknown;
  readonly maximum?: unknown;
  readonly description?: unknown;
  readonly [more: string]: unknown;
}

/** The options of a task by name, from the JSON Schema of all of them. */
export function optionSchemas(schema: unknown): Readonly<Record<string, OptionSchema>> {
  const { properties } = schema as { readonly properties?: Readonly<Record<string, OptionSchema>> };
  return properties ?? {};
}

/** The alternatives of `anyOf`, or the schema itself. */
export function alternatives(schema: OptionSchema): readonly OptionSchema[] {
  return schema.anyOf ?? [schema];
}
