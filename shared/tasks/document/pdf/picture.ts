import { PDFParse } from "pdf-parse";
import { FileError } from "../../../errors.ts";
import { onlyFile } from "../../result.ts";
import type { Step, StepFile } from "../../task.ts";
import type { DocumentOptions } from "../options.ts";
import { openableSource } from "./library.ts";
import { readPage } from "./page.ts";
import { withPdf } from "./read.ts";

/** 300 dpi, which OCR reads best; a PDF counts in points of 1/72 inch. */
const SCALE = 300 / 72;
/** Most pixels of a picture, the limit of OCR: A4 at 300 dpi with margins. Larger pages are drawn smaller. */
const MOST_PIXELS = 10_000_000;

/**
 * Draws page `args.page` as a PNG for OCR; drawing the whole page renders every kind of picture, mask and rotation. With
 * `args.unless_text`, a page that has text is not drawn, and `info` says so.
 */
export const picture: Step<DocumentOptions> = async (input) => {
  const file = onlyFile(input.files);
  const page = Number(input.args.page);
  const { password } = input.options;
  if (input.args.unless_text === true && (await hasText(file, page, input.options)))
    return { body: Buffer.alloc(0), info: { has_text: true } };
  const parser = new PDFParse(await openableSource(file, password));
  try {
    const { pages } = await parser.getInfo({ partial: [page], parsePageInfo: true });
    const { width = 0, height = 0 } = pages[0] ?? {};
    const scale = Math.min(SCALE, Math.sqrt(MOST_PIXELS / Math.max(1, width * height)));
    const shots = await parser.getScreenshot({
      partial: [page],
      scale,
      imageBuffer: true,
      imageDataUrl: false,
    });
    const png = shots.pages[0]?.data;
    if (png === undefined || png.length === 0) throw new Error("the engine gave no picture");
    return { body: png };
  } catch (error) {
    throw new FileError("corrupt_page", `Page ${page} cannot be drawn for OCR.`, { cause: error });
  } finally {
    await parser.destroy();
  }
};

async function hasText(file: StepFile, number: number, options: DocumentOptions): Promise<boolean> {
  const { has_text_layer } = await withPdf(file, options, (pdf) => readPage(pdf, number, "content"));
  return has_text_layer;
}
