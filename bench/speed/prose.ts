import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Sent } from "./client.ts";

const DOCS = join(import.meta.dirname, "../../docs");
const BYTES = 1_000_000;

/** English texts of 1 MB: the paragraphs of this project's documentation, which each file begins at another one. */
export async function prose(count: number): Promise<readonly Sent[]> {
  const pages = (await readdir(DOCS, { recursive: true })).filter((name) => name.endsWith(".md")).toSorted();
  const texts = await Promise.all(pages.map((page) => readFile(join(DOCS, page), "utf8")));
  const paragraphs = texts.flatMap((text) => text.split(/\n{2,}/)).filter(isProse);
  return Array.from({ length: count }, (_, index) => {
    const first = Math.floor((index * paragraphs.length) / count);
    return {
      name: `${index}.txt`,
      body: filled([...paragraphs.slice(first), ...paragraphs.slice(0, first)]),
    };
  });
}

/** No table, list of commands, heading or code. */
function isProse(paragraph: string): boolean {
  return /^[A-Z][a-z]/.test(paragraph) && !/^[|#`]|^ {4}/m.test(paragraph);
}

function filled(paragraphs: readonly string[]): Buffer {
  return Buffer.alloc(BYTES, `${paragraphs.join("\n\n")}\n\n`);
}
