import sanitize from "sanitize-html";

/** What may stand in a result's HTML: structure and plain links. No script, style, form, frame or remote picture. */
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

/** HTML that is safe to put into a page, whatever the document held. */
export function safeHtml(html: string): string {
  return sanitize(html, RULES);
}

export function escapeHtml(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

/** Plain text as paragraphs: a blank line parts them, a line end stays one. */
export function paragraphs(text: string): string {
  return text
    .split(/\n[ \t]*\n+/)
    .filter((part) => part.trim() !== "")
    .map((part) => `<p>${escapeHtml(part.trim()).replace(/\n/g, "<br />")}</p>`)
    .join("\n");
}
