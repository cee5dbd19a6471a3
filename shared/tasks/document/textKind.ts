/** Kinds of text by their first bytes: for the slaves that read files and for the master that names their types. */

const FIELD =
  /^(?:From|To|Cc|Subject|Date|Message-ID|MIME-Version|Received|Return-Path|Reply-To|Delivered-To|X-[\w-]+|DKIM-Signature|Content-(?:Type|Transfer-Encoding)|Sender|List-[\w-]+|ARC-[\w-]+|Authentication-Results):/i;
/** Fields that programs write and people do not. */
const OF_PROGRAMS = /^(?:Message-ID|MIME-Version|Received|Return-Path|DKIM-Signature|Delivered-To):/im;
/** The line before a mail in a mailbox of Unix. */
const ENVELOPE = /^(?:From \S+ .*|X-Mozilla-Status.*)\r?\n/;

/** Whether a text is a mail: it begins with fields of a mail, one of which only programs write, or is named so. */
export function isMail(head: Buffer, filename: string): boolean {
  const start = head
    .toString("latin1")
    .replace(/^\xef\xbb\xbf/, "")
    .replace(ENVELOPE, "");
  if (!FIELD.test(start)) return false;
  const fields = start.split(/\r?\n\r?\n/, 1)[0] ?? "";
  const areFields = fields
    .split(/\r?\n/)
    .slice(0, -1)
    .every((line) => /^(?:[ \t]|[!-9;-~]+:)/.test(line));
  return areFields && (OF_PROGRAMS.test(fields) || /\.(?:eml|mht|mhtml)$/i.test(filename));
}

export function isRtf(head: Buffer): boolean {
  return /^(?:\xef\xbb\xbf)?\s{0,16}\{\\rtf/.test(head.toString("latin1", 0, 64));
}

/** Whether a text is a page of HTML or XHTML: it begins as such, or is named so and has elements. */
export function isHtml(head: Buffer, filename: string): boolean {
  const start = beginningOf(head).replace(/^\s*(?:<\?xml[^>]*>\s*)?(?:<!--[\s\S]{0,2000}?-->\s*)*/, "");
  if (/^<(?:!doctype\s+(?:html|"?-\/\/w3c\/\/dtd x?html)|html[\s>]|head[\s>]|body[\s>])/i.test(start))
    return true;
  return /\.(?:html?|xhtml?)$/i.test(filename) && /<[a-z!][^>]*>/i.test(start);
}

/** Separated values are known by their name alone, since any text with commas could be meant as a table. */
export function isSeparated(filename: string): boolean {
  return /\.(?:csv|tsv|tab|psv)$/i.test(filename);
}

function beginningOf(head: Buffer): string {
  const [first, second] = head;
  if (first === 0xff && second === 0xfe)
    return head.subarray(2, 2 + 2 * ((head.length - 2) >> 1)).toString("utf16le");
  const bare = head.toString("latin1").replace(/^\xef\xbb\xbf/, "");
  return first === 0xfe && second === 0xff ? bare.replaceAll("\0", "").slice(2) : bare;
}
