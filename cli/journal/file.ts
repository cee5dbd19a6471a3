import { randomBytes } from "node:crypto";
import { type FileHandle, mkdir, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { syncFolder } from "../../shared/syncFolder.ts";
import { type JournalLine, lineText, parsedLine } from "./lines.ts";

/** Opens a file of lines for appending; only this user can read it. A line that a crash has cut is closed. */
export async function openLines(path: string): Promise<FileHandle> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const handle = await open(path, "a+", 0o600);
  const { size } = await handle.stat();
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(1), 0, 1, Math.max(0, size - 1));
  if (bytesRead === 1 && buffer.toString() !== "\n") await handle.appendFile("\n");
  return handle;
}

/** The lines of a file that are whole. */
export async function* linesOf(path: string): AsyncGenerator<JournalLine> {
  const file = await open(path, "r");
  try {
    for await (const text of file.readLines()) {
      const line = parsedLine(text);
      if (line !== undefined) yield line;
    }
  } finally {
    await file.close();
  }
}

/** Lines that are written at once while a file is made. */
const LINES_AT_ONCE = 5_000;

/** Replaces the file whole: after a crash it is the old one or the new one. */
export async function replaceLines(path: string, lines: AsyncIterable<JournalLine>): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString("hex")}.part`;
  try {
    const file = await open(temporary, "wx", 0o600);
    try {
      await writeAll(file, lines);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    await syncFolder(dirname(path));
  } finally {
    await rm(temporary, { force: true });
  }
}

async function writeAll(file: FileHandle, lines: AsyncIterable<JournalLine>): Promise<void> {
  let waiting: string[] = [];
  for await (const line of lines) {
    waiting.push(lineText(line));
    if (waiting.length < LINES_AT_ONCE) continue;
    await file.appendFile(waiting.join(""));
    waiting = [];
  }
  await file.appendFile(waiting.join(""));
}
