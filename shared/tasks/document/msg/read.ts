import type { JsonObject } from "../../task.ts";
import { FORMS } from "../docx/form/form.ts";
import { LeftOut } from "../docx/leftOut.ts";
import { messagesFields } from "../mail/read.ts";
import type { DocumentOptions } from "../options.ts";
import type { OleStorage } from "../package/container.ts";
import type { ReadContext } from "../reading/context.ts";
import { outlookMessages } from "./message.ts";

/** Makes the fields of a message of Outlook. @throws FileError `too_large`, `corrupt_file` */
export async function msgFields(
  storage: OleStorage,
  options: DocumentOptions,
  context: ReadContext,
): Promise<JsonObject> {
  const leftOut = new LeftOut();
  const messages = outlookMessages(storage, { form: FORMS[options.format], leftOut });
  return await messagesFields(
    { media_type: "application/vnd.ms-outlook", messages, leftOut },
    options,
    context,
  );
}
