import { damaged, HARMLESS, type PartStream, plainParser, refuseDepth, tooLarge } from "../docx/xml.ts";

/** Attributes by their names without prefix. */
export type EventAttributes = Readonly<Record<string, string>>;

export interface XmlEvents {
  open(name: string, attributes: EventAttributes): void;
  text(text: string): void;
  close(name: string): void;
}

/** Most bytes between two elements: one text, attribute or comment, which the parser holds whole. */
const LONGEST = 64 * 2 ** 20;

/**
 * Reads XML of any size without keeping it. Names are given without their prefix, and entities that the file declares
 * stay unexpanded.
 * @throws FileError `corrupt_file`, `too_large`, and what the part throws
 */
export async function readEvents({ name, chunks }: PartStream, events: XmlEvents): Promise<void> {
  const parser = plainParser();
  let depth = 0;
  let unread = 0;
  parser.on("opentag", (tag) => {
    unread = 0;
    depth += 1;
    refuseDepth(depth);
    events.open(localName(tag.name), localNames(tag.attributes));
  });
  parser.on("text", (text) => events.text(text));
  parser.on("cdata", (text) => events.text(text));
  parser.on("closetag", (tag) => {
    unread = 0;
    depth -= 1;
    events.close(localName(tag.name));
  });
  parser.on("error", (error) => {
    if (!HARMLESS.test(error.message)) throw damaged(name, error);
  });
  const decoder = new TextDecoder();
  for await (const chunk of chunks) {
    unread += chunk.length;
    if (unread > LONGEST)
      throw tooLarge(`has more than ${LONGEST / 2 ** 20} MB in one element of its part ${name}`);
    parser.write(decoder.decode(chunk, { stream: true }));
  }
  parser.close();
}

function localName(name: string): string {
  const colon = name.indexOf(":");
  return colon === -1 ? name : name.slice(colon + 1);
}

/** The attributes as they are where no name has a prefix, which is the usual case. */
function localNames(attributes: Record<string, string>): EventAttributes {
  const names = Object.keys(attributes);
  if (!names.some((name) => name.includes(":"))) return attributes;
  return Object.fromEntries(names.map((name) => [localName(name), attributes[name] ?? ""]));
}
