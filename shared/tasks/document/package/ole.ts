import { FileError } from "../../../errors.ts";
import type { JsonObject, StepFile } from "../../task.ts";
import { damagedDoc, WORD_STREAM, wordFile } from "../doc/fib.ts";
import { decrypted, opened } from "../docx/ole.ts";
import { extensionOf } from "../extension.ts";
import { misnamed, unsupported } from "../kind.ts";
import type { DocumentOptions } from "../options.ts";
import type { ReadContext } from "../reading/context.ts";
import { type OleStorage, openContainer } from "./container.ts";
import { claimsPackage, packageFields } from "./read.ts";

/** Largest message or old document, which is held in memory. */
const LARGEST = 128 * 2 ** 20;

type Reader = (
  of: { readonly bytes: Buffer; readonly storage: OleStorage; readonly filename: string },
  options: DocumentOptions,
  context: ReadContext,
) => Promise<JsonObject>;

/** Formats by a stream that they have at the top, since a document of another kind may hold one of these. */
const READERS: readonly (readonly [stream: string, read: Reader])[] = [
  [
    "__properties_version1.0",
    async ({ storage }, ...of) => (await import("../msg/read.ts")).msgFields(storage, ...of),
  ],
  [WORD_STREAM, wordFields],
];

/**
 * Makes the fields of an OLE file: a message of Outlook, an old Word document or an encrypted office document.
 * @throws FileError `unsupported_format`, `password_required`, `misnamed` and others
 */
export async function oleFields(
  file: StepFile,
  options: DocumentOptions,
  context: ReadContext,
): Promise<JsonObject> {
  const bytes = await file.read();
  if (bytes.length > LARGEST) {
    if (READERS.some(([stream]) => bytes.includes(Buffer.from(stream, "utf16le")))) throw tooLarge();
  } else {
    const storage = openContainer(bytes);
    const names = new Set(storage.names().map((name) => name.toLowerCase()));
    const read = READERS.find(([stream]) => names.has(stream.toLowerCase()))?.[1];
    if (read !== undefined) return await read({ bytes, storage, filename: file.filename }, options, context);
  }
  return await packageFields(await decrypted(file, options.password), options, context);
}

function tooLarge(): FileError {
  return new FileError("too_large", `The file is larger than ${LARGEST / 2 ** 20} MB. This limit is fixed.`);
}

async function wordFields(...[{ bytes, storage, filename }, options, context]: Parameters<Reader>) {
  if (!options.any_name && claimsPackage(filename))
    throw misnamed(extensionOf(filename), "an old Word document");
  const { docFields } = await import("../doc/read.ts");
  try {
    const file = wordFile(storage);
    if (!file.isEncrypted) return docFields({ file, storage }, options, context);
    const inside = openContainer(await opened(bytes, options.password));
    const plain = wordFile(inside);
    if (plain.isEncrypted) throw unsupported("a Word document whose encryption is not known");
    return docFields({ file: plain, storage: inside }, options, context);
  } catch (error) {
    // Numbers outside of the file.
    throw error instanceof RangeError ? damagedDoc(error) : error;
  }
}
