import type { FileView } from "../../../shared/contract/jobs.ts";
import type { Viewer } from "./viewer.ts";

const of = (task: string) => (given: string) => given === task;
const isJson = ({ url }: FileView) => url?.endsWith(".json") === true;
const isJsonOfOcr = (task: string, file: FileView) => task === "ocr" && isJson(file);
const isCsv = ({ url }: FileView) => /\.[ct]sv$/.test(url ?? "");

/** Viewers of one result; the first that fits is shown at first. Those of any task come last. */
const VIEWERS: readonly Viewer[] = [
  {
    id: "picture",
    title: "Before and after",
    fits: of("image"),
    load: async () => (await import("./image.tsx")).Picture,
  },
  {
    id: "page",
    title: "Text on the page",
    fits: isJsonOfOcr,
    load: async () => (await import("./ocr/onPage.tsx")).OnPage,
  },
  {
    id: "text",
    title: "Text",
    fits: isJsonOfOcr,
    load: async () => (await import("./ocr/ocrText.tsx")).OcrText,
  },
  {
    id: "sentiment",
    title: "Sentiment",
    fits: of("text"),
    load: async () => (await import("./text/sentiment.tsx")).Sentiment,
  },
  {
    id: "words",
    title: "Words and numbers",
    fits: of("text"),
    load: async () => (await import("./text/words.tsx")).Words,
  },
  {
    id: "terms",
    title: "Terms",
    fits: of("embedding"),
    load: async () => (await import("./embedding/terms.tsx")).Terms,
  },
  {
    id: "heat",
    title: "Similarity",
    fits: of("embedding"),
    load: async () => (await import("./embedding/heatMap.tsx")).HeatMap,
  },
  {
    id: "wave",
    title: "Sound",
    fits: of("audio"),
    load: async () => (await import("./audio/audio.tsx")).Sound,
  },
  {
    id: "pages",
    title: "Document",
    fits: of("document"),
    load: async () => (await import("./document/document.tsx")).DocumentView,
  },
  { id: "spread", title: "Mean", fits: of("mean"), load: async () => (await import("./mean/mean.tsx")).Mean },
  {
    id: "model",
    title: "Model",
    fits: of("train"),
    load: async () => (await import("./train/modelCard.tsx")).ModelCard,
  },
  {
    id: "predictions",
    title: "Predictions",
    fits: of("predict"),
    load: async () => (await import("./predict/predictions.tsx")).Predictions,
  },
  {
    id: "calls",
    title: "Items",
    fits: of("function"),
    load: async () => (await import("./function/calls.tsx")).Calls,
  },
  {
    id: "table",
    title: "Table",
    fits: (_task, file) => isCsv(file),
    load: async () => (await import("./csvTable.tsx")).CsvTable,
  },
  {
    id: "json",
    title: "JSON",
    fits: (_task, file) => isJson(file),
    load: async () => (await import("./json.tsx")).JsonTree,
  },
  {
    id: "plain",
    title: "Plain text",
    fits: (_task, file) => !isJson(file) && /\.(txt|md|html?|hocr|[ct]sv|xml)$/.test(file.url ?? ""),
    load: async () => (await import("./plain.tsx")).PlainText,
  },
];

/** The viewers of a result, in the order of their tabs; none for a file that is not done. */
export function resultViewersFor(task: string, file: FileView): readonly Viewer[] {
  return file.state === "done" ? VIEWERS.filter(({ fits }) => fits(task, file)) : [];
}
