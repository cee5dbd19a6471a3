/** Values of the option `output`, with the ending of the result's name and its media type. */
export const OUTPUTS = {
  json: { ending: "json", type: "application/json" },
  text: { ending: "txt", type: "text/plain; charset=utf-8" },
  tsv: { ending: "tsv", type: "text/tab-separated-values; charset=utf-8" },
  hocr: { ending: "hocr", type: "text/vnd.hocr+html; charset=utf-8" },
  alto: { ending: "xml", type: "application/xml" },
  pdf: { ending: "pdf", type: "application/pdf" },
} as const;

export type Output = keyof typeof OUTPUTS;
/** Outputs that are written page by page as text. */
export type TextOutput = Exclude<Output, "json" | "pdf">;

export const OUTPUT_NAMES = Object.keys(OUTPUTS) as [Output, ...Output[]];
