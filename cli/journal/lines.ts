import { z } from "zod";

const stamp = { bytes: z.number(), modified: z.number() };
const batchFile = z.object({ path: z.string(), name: z.string(), ...stamp });

const head = z.object({ journal: z.literal(1), master: z.string(), task: z.string() });
const done = z.object({ done: z.string(), ...stamp, sha256: z.string() });
const begun = z.object({ begun: z.string(), files: z.array(batchFile) });
const sent = z.object({ sent: z.string(), job: z.string(), files: z.array(z.number()) });
const ended = z.object({ ended: z.string() });

/** A file of a batch, with its path as the journal has it. */
export type BatchFile = Readonly<z.infer<typeof batchFile>>;

const line = z.union([done, begun, sent, ended, head]);

/**
 * A line of a journal: its head; a file whose result is there; a batch that begins to be sent, under its key; the job
 * that the batch became, with the batch's files by their index in the job; a batch that is over.
 */
export type JournalLine = Readonly<z.infer<typeof line>>;

/** Undefined for a line that is damaged: the files that it is about are sent again. */
export function parsedLine(text: string): JournalLine | undefined {
  try {
    return line.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

export function lineText(entry: JournalLine): string {
  return `${JSON.stringify(entry)}\n`;
}
