/** A value of two results at one place. */
export interface Difference {
  /** Such as `pages.0.text`. */
  readonly path: string;
  readonly here: unknown;
  readonly there: unknown;
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
export function differencesOf(here: unknown, there: unknown): Differences {
  const found: Difference[] = [];
  let same = 0;
  let seen = 0;
  for (const pair of placesOf({ path: "", here, there })) {
    if (seen === MOST) return { found, same, isCut: true };
    seen += 1;
    if (Object.is(pair.here, pair.there)) same += 1;
    else found.push({ path: pair.path, here: plain(pair.here), there: plain(pair.there) });
  }
  return { found, same, isCut: false };
}

/** The places where at least one of the two has a value that is no list and no object of both. */
function* placesOf({ path, here, there }: Difference): Generator<Difference> {
  const names = memberNames(here, there);
  if (names === undefined) return yield { path, here, there };
  for (const name of names) {
    const inner = path === "" ? name : `${path}.${name}`;
    yield* placesOf({ path: inner, here: memberOf(here, name), there: memberOf(there, name) });
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
