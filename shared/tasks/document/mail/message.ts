import type { DocxBlock } from "../docx/blocks.ts";
import type { Form } from "../docx/form/form.ts";
import type { LeftOut } from "../docx/leftOut.ts";
import { readPage } from "../html/read.ts";
import type { InnerFile } from "../inside.ts";
import { textParagraph } from "../reading/blocks.ts";
import type { DocumentLink } from "../reading/reading.ts";
import type { MailFields } from "./fields.ts";
import { type MailPart, textOfPart } from "./part.ts";

export interface MessageText {
  readonly blocks: DocxBlock[];
  readonly links: DocumentLink[];
}

/** What is found in a mail: its fields, its text, its files. */
export interface Message extends MessageText {
  readonly fields: MailFields;
  readonly files: InnerFile[];
}

/** A mail and the mails inside of it. */
interface OpenMessage extends Message {
  readonly part: MailPart;
  readonly inner: MailPart[];
}

interface Reading {
  readonly form: Form;
  readonly leftOut: LeftOut;
}

/** Reads the text of a mail: of alternatives the last one that has a text, as its writer prefers it (RFC 2046, 5.1.4). */
export function readMessage(part: MailPart, reading: Reading): OpenMessage {
  const message: OpenMessage = { part, fields: part.fields, blocks: [], links: [], files: [], inner: [] };
  collect(part, message, reading);
  return message;
}

function collect(part: MailPart, message: OpenMessage, reading: Reading): void {
  const { type, parts, isAttachment } = part;
  if (type === "message/rfc822" && part !== message.part) message.inner.push(part);
  else if (parts.length > 0) collectParts(part, message, reading);
  else if (isText(type) && !isAttachment) addText(part, message, reading);
  else if (!type.startsWith("multipart/")) addFile(part, message, reading);
}

function collectParts({ type, parts }: MailPart, message: OpenMessage, reading: Reading): void {
  if (type !== "multipart/alternative") {
    for (const part of parts) collect(part, message, reading);
    return;
  }
  for (const part of parts.toReversed()) {
    const before = message.blocks.length;
    collect(part, message, reading);
    if (message.blocks.length > before) break;
  }
}

function isText(type: string): boolean {
  return /^(?:text\/(?:plain|html|enriched|markdown|x-markdown)|message\/(?:delivery-status|disposition-notification)|text\/rfc822-headers)$/.test(
    type,
  );
}

function addText(part: MailPart, { blocks, links }: Message, { form, leftOut }: Reading): void {
  const text = textOfPart(part);
  if (part.type === "text/html") {
    const page = readPage(text, form, leftOut);
    for (const block of page.blocks) blocks.push(block);
    for (const link of page.links) links.push(link);
    return;
  }
  for (const block of textParagraphs(text, form)) blocks.push(block);
}

/** Paragraphs of a plain text, which empty lines part. */
export function textParagraphs(text: string, form: Form): DocxBlock[] {
  return text
    .split(/\n[ \t]*\n\s*/)
    .map((paragraph) => paragraph.trimEnd().replace(/^\n+/, ""))
    .filter((paragraph) => paragraph !== "")
    .map((paragraph) => textParagraph(form, paragraph));
}

function addFile(part: MailPart, { files }: Message, { leftOut }: Reading): void {
  if (/^application\/(?:x-)?pkcs7-mime$|^application\/pgp-encrypted$/.test(part.type))
    leftOut.add("encrypted or signed content");
  const content = () => part.content();
  const filename = part.filename === "" ? `part.${part.type.split("/")[1] ?? "bin"}` : part.filename;
  files.push({ filename, media_type: part.type, bytes: content().length, content });
}
