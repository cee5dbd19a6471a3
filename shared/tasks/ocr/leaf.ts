import type { StepFile } from "../task.ts";
import type { OcrFields } from "./report.ts";
import type { PictureStream, PictureStreamHead } from "./searchable/picture.ts";

/** A page that was read, as a step hands it on: its fields, and for a PDF its picture. */
export interface Leaf {
  readonly fields: OcrFields;
  readonly picture?: PictureStream | undefined;
}

/** A line of JSON, and behind it the stream of the picture. */
export function leafBytes({ fields, picture }: Leaf): Buffer {
  const line = Buffer.from(`${JSON.stringify({ fields, picture: picture?.head })}\n`);
  return picture === undefined ? line : Buffer.concat([line, picture.bytes]);
}

export async function readLeaf(file: StepFile): Promise<Leaf> {
  const bytes = await file.read();
  const end = bytes.indexOf(0x0a);
  const head: { readonly fields: OcrFields; readonly picture?: PictureStreamHead } = JSON.parse(
    bytes.toString("utf8", 0, end),
  );
  const { fields, picture } = head;
  return picture === undefined
    ? { fields }
    : { fields, picture: { head: picture, bytes: bytes.subarray(end + 1) } };
}
