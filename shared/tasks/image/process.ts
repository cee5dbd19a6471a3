import { FileError } from "../../errors.ts";
import { onlyFile } from "../result.ts";
import type { Step, StepOutput } from "../task.ts";
import type { ImageOptions } from "./index.ts";
import { sharp } from "./sharp.ts";

const LUMA = [0.299, 0.587, 0.114] as const;

const grayscale: Step = async ({ files, options }) => {
  const file = onlyFile(files);
  const { format, max_pixels } = options as ImageOptions;
  if (file.bytes === 0) throw new FileError("empty_file", "The file is empty.");
  try {
    return await toGray(await file.read(), format, max_pixels);
  } catch (cause) {
    throw new FileError("corrupt_file", "The image could not be read.", { cause });
  }
};

async function toGray(bytes: Buffer, format: ImageOptions["format"], maxPixels: number): Promise<StepOutput> {
  const { data, info } = await sharp(bytes, { limitInputPixels: maxPixels, autoOrient: true })
    .recomb([[...LUMA], [...LUMA], [...LUMA]])
    .toColourspace("b-w")
    .toFormat(format)
    .toBuffer({ resolveWithObject: true });
  return {
    body: data,
    summary: `${info.width} x ${info.height}, gray`,
    info: { width: info.width, height: info.height, format: info.format },
  };
}

export const steps = { grayscale };
