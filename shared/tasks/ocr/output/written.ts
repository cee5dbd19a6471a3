import { open } from "node:fs/promises";
import { join } from "node:path";
import { ALTO_FOOT, altoHead, altoPage } from "./alto.ts";
import { HOCR_FOOT, hocrHead, hocrPage } from "./hocr.ts";
import type { OutputPage } from "./layout.ts";
import type { TextOutput } from "./outputs.ts";
import { TSV_HEAD, tsvPage } from "./tsv.ts";

/** How an output is written: its pages one after the other between a head and a foot. */
interface Writer {
  readonly head: string;
  readonly page: (page: OutputPage, at: number) => string;
  readonly foot: string;
}

/** Makes the writer of an output for the pages of a file of this name. */
const WRITERS: Readonly<Record<TextOutput, (filename: string) => Writer>> = {
  text: () => ({
    head: "",
    page: ({ fields }, at) => `${at === 0 ? "" : "\f"}${fields.text}`,
    foot: "",
  }),
  tsv: () => ({ head: TSV_HEAD, page: tsvPage, foot: "" }),
  hocr: (filename) => ({
    head: hocrHead(filename),
    page: (page) => hocrPage(page, filename),
    foot: HOCR_FOOT,
  }),
  alto: (filename) => ({ head: altoHead(filename), page: altoPage, foot: ALTO_FOOT }),
};

interface Written {
  readonly output: TextOutput;
  readonly filename: string;
  /** A folder for the file. */
  readonly folder: string;
}

/** Writes pages to a file as they come, so that memory holds one of them. */
export async function writtenText(
  { output, filename, folder }: Written,
  pages: AsyncIterable<OutputPage>,
): Promise<{ readonly path: string }> {
  const { head, page, foot } = WRITERS[output](filename);
  const path = join(folder, "result");
  const file = await open(path, "wx");
  try {
    let at = 0;
    await file.write(head);
    for await (const one of pages) {
      await file.write(page(one, at));
      at += 1;
    }
    await file.write(foot);
  } finally {
    await file.close();
  }
  return { path };
}
