import { FileError } from "../../../errors.ts";
import { decodeText } from "../../../media/text/decode.ts";
import { textOfHtml } from "../format/html.ts";
import type { Relationships } from "./package.ts";
import type { DocxZip } from "./zip.ts";

/** Lines of text of the chunks of other formats (`w:altChunk`), by the id of their relationship. */
export type Chunks = ReadonlyMap<string, readonly string[]>;

/** Most characters of one chunk. */
const LONGEST = 2_000_000;

/** Reads chunks of text, HTML and HTML in a MIME archive; those of other formats are left out. */
export async function chunksOf(zip: DocxZip, links: Relationships): Promise<Chunks> {
  const chunks = new Map<string, readonly string[]>();
  for (const [id, { type, target, external }] of links) {
    if (type !== "aFChunk" || external || !zip.has(target)) continue;
    const lines = linesOf(await zip.read(target));
    if (lines !== undefined) chunks.set(id, lines);
  }
  return chunks;
}

function linesOf(bytes: Buffer): readonly string[] | undefined {
  const head = bytes.toString("latin1", 0, 1000);
  if (head.startsWith("PK\x03\x04") || /^(?:\{\\rtf|<\?xml[^>]*>\s*<(?:pkg:|w:))/.test(head))
    return undefined;
  const isArchive = /^\s*(?:MIME-Version|From|Content-Type):/i.test(head);
  const text = isArchive ? htmlOfArchive(bytes.toString("latin1")) : decoded(bytes);
  if (text === undefined) return undefined;
  const shown = text.slice(0, LONGEST);
  const plain = /<[a-z!/][^>]*>/i.test(shown.slice(0, 5_000)) ? textOfHtml(shown) : shown;
  return plain
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

/** Text of bytes; undefined where they are none. */
function decoded(bytes: Buffer): string | undefined {
  if (bytes.length === 0) return "";
  try {
    return decodeText(bytes).text;
  } catch (error) {
    if (error instanceof FileError) return undefined;
    throw error;
  }
}

/** The page of a MIME archive (RFC 2557): its first part of HTML. */
function htmlOfArchive(archive: string): string | undefined {
  const boundary = /boundary="?([^"\r\n;]{1,200})/i.exec(archive.slice(0, 10_000))?.[1];
  const parts = boundary === undefined ? [archive] : archive.split(`--${boundary}`);
  const page = parts.map(headed).find(({ head }) => /^Content-Type:\s*text\/html/im.test(head));
  if (page === undefined) return undefined;
  const coding = /^Content-Transfer-Encoding:\s*([\w-]+)/im.exec(page.head)?.[1]?.toLowerCase();
  if (coding === "base64") return decoded(Buffer.from(page.content, "base64"));
  return decoded(
    Buffer.from(coding === "quoted-printable" ? unquoted(page.content) : page.content, "latin1"),
  );
}

/** A part of a message: the lines before the first empty one, and what follows. */
function headed(part: string): { readonly head: string; readonly content: string } {
  const text = part.replace(/^\s{1,10}/, "");
  const end = text.slice(0, 10_000).search(/\r?\n\r?\n/);
  return end === -1 ? { head: "", content: "" } : { head: text.slice(0, end), content: text.slice(end) };
}

function unquoted(text: string): string {
  return text
    .replace(/=[ \t]*\r?\n/g, "")
    .replace(/=([0-9a-f]{2})/gi, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
}
