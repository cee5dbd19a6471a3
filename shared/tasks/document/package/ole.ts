import type { JsonObject, StepFile } from "../../task.ts";
import { decrypted } from "../docx/ole.ts";
import type { DocumentOptions } from "../options.ts";
import type { ReadContext } from "../reading/context.ts";
import { packageFields } from "./read.ts";

/** Makes the fields of an OLE file: an encrypted office document. @throws FileError `unsupported_format`, `password_required` and others */
export async function oleFields(
  file: StepFile,
  options: DocumentOptions,
  context: ReadContext,
): Promise<JsonObject> {
  return await packageFields(await decrypted(file, options.password), options, context);
}
