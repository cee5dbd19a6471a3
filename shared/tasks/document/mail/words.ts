import { isUtf8 } from "node:buffer";
import { decoderOf } from "../../../media/text/codecs/decoders.ts";
import { encodingMeant } from "../html/encoding.ts";

/** Decodes bytes in an encoding that a mail states; one that is not known is taken for UTF-8 or windows-1252. */
export function decodedAs(bytes: Buffer, charset: string): string {
  const decode = charset === "" ? undefined : decoderOf(encodingMeant(charset));
  return decode === undefined || (/^(?:utf-8|windows-1252)$/.test(encodingMeant(charset)) && isUtf8(bytes))
    ? plainText(bytes)
    : decode(bytes);
}

function plainText(bytes: Buffer): string {
  return isUtf8(bytes)
    ? bytes.toString("utf8")
    : (decoderOf("windows-1252")?.(bytes) ?? bytes.toString("latin1"));
}

const WORD = /=\?([^?*\s]{1,60})(?:\*[^?\s]{0,40})?\?([bq])\?([^?]*)\?=/gi;
const BETWEEN_WORDS = /(\?=)\s+(?==\?[^?\s]{1,100}\?[bq]\?)/gi;

/** Decodes the words of a field (RFC 2047). Words that follow each other are decoded as one, since some writers part letters. */
export function decodedField(value: string): string {
  if (!value.includes("=?")) return plainText(Buffer.from(value, "latin1"));
  let text = "";
  let at = 0;
  let open: { readonly charset: string; readonly bytes: Buffer[] } | undefined;
  const close = () => {
    if (open !== undefined) text += decodedAs(Buffer.concat(open.bytes), open.charset);
    open = undefined;
  };
  const joined = value.replace(BETWEEN_WORDS, "$1");
  for (const { 0: word, 1: charset = "", 2: coding = "", 3: content = "", index } of joined.matchAll(WORD)) {
    if (index > at || open?.charset !== charset) close();
    text += plainText(Buffer.from(joined.slice(at, index), "latin1"));
    open ??= { charset, bytes: [] };
    open.bytes.push(
      coding.toLowerCase() === "b" ? Buffer.from(content, "base64") : unquoted(content.replaceAll("_", " ")),
    );
    at = index + word.length;
  }
  close();
  return text + plainText(Buffer.from(joined.slice(at), "latin1"));
}

/** Bytes of a quoted-printable text (RFC 2045, 6.7). */
export function unquoted(text: string): Buffer {
  const whole = text
    .replace(/[ \t]{1,1000}(?=\r?\n)/g, "")
    .replace(/=\r?\n/g, "")
    .replace(/=([0-9a-f]{2})/gi, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
  return Buffer.from(whole, "latin1");
}
