import sanitize from "sanitize-html";

/** Allowed HTML in a result: structure and plain links; no script, style, form, frame or remote picture. */
const RULES: sanitize.IOptions = {
  allowedTags: [
    ...["h1", "h2", "h3", "h4", "h5", "h6", "p", "br", "hr", "section", "blockquote", "pre", "code"],
    ...["ul", "ol", "li", "dl", "dt", "dd", "strong", "em", "s", "sup", "sub", "u", "del", "a", "img"],
    ...["table", "thead", "tbody", "tr", "th", "td"],
  ],
  allowedAttributes: {
    a: ["href", "id"],
    img: ["alt"],
    ol: ["start"],
    li: ["id"],
    section: ["id"],
    td: ["colspan", "rowspan"],
    th: ["colspan", "rowspan"],
  },
  allowedSchemes: ["http", "https", "mailto"],
  allowProtocolRelative: false,
  disallowedTagsMode: "discard",
};

/** Sanitises HTML so that a page may include it. */
export function safeHtml(html: string): string {
  return sanitize(html, RULES);
}

/** Ends of blocks, behind which a line of text ends. */
const BLOCK_END = /<(?:br|hr|\/(?:p|div|h[1-6]|li|tr|td|th|dt|dd|pre|blockquote|title))\b[^>]{0,200}>/gi;

/** Text of HTML, a line for each block; scripts and styles are no text. */
export function textOfHtml(html: string): string {
  const lines = html.replace(/\s+/g, " ").replace(BLOCK_END, "$&\n");
  return sanitize(lines, { allowedTags: [], allowedAttributes: {} })
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&quot;/g, '"')
    .replace(/&amp;/g, "&");
}

export function escapeHtml(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

/** Converts plain text to paragraphs: blank lines separate them, line ends stay line ends. */
export function paragraphs(text: string): string {
  return text
    .split(/\n[ \t]*\n+/)
    .filter((part) => part.trim() !== "")
    .map((part) => `<p>${escapeHtml(part.trim()).replace(/\n/g, "<br />")}</p>`)
    .join("\n");
}
