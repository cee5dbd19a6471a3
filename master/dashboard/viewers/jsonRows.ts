/** A row of the tree of a JSON value. */
export interface TreeRow {
  /** Key or index in its parent; the whole value has none. */
  readonly name: string | undefined;
  readonly value: unknown;
  readonly depth: number;
  /** Undefined for a row that does not open. */
  readonly isOpen: boolean | undefined;
  /** Number of its members. */
  readonly size: number;
}

/** Rows that a list holds; more of them take seconds to make. */
const MOST_ROWS = 400_000;

/** The rows that are in sight: those whose parents are all open. */
export function rowsOf(value: unknown, open: ReadonlySet<object>): readonly TreeRow[] {
  const rows: TreeRow[] = [];
  const stack: { readonly name: string | undefined; readonly value: unknown; readonly depth: number }[] = [
    { name: undefined, value, depth: 0 },
  ];
  while (rows.length < MOST_ROWS) {
    const next = stack.pop();
    if (next === undefined) break;
    const members = membersOf(next.value);
    const isOpen = members === undefined ? undefined : open.has(next.value as object);
    rows.push({ ...next, isOpen, size: members?.length ?? 0 });
    if (members === undefined || isOpen !== true) continue;
    for (const [name, member] of members.slice(0, MOST_ROWS).toReversed())
      stack.push({ name, value: member, depth: next.depth + 1 });
  }
  return rows;
}

function membersOf(value: unknown): (readonly [string, unknown])[] | undefined {
  return typeof value === "object" && value !== null ? Object.entries(value) : undefined;
}

/** Lists longer than this start closed. */
const SHORT = 12;

/** What is open at first: the whole, and its short members. */
export function startOpen(value: unknown): ReadonlySet<object> {
  const open = new Set<object>();
  if (typeof value !== "object" || value === null) return open;
  open.add(value);
  for (const member of Object.values(value))
    if (typeof member === "object" && member !== null && Object.keys(member).length <= SHORT)
      open.add(member);
  return open;
}

/** Index of the row that holds the row at `at`. */
export function parentRow(rows: readonly TreeRow[], at: number): number {
  const depth = rows[at]?.depth ?? 0;
  for (let above = at - 1; above >= 0; above -= 1) if ((rows[above]?.depth ?? 0) < depth) return above;
  return 0;
}
