import { FileError } from "../../errors.ts";
import { localFile } from "../local.ts";
import { stepFile } from "../stepFile.ts";
import type { Form } from "./docx/form/form.ts";
import { textParagraph } from "./reading/blocks.ts";
import type { ReadContext } from "./reading/context.ts";
import type { InnerAttachment, Section } from "./reading/reading.ts";

/** A file inside of another one, unpacked when it is read. */
export interface InnerFile {
  readonly filename: string;
  readonly media_type: string;
  readonly bytes: number;
  content(): Buffer | Promise<Buffer>;
}

export interface ReadInside {
  readonly attachments: readonly InnerAttachment[];
  /** A section for each file that was read. */
  readonly sections: readonly Section[];
}

/** Files inside of a file, which may be found one by one; the content of one is asked for before the next is found. */
export type InnerFiles = readonly InnerFile[] | AsyncIterable<InnerFile>;

/** Lists files inside of a file. */
export async function listed(files: InnerFiles): Promise<ReadInside> {
  const attachments: InnerAttachment[] = [];
  for await (const { filename, media_type, bytes } of files)
    attachments.push({ filename, media_type, bytes });
  return { attachments, sections: [] };
}

/** Reads files inside of a file; one that cannot be read keeps its reason and does not affect the others. */
export async function readFiles(files: InnerFiles, form: Form, context: ReadContext): Promise<ReadInside> {
  const attachments: InnerAttachment[] = [];
  const sections: Section[] = [];
  for await (const file of files) {
    const { filename, media_type, bytes } = file;
    const read = await readOne(file, context);
    const found = read.ok ? { result: read.result } : { error: read.error };
    attachments.push({ filename, media_type, bytes, ...found });
    if (!read.ok) continue;
    const parts = read.text.split("\n").map((line) => textParagraph(form, line));
    sections.push({ kind: "file", title: filename, hidden: false, parts });
  }
  return { attachments, sections };
}

async function readOne({ filename, content }: InnerFile, context: ReadContext) {
  try {
    const bytes = await content();
    return await context.inside(stepFile(localFile(filename, bytes)));
  } catch (error) {
    if (error instanceof FileError) return { ok: false, error: error.message } as const;
    throw error;
  }
}
