import { FileError } from "../../../errors.ts";
import type { DocxZip } from "../docx/zip.ts";
import { readEvents } from "../package/events.ts";
import { cellText } from "../reading/grid.ts";

/** Most texts and characters that cells share; a child has no memory for more. */
const MOST_STRINGS = 1_500_000;
const MOST_CHARACTERS = 60_000_000;

/** Reads the texts that cells name by their index. @throws FileError `too_large` */
export async function readStrings(zip: DocxZip, part: string | undefined): Promise<readonly string[]> {
  if (part === undefined) return [];
  const strings: string[] = [];
  const item = new RichText();
  let characters = 0;
  await readEvents(
    { name: part, chunks: zip.stream(part, "streamed") },
    {
      open: (name) => (name === "si" ? item.start() : item.open(name)),
      text: (text) => item.add(text),
      close: (name) => {
        item.close(name);
        if (name !== "si") return;
        strings.push(item.text());
        characters += item.text().length;
        if (strings.length > MOST_STRINGS || characters > MOST_CHARACTERS) throw tooManyStrings();
      },
    },
  );
  return strings;
}

function tooManyStrings(): FileError {
  return new FileError(
    "too_large",
    `The workbook has more than ${MOST_STRINGS} texts or ${MOST_CHARACTERS} characters of texts. This limit is fixed; split the workbook.`,
  );
}

/** The text of a cell in runs; readings above it (phonetic runs) are no part of it. */
export class RichText {
  #text = "";
  #takes = false;
  #isReading = false;

  start(): void {
    this.#text = "";
  }

  open(name: string): void {
    if (name === "rPh") this.#isReading = true;
    this.#takes = name === "t" && !this.#isReading;
  }

  add(text: string): void {
    if (this.#takes) this.#text = cellText(this.#text, text);
  }

  close(name: string): void {
    if (name === "rPh") this.#isReading = false;
    if (name === "t") this.#takes = false;
  }

  text(): string {
    return unescaped(this.#text);
  }
}

/** Characters that XML does not allow are written as `_x000D_`; `_x005F_` is an underscore (ECMA-376 part 1, 22.9.2.19). */
export function unescaped(text: string): string {
  if (!text.includes("_x")) return text;
  return text
    .replace(/_x([0-9a-f]{4})_/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    .replace(/\r\n?/g, "\n");
}
