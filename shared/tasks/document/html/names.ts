/** Elements whose content a page does not show. */
export const NEVER_SHOWN: ReadonlySet<string> = new Set([
  ...["script", "style", "template", "noembed", "noframes", "datalist", "audio", "video", "canvas", "object"],
  ...["head", "title", "metadata", "iframe"],
]);

/** Elements before and behind which a line ends. */
export const BLOCKS: ReadonlySet<string> = new Set([
  ...[
    "html",
    "body",
    "p",
    "div",
    "section",
    "article",
    "header",
    "footer",
    "main",
    "aside",
    "nav",
    "address",
  ],
  ...[
    "ul",
    "ol",
    "li",
    "dl",
    "dt",
    "dd",
    "menu",
    "dir",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "pre",
    "xmp",
  ],
  ...["blockquote", "figure", "figcaption", "form", "fieldset", "legend", "details", "summary", "center"],
  ...[
    "table",
    "caption",
    "tr",
    "td",
    "th",
    "thead",
    "tbody",
    "tfoot",
    "option",
    "optgroup",
    "listing",
    "dialog",
  ],
  ...["hgroup", "search", "plaintext", "svg"],
]);

export const HEADING = /^h([1-6])$/;
/** Addresses that a reader can follow. */
export const FOLLOWED = /^(?:https?|mailto|ftp|tel):/i;
