import { FileError } from "../../../errors.ts";
import type { Form } from "../docx/form/form.ts";
import type { LeftOut } from "../docx/leftOut.ts";
import { statedEncoding } from "../html/encoding.ts";
import { readPage } from "../html/read.ts";
import { headed, type MailFields } from "../mail/fields.ts";
import { type Message, type MessageText, textParagraphs } from "../mail/message.ts";
import { DEEPEST, tooDeep } from "../mail/read.ts";
import { decodedAs } from "../mail/words.ts";
import type { OleStorage } from "../package/container.ts";
import { pageOfNumber } from "../rtf/charsets.ts";
import { readRtf } from "../rtf/read.ts";
import { HEADS, type Properties, pageStated, propertiesOf } from "./properties.ts";
import { unpackedRtf } from "./rtfBody.ts";

/** Ids of properties (MS-OXPROPS). */
const ID = {
  ...{ subject: "0037", messageId: "1035", inReplyTo: "1042", headers: "007D", keywords: "5D0B" },
  ...{ sender: "0C1A", senderAddress: "5D01", senderMail: "0C1F", answers: "0050" },
  ...{ to: "0E04", cc: "0E03", bcc: "0E02", sent: "0039", delivered: "0E06" },
  ...{ plain: "1000", html: "1013", rtf: "1009", htmlPage: "3FDE" },
  ...{ name: "3001", mail: "3003", smtp: "39FE", recipient: "0C15" },
  ...{ longName: "3707", shortName: "3704", mime: "370E", data: "3701", method: "3705" },
} as const;

const INNER = `__substg1.0_${ID.data}000D`;
const CONTENT = `__substg1.0_${ID.data}0102`;

interface Place {
  readonly head: number;
  readonly depth: number;
  readonly page: number | undefined;
}

interface Reading {
  readonly form: Form;
  readonly leftOut: LeftOut;
}

const OUTER: Place = { head: HEADS.message, depth: 1, page: undefined };

/** A message of Outlook (MS-OXMSG) and those inside of it, in their order. @throws FileError `too_large`, `corrupt_file` */
export function outlookMessages(storage: OleStorage, reading: Reading, place: Place = OUTER): Message[] {
  if (place.depth > DEEPEST) throw tooDeep();
  const own = propertiesOf(storage, place.head, place.page);
  const page = pageStated(own.number) ?? place.page;
  const message: Message = { fields: fieldsOf(own, storage, page), ...textOf(own, reading), files: [] };
  const inner: Message[] = [];
  for (const name of storage
    .names()
    .filter((one) => one.startsWith("__attach_version1.0_"))
    .toSorted()) {
    const attachment = storage.storage(name);
    if (attachment === undefined) continue;
    const embedded = attachment.storage(INNER);
    if (embedded === undefined) message.files.push(fileOf(attachment, page));
    else if (propertiesOf(attachment, HEADS.part).number(ID.method) === 5)
      inner.push(...outlookMessages(embedded, reading, { head: HEADS.inner, depth: place.depth + 1, page }));
    else reading.leftOut.add("embedded object");
  }
  return [message, ...inner];
}

function fileOf(attachment: OleStorage, page: number | undefined): Message["files"][number] {
  const own = propertiesOf(attachment, HEADS.part, page);
  const name = [ID.longName, ID.shortName, ID.name].map(own.text).find((text) => text !== "");
  return {
    filename: name ?? "attachment",
    media_type: own.text(ID.mime) || "application/octet-stream",
    bytes: attachment.size(CONTENT),
    content: () => {
      const bytes = attachment.stream(CONTENT);
      if (bytes !== undefined) return bytes;
      throw new FileError(
        "unsupported_format",
        "The attachment is a link to a file elsewhere, which is not opened.",
      );
    },
  };
}

/** Fields as a mail has them; those that no property has stand in the head that the mail arrived with. */
function fieldsOf(own: Properties, storage: OleStorage, page: number | undefined): MailFields {
  const arrived = headed(Buffer.from(`${own.text(ID.headers)}\r\n\r\n`, "utf8")).fields;
  const people = recipientsOf(storage, page);
  const sender = own.text(ID.senderAddress) || own.text(ID.senderMail);
  const stated: Readonly<Record<string, string>> = {
    subject: own.text(ID.subject),
    from: addressed(own.text(ID.sender), sender),
    to: people.get(1)?.join(", ") ?? own.text(ID.to),
    cc: people.get(2)?.join(", ") ?? own.text(ID.cc),
    bcc: people.get(3)?.join(", ") ?? own.text(ID.bcc),
    date: (own.time(ID.sent) ?? own.time(ID.delivered))?.toUTCString() ?? "",
    "message-id": own.text(ID.messageId),
    "in-reply-to": own.text(ID.inReplyTo),
    "reply-to": own.text(ID.answers),
  };
  const kept = Object.entries(stated).filter(([, text]) => text !== "");
  // Readers of fields expect the bytes of UTF-8.
  return new Map([...arrived, ...kept.map(([name, text]) => [name, bytesOf(text)] as const)]);
}

function bytesOf(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}

/** Most recipients that are named. */
const MOST_RECIPIENTS = 2_000;

/** Recipients by their kind: 1 to, 2 copies, 3 hidden copies. */
function recipientsOf(storage: OleStorage, page: number | undefined): ReadonlyMap<number, readonly string[]> {
  const found = new Map<number, string[]>();
  const names = storage.names().filter((name) => name.startsWith("__recip_version1.0_"));
  for (const name of names.toSorted().slice(0, MOST_RECIPIENTS)) {
    const recipient = storage.storage(name);
    if (recipient === undefined) continue;
    const own = propertiesOf(recipient, HEADS.part, page);
    const text = addressed(own.text(ID.name), own.text(ID.smtp) || own.text(ID.mail));
    const kind = (own.number(ID.recipient) ?? 1) & 3;
    if (text !== "") found.set(kind, [...(found.get(kind) ?? []), text]);
  }
  return found;
}

/** `Name <address>`; addresses within an organisation, which are no addresses of mail, are left out. */
function addressed(name: string, address: string): string {
  if (!address.includes("@") || address === name) return name || address;
  return name === "" ? address : `${name} <${address}>`;
}

/** The text of a message: HTML, else RTF, else plain, the first of them that has text. */
function textOf(own: Properties, { form, leftOut }: Reading): MessageText {
  const html = htmlOf(own);
  const page = html === "" ? undefined : readPage(html, form, leftOut);
  if (page !== undefined && page.blocks.length > 0)
    return { blocks: [...page.blocks], links: [...page.links] };
  const packed = own.bytes(ID.rtf);
  const rtf = packed === undefined ? undefined : readRtf(unpackedRtf(packed), form, leftOut);
  if (rtf !== undefined && rtf.blocks.length > 0) return { blocks: [...rtf.blocks], links: [...rtf.links] };
  return { blocks: textParagraphs(own.text(ID.plain).replace(/\r\n?/g, "\n"), form), links: [] };
}

function htmlOf(own: Properties): string {
  const bytes = own.bytes(ID.html);
  if (bytes === undefined) return own.text(ID.html);
  const page = own.number(ID.htmlPage);
  const encoding = statedEncoding(bytes.toString("latin1", 0, 4_096));
  return decodedAs(bytes, page === undefined ? (encoding ?? "") : pageOfNumber(page));
}
