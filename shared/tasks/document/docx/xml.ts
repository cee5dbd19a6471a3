import { SaxesParser, type SaxesTagPlain } from "saxes";
import { FileError } from "../../../errors.ts";
import { Names } from "./xmlNames.ts";

/** An element. Its name has the usual prefix of its namespace, not the prefix of the file: `w:p`, `a:t`. */
export interface Xml {
  readonly name: string;
  /** Attributes, named like elements; a name without a namespace has no prefix. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly (Xml | string)[];
}

interface OpenXml extends Xml {
  readonly children: (Xml | string)[];
}

/** Deepest nesting of elements; recursion over it does not overflow the stack. */
const DEEPEST = 200;
/** Most elements and texts of one part in memory: about 200 MB. */
const MOST_NODES = 1_000_000;

/** A part of the package while it inflates. */
export interface PartStream {
  readonly name: string;
  readonly chunks: AsyncIterable<Buffer>;
}

export interface XmlReader {
  /** Name of the elements that go to `take` when they end and are not kept. */
  readonly inside: string;
  readonly take: (child: Xml) => void;
}

/**
 * Parses XML while it arrives. Entities that the file declares stay unexpanded (`&name;`), and external entities
 * are never opened.
 * @returns the root element without the children that `reader` took
 * @throws FileError `corrupt_file`, `too_large`
 */
export async function parseXml({ name, chunks }: PartStream, reader?: XmlReader): Promise<Xml> {
  const tree = new Tree(name, reader);
  const parser = plainParser();
  parser.on("opentag", (tag) => tree.open(tag));
  parser.on("text", (text) => tree.text(text));
  parser.on("cdata", (text) => tree.text(text));
  parser.on("closetag", () => tree.close());
  parser.on("error", (error) => {
    if (!HARMLESS.test(error.message)) throw damaged(name, error);
  });
  let decoder: InstanceType<typeof TextDecoder> | undefined;
  for await (const chunk of chunks) {
    decoder ??= new TextDecoder(encodingOf(chunk));
    parser.write(decoder.decode(chunk, { stream: true }));
  }
  parser.close();
  if (tree.root === undefined) throw damaged(name, new Error("it is empty"));
  return tree.root;
}

/** A parser whose names have the prefixes of the file. Its own reading of namespaces takes a third of the time of a part. */
export function plainParser() {
  return new SaxesParser({ xmlns: false, position: false } as const);
}

/** Faults that leave the text as it stands. */
export const HARMLESS = /undefined entity|unbound namespace|disallowed character|duplicate attribute/;

/** The encoding of a part by its first bytes: UTF-8 or UTF-16. */
function encodingOf(start: Buffer): string {
  const [first, second] = start;
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  if (second === 0) return "utf-16le";
  return first === 0 ? "utf-16be" : "utf-8";
}

class Tree {
  readonly #part: string;
  readonly #reader: XmlReader | undefined;
  readonly #stack: OpenXml[] = [];
  /** What names stand for outside of the root, and in each element of the stack. */
  readonly #names: Names[] = [Names.none()];
  #root: OpenXml | undefined;
  #nodes = 0;

  constructor(part: string, reader: XmlReader | undefined) {
    this.#part = part;
    this.#reader = reader;
  }

  get root(): Xml | undefined {
    return this.#root;
  }

  open(tag: SaxesTagPlain): void {
    refuseDepth(this.#stack.length + 1);
    const element = this.#elementOf(tag);
    this.#add(element);
    this.#root ??= element;
    this.#stack.push(element);
  }

  #elementOf({ name, attributes }: SaxesTagPlain): OpenXml {
    try {
      const names = (this.#names.at(-1) ?? Names.none()).within(attributes);
      this.#names.push(names);
      return { name: names.element(name), attributes: names.attributes(attributes), children: [] };
    } catch (error) {
      throw damaged(this.#part, error instanceof Error ? error : new Error(String(error)));
    }
  }

  text(text: string): void {
    this.#add(text);
  }

  close(): void {
    this.#names.pop();
    const closed = this.#stack.pop();
    const parent = this.#stack.at(-1);
    if (closed === undefined || parent?.name !== this.#reader?.inside || this.#reader === undefined) return;
    parent?.children.pop();
    this.#nodes = 0;
    this.#reader.take(closed);
  }

  #add(child: Xml | string): void {
    this.#nodes += 1;
    if (this.#nodes > MOST_NODES) throw tooLarge(`holds more than ${MOST_NODES} elements in one place`);
    this.#stack.at(-1)?.children.push(child);
  }
}

export function damaged(part: string, cause: Error): FileError {
  const fault = cause.message.slice(0, 100).replace(/\.$/, "");
  return new FileError(
    "corrupt_file",
    `The document is damaged: its part ${part} is not well-formed XML (${fault}). Let a word processor repair it, or send an intact copy.`,
    { cause },
  );
}

/** @throws FileError `too_large` for more elements in each other than a reader of this project follows */
export function refuseDepth(depth: number): void {
  if (depth > DEEPEST) throw tooLarge(`nests elements more than ${DEEPEST} deep`);
}

export function tooLarge(what: string): FileError {
  return new FileError("too_large", `The document ${what}. This limit is fixed; split the document.`);
}

/** Child elements; with `name` only those of that name. */
export function elements(parent: Xml | undefined, name?: string): Xml[] {
  const all = (parent?.children ?? []).filter((child) => typeof child !== "string");
  return name === undefined ? all : all.filter((child) => child.name === name);
}

/** The first element at the end of a path of names. */
export function find(parent: Xml | undefined, ...path: readonly string[]): Xml | undefined {
  let at = parent;
  for (const name of path) at = at === undefined ? undefined : child(at, name);
  return at;
}

function child(parent: Xml, name: string): Xml | undefined {
  for (const one of parent.children) if (typeof one !== "string" && one.name === name) return one;
  return undefined;
}

/** Whether a property is on: an element without a value is, as is one whose value is not a word for "no". */
export function isOn(property: Xml | undefined): boolean {
  return property !== undefined && !["0", "false", "off"].includes(property.attributes["w:val"] ?? "");
}

/** `w:val` of the element at the end of a path. */
export function valueAt(parent: Xml | undefined, ...path: readonly string[]): string | undefined {
  return find(parent, ...path)?.attributes["w:val"];
}

/** All text below an element. */
export function textBelow(parent: Xml | undefined): string {
  return (parent?.children ?? [])
    .map((child) => (typeof child === "string" ? child : textBelow(child)))
    .join("");
}

/** Elements of a name at any depth, in order, without searching inside the ones found. */
export function descendants(parent: Xml, name: string): Xml[] {
  return elements(parent).flatMap((child) => (child.name === name ? [child] : descendants(child, name)));
}
