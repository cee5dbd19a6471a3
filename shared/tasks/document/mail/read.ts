import { FileError } from "../../../errors.ts";
import type { JsonObject, StepFile } from "../../task.ts";
import { FORMS, type Form } from "../docx/form/form.ts";
import { LeftOut } from "../docx/leftOut.ts";
import { listed, readFiles } from "../inside.ts";
import type { DocumentOptions } from "../options.ts";
import { textParagraph } from "../reading/blocks.ts";
import type { ReadContext } from "../reading/context.ts";
import { readingFields } from "../reading/fields.ts";
import type { Section } from "../reading/reading.ts";
import type { MailFields } from "./fields.ts";
import { type Message, readMessage } from "./message.ts";
import { type PartCount, readPart } from "./part.ts";
import { decodedField } from "./words.ts";

/** Most bytes of a mail, which is held in memory. */
const LARGEST = 64 * 2 ** 20;

/** Makes the fields of a mail. @throws FileError `too_large` */
export async function mailFields(
  file: StepFile,
  options: DocumentOptions,
  context: ReadContext,
): Promise<JsonObject> {
  if (file.bytes > LARGEST) {
    const limit = LARGEST / 2 ** 20;
    throw new FileError("too_large", `The mail is larger than ${limit} MB. This limit is fixed.`);
  }
  const leftOut = new LeftOut();
  const messages = messagesOf(await file.read(), { form: FORMS[options.format], leftOut });
  return await messagesFields({ media_type: "message/rfc822", messages, leftOut }, options, context);
}

interface MailReading {
  readonly media_type: string;
  /** The mail, then those inside of it. */
  readonly messages: readonly Message[];
  readonly leftOut: LeftOut;
}

/** Makes the fields of a mail of any format, and reads or lists its files. */
export async function messagesFields(
  { media_type, messages, leftOut }: MailReading,
  options: DocumentOptions,
  context: ReadContext,
): Promise<JsonObject> {
  const form = FORMS[options.format];
  const files = messages.flatMap((message) => message.files);
  const inside = options.attachments === "read" ? await readFiles(files, form, context) : await listed(files);
  const [first] = messages;
  return readingFields(
    {
      document_type: "Email",
      media_type,
      metadata: first === undefined ? {} : metadataOf(first.fields),
      sections: [
        ...messages.map((message, at) => sectionOf(message, form, at > 0 ? "inner" : "outer")),
        ...inside.sections,
      ],
      links: messages.flatMap(({ links }) => links),
      attachments: inside.attachments,
      left_out: leftOut.counts(),
    },
    options,
  );
}

interface Reading {
  readonly form: Form;
  readonly leftOut: LeftOut;
}

/** Most mails in each other: each of them is searched for the boundaries of its parts. */
export const DEEPEST = 100;

/** A mail and those inside of it, in their order. */
function messagesOf(bytes: Buffer, reading: Reading, { count, depth }: Place = OUTER()): Message[] {
  if (depth > DEEPEST) throw tooDeep();
  const message = readMessage(readPart(bytes, count), reading);
  const inside = { count, depth: depth + 1 };
  return [message, ...message.inner.flatMap((part) => messagesOf(part.content(), reading, inside))];
}

export function tooDeep(): FileError {
  return new FileError(
    "too_large",
    `The mail holds mails more than ${DEEPEST} deep in each other. This limit is fixed.`,
  );
}

interface Place {
  readonly count: PartCount;
  readonly depth: number;
}

const OUTER = (): Place => ({ count: { parts: 0 }, depth: 1 });

/** Fields that stand before the text of a mail inside of another one, whose metadata is not told elsewhere. */
const SHOWN = ["From", "To", "Cc", "Date"];

function sectionOf({ fields, blocks }: Message, form: Form, place: "inner" | "outer"): Section {
  const title = fieldOf(fields, "subject");
  const heading = title === "" ? [] : [textParagraph(form, title, 2)];
  const shown = place === "outer" ? [] : SHOWN.filter((name) => fields.has(name.toLowerCase()));
  const lines = shown.map((name) => textParagraph(form, `${name}: ${fieldOf(fields, name.toLowerCase())}`));
  return { kind: "message", title, hidden: false, parts: [...heading, ...lines, ...blocks] };
}

function metadataOf(fields: MailFields): Record<string, string | null> {
  const time = Date.parse(fieldOf(fields, "date").replace(/\([^)]*\)/g, ""));
  const creator = fieldOf(fields, "x-mailer");
  return {
    title: fieldOf(fields, "subject"),
    subject: fieldOf(fields, "subject"),
    author: fieldOf(fields, "from"),
    to: fieldOf(fields, "to"),
    cc: fieldOf(fields, "cc"),
    bcc: fieldOf(fields, "bcc"),
    reply_to: fieldOf(fields, "reply-to"),
    identifier: fieldOf(fields, "message-id"),
    in_reply_to: fieldOf(fields, "in-reply-to"),
    keywords: fieldOf(fields, "keywords"),
    creator: creator === "" ? fieldOf(fields, "user-agent") : creator,
    created: Number.isNaN(time) ? null : new Date(time).toISOString(),
  };
}

const LONGEST = 20_000;

function fieldOf(fields: MailFields, name: string): string {
  return decodedField((fields.get(name) ?? "").slice(0, LONGEST))
    .replace(/[\r\n\t]+/g, " ")
    .trim();
}
