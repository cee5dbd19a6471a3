/** Characters that XML 1.0 does not have: most controls, halves of pairs, two that are none. */
const NOT_IN_XML = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
  "\t": "&#9;",
  "\n": "&#10;",
  "\r": "&#13;",
};

/** Text for the content of an element or for an attribute; a character that XML does not have becomes U+FFFD. */
export function xmlText(text: string): string {
  return text.replace(NOT_IN_XML, "\ufffd").replace(/[&<>"'\t\n\r]/g, (mark) => ENTITIES[mark] ?? mark);
}
