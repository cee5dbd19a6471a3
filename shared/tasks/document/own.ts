/** The entry of a table by a name that a file gives; names such as `constructor`, which every object has, are none. */
export function entryOf<Value>(table: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
