/** White space that is not one space already: each match costs memory, and most words have one space between them. */
const WHITE = /[\t\n\r\f][ \t\n\r\f]*| [ \t\n\r\f]+/g;

/** The text with one space for each run of white space, as HTML and OpenDocument have it. */
export function singleSpaced(text: string): string {
  return text.replace(WHITE, " ");
}
