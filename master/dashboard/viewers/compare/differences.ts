/** A value of two results at one place. */
export interface Difference {
  /** Such as `pages.0.text`. */
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
}

export interface Differences {
  readonly found: readonly Difference[];
  readonly same: number;
  /** Whether the results have more values than were compared. */
  readonly isCut: boolean;
}

/** Values that are compared; the rest is for programs. */
const MOST = 200_000;

const ABSENT = Symbol("absent");

/** Compares two JSON values place by place. */
export function differencesOf(before: unknown, after: unknown): Differences {
  const found: Difference[] = [];
  let same = 0;
  let seen = 0;
  for (const pair of placesOf({ path: "", before, after })) {
    if (seen === MOST) return { found, same, isCut: true };
    seen += 1;
    if (Object.is(pair.before, pair.after)) same += 1;
    else found.push({ path: pair.path, before: plain(pair.before), after: plain(pair.after) });
  }
  return { found, same, isCut: false };
}

/** The places where at least one of the two has a value that is no list and no object of both. */
function* placesOf({ path, before, after }: Difference): Generator<Difference> {
  const names = memberNames(before, after);
  if (names === undefined) return yield { path, before, after };
  for (const name of names) {
    const inner = path === "" ? name : `${path}.${name}`;
    yield* placesOf({ path: inner, before: memberOf(before, name), after: memberOf(after, name) });
  }
}

function plain(value: unknown): unknown {
  return value === ABSENT ? undefined : value;
}

/** Names of the members of both; undefined when they are not both objects, or both lists. */
function memberNames(a: unknown, b: unknown): ReadonlySet<string> | undefined {
  if (!isObject(a) || !isObject(b) || Array.isArray(a) !== Array.isArray(b)) return undefined;
  return new Set([...Object.keys(a), ...Object.keys(b)]);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function memberOf(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : ABSENT;
}
