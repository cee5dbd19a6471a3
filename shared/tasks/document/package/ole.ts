import { FileError } from "../../../errors.ts";
import type { JsonObject, StepFile } from "../../task.ts";
import { decrypted } from "../docx/ole.ts";
import { openContainer } from "../msg/container.ts";
import type { DocumentOptions } from "../options.ts";
import type { ReadContext } from "../reading/context.ts";
import { packageFields } from "./read.ts";

/** Largest message of Outlook, which is held in memory. */
const LARGEST = 128 * 2 ** 20;
/** Stream that a message of Outlook has, in UTF-16. */
const OF_MESSAGE = "__properties_version1.0";

/** Makes the fields of an OLE file: a message of Outlook or an encrypted office document. @throws FileError `unsupported_format`, `password_required` and others */
export async function oleFields(
  file: StepFile,
  options: DocumentOptions,
  context: ReadContext,
): Promise<JsonObject> {
  const bytes = await file.read();
  if (bytes.includes(Buffer.from(OF_MESSAGE, "utf16le"))) {
    if (bytes.length > LARGEST)
      throw new FileError(
        "too_large",
        `The message is larger than ${LARGEST / 2 ** 20} MB. This limit is fixed.`,
      );
    const storage = openContainer(bytes);
    // A document of another kind may hold a message.
    if (storage.names().includes(OF_MESSAGE))
      return await (await import("../msg/read.ts")).msgFields(storage, options, context);
  }
  return await packageFields(await decrypted(file, options.password), options, context);
}
