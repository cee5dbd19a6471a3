/** Usual prefixes by the end of a namespace's address; transitional and strict files differ in the rest of it. */
const PREFIXES: readonly (readonly [ending: string, prefix: string])[] = [
  ["wordprocessingml/main", "w"],
  ["presentationml/main", "p"],
  ["officeDocument/relationships", "r"],
  ["officeDocument/math", "m"],
  ["drawingml/main", "a"],
  ["markup-compatibility", "mc"],
  ["package/relationships", "rel"],
  ["metadata/core-properties", "cp"],
  ["dc/elements/1.1/", "dc"],
  ["dc/terms/", "dcterms"],
  ["extended-properties", "app"],
  ["extendedProperties", "app"],
  ["content-types", "ct"],
  ["xmlns:office:1.0", "office"],
  ["xmlns:text:1.0", "text"],
  ["xmlns:table:1.0", "table"],
  ["xmlns:drawing:1.0", "draw"],
  ["xmlns:presentation:1.0", "presentation"],
  ["xmlns:style:1.0", "style"],
  ["xmlns:meta:1.0", "meta"],
  ["1999/xlink", "xlink"],
];

type Attributes = Readonly<Record<string, string>>;

/** Most names that are kept with what they stand for; a file may have any number of them. */
const MOST_KEPT = 1_000;

/**
 * What the names of a file stand for at one place of it: the usual prefix of their namespace and their local name. Names are
 * resolved once for all elements of a place, since a part of 100 KB has thousands of some dozens of names.
 */
export class Names {
  readonly #outer: Names | undefined;
  readonly #declared: ReadonlyMap<string, string>;
  readonly #elements = new Map<string, string>();
  readonly #attributes = new Map<string, string>();

  private constructor(outer: Names | undefined, declared: ReadonlyMap<string, string>) {
    this.#outer = outer;
    this.#declared = declared;
  }

  /** Outside of the root element. */
  static none(): Names {
    return new Names(undefined, new Map());
  }

  /** Inside an element with these attributes. @throws Error for a declaration that XML does not allow */
  within(attributes: Attributes): Names {
    let declared: Map<string, string> | undefined;
    for (const name in attributes) {
      if (!name.startsWith("xmlns") || (name.length > 5 && name[5] !== ":")) continue;
      const address = attributes[name]?.trim() ?? "";
      if (name.length > 5 && address === "") throw new Error("invalid attempt to undefine prefix in XML 1.0");
      declared ??= new Map();
      declared.set(name.slice(6), address);
    }
    return declared === undefined ? this : new Names(this, declared);
  }

  /** @throws Error for a name that XML does not allow */
  element(name: string): string {
    return kept(this.#elements, name, () => this.#resolved(name));
  }

  /** A name without a prefix has no namespace. */
  attributes(given: Attributes): Record<string, string> {
    const named: Record<string, string> = {};
    for (const name in given) {
      if (name.startsWith("xmlns:")) continue;
      const known = kept(this.#attributes, name, () => (name.includes(":") ? this.#resolved(name) : name));
      named[known] = given[name] ?? "";
    }
    return named;
  }

  #resolved(name: string): string {
    const colon = name.indexOf(":");
    const [prefix, local] = [name.slice(0, Math.max(0, colon)), name.slice(colon + 1)];
    if (colon === 0 || local === "" || local.includes(":")) throw new Error(`malformed name: ${name}`);
    return usualPrefix(this.#addressOf(prefix)) + local;
  }

  /** A prefix that is not declared stands for itself. */
  #addressOf(prefix: string): string {
    return (
      this.#declared.get(prefix) ?? (this.#outer === undefined ? prefix : this.#outer.#addressOf(prefix))
    );
  }
}

function kept(names: Map<string, string>, name: string, resolve: () => string): string {
  const known = names.get(name);
  if (known !== undefined) return known;
  const resolved = resolve();
  if (names.size < MOST_KEPT) names.set(name, resolved);
  return resolved;
}

/** The usual prefix of a namespace with its colon; "" for one that is not known. */
function usualPrefix(address: string): string {
  const plain = address.replace("/2006", "");
  const known = PREFIXES.find(([ending]) => plain.endsWith(ending));
  return known === undefined ? "" : `${known[1]}:`;
}
