import { FileError } from "../../../errors.ts";
import type { JsonObject, StepFile } from "../../task.ts";
import type { InnerFile } from "../inside.ts";
import type { DocumentOptions } from "../options.ts";
import type { ReadContext } from "../reading/context.ts";
import { BLOCK, isTarHeader, nameOf, paxRecords, type TarHeader, tarHeader } from "./header.ts";
import { isGzip } from "./kind.ts";
import { judgeInflated, LIMITS, refuseEntries } from "./limits.ts";
import { archiveFields, UNSTATED } from "./read.ts";
import { type ArchiveBytes, fileSource, gunzipSource } from "./source.ts";

/** Makes the fields of a tar archive, packed by gzip or not. @throws FileError `wrong_type`, `corrupt_file`, `too_large` */
export async function tarFields(
  file: StepFile,
  options: DocumentOptions,
  context: ReadContext,
): Promise<JsonObject> {
  if (options.archives === undefined)
    throw new FileError(
      "wrong_type",
      "The file is a tar archive. Set the option `archives` to list or read its files.",
    );
  const isPacked = isGzip(await file.slice(0, 3));
  const source = isPacked ? gunzipSource(file, () => context.progress()) : fileSource(file);
  const media_type = isPacked ? "application/gzip" : "application/x-tar";
  try {
    return await archiveFields({ media_type, files: filesOf(source) }, options, context);
  } catch (error) {
    throw error instanceof Error && "code" in error && /^Z_/.test(String(error.code))
      ? damaged("its gzip stream is cut off or damaged", error)
      : error;
  } finally {
    source.close();
  }
}

/** Longest name and longest extended header. */
const LONGEST = 1 << 20;

/** What headers before that of a file say of it. */
interface Extended {
  readonly name?: string | undefined;
  readonly size?: number | undefined;
}

async function* filesOf(source: ArchiveBytes): AsyncGenerator<InnerFile> {
  const budget = { left: LIMITS.kept.total };
  let extended: Extended = {};
  let entries = 0;
  for (let header = await headerAt(source, entries); header !== undefined; ) {
    entries += 1;
    refuseEntries(entries);
    const more = await extendedBy(header, source);
    if (more === undefined) {
      const { name = header.name, size = header.size } = extended;
      if (isFile(header)) yield* fileAt(source, { name, size, budget });
      else await passed(source, { name, size });
      extended = {};
    } else extended = { ...extended, ...more };
    header = await headerAt(source, entries);
  }
}

/** The next header; undefined at the end, which is an empty block or that of the file. */
async function headerAt(source: ArchiveBytes, entries: number): Promise<TarHeader | undefined> {
  const block = await source.take(BLOCK);
  if (block.every((byte) => byte === 0)) return undefined;
  const header = isTarHeader(block) ? tarHeader(block) : undefined;
  if (header === undefined || !Number.isSafeInteger(header.size))
    throw damaged(`what follows its entry ${entries} is no header`);
  return header;
}

/** What a header says of the next one; undefined for a header of its own. Those that count for all files name none. */
async function extendedBy(
  { type, size, name }: TarHeader,
  source: ArchiveBytes,
): Promise<Extended | undefined> {
  if (!/^[xgLK]$/.test(type)) return undefined;
  if (size > LONGEST)
    throw new FileError(
      "too_large",
      `A header of the archive is larger than ${LONGEST} bytes. This limit is fixed.`,
    );
  const bytes = await contentOf(source, { name, size });
  if (type === "L") return { name: nameOf(bytes.subarray(0, zeroIn(bytes))) };
  if (type !== "x") return {};
  const records = paxRecords(bytes);
  const stated = Number(records.get("size"));
  const path = records.get("GNU.sparse.name") ?? records.get("path");
  return {
    ...(path === undefined ? {} : { name: path }),
    ...(Number.isSafeInteger(stated) && stated >= 0 && records.has("size") ? { size: stated } : {}),
  };
}

function zeroIn(bytes: Buffer): number {
  const zero = bytes.indexOf(0);
  return zero === -1 ? bytes.length : zero;
}

/** Files have these types; links, folders and devices have no content. */
function isFile({ type, name }: TarHeader): boolean {
  return /^[07S\0]$/.test(type) && !name.endsWith("/");
}

interface Entry {
  readonly name: string;
  readonly size: number;
}

async function* fileAt(
  source: ArchiveBytes,
  { name, size, budget }: Entry & { readonly budget: { left: number } },
): AsyncGenerator<InnerFile> {
  let isTaken = false;
  yield {
    filename: name,
    media_type: UNSTATED,
    bytes: size,
    content: async () => {
      const limit = Math.min(LIMITS.kept.part, budget.left);
      judgeInflated(size, { name: `its file ${name}`, packed: size, limit });
      budget.left -= size;
      isTaken = true;
      return await contentOf(source, { name, size });
    },
  };
  if (!isTaken) await passed(source, { name, size });
}

async function contentOf(source: ArchiveBytes, { name, size }: Entry): Promise<Buffer> {
  const bytes = await source.take(size);
  if (bytes.length < size) throw cutOff(name);
  await source.skip(paddingOf(size));
  return bytes;
}

async function passed(source: ArchiveBytes, { name, size }: Entry): Promise<void> {
  if ((await source.skip(size)) < size) throw cutOff(name);
  await source.skip(paddingOf(size));
}

function paddingOf(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}

function cutOff(name: string): FileError {
  return damaged(`it is cut off in its file ${name.slice(0, 200)}`);
}

function damaged(what: string, cause?: unknown): FileError {
  return new FileError("corrupt_file", `The archive is damaged: ${what}. Send an intact copy.`, { cause });
}
