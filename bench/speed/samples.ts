import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { sharp } from "../../shared/media/picture/sharp.ts";
import { type Sent, small } from "./client.ts";

const ROOT = join(import.meta.dirname, "../..");

/** A kind of files; a job can have any number of them. */
export interface Kind {
  readonly name: string;
  readonly task: string;
  readonly field: string;
  /** Files in one job of a full run. */
  readonly files: number;
  /** Target of the ratio. */
  readonly target: number;
  readonly make: (count: number) => Promise<readonly Sent[]>;
}

export const KINDS: readonly Kind[] = [
  { name: "1 MP photos", task: "image", field: "images", files: 60, target: 0.92, make: photos },
  { name: "OCR pages", task: "ocr", field: "images", files: 16, target: 0.92, make: pages },
  {
    name: "text PDFs of 1 to 5 pages",
    task: "document",
    field: "documents",
    files: 200,
    target: 0.92,
    make: pdfs,
  },
  {
    name: "texts of 1 KB",
    task: "text",
    field: "texts",
    files: 3000,
    target: 0.7,
    make: async (n) => [...small(n)],
  },
];

/** The sample photo enlarged to 1200 x 900 points, with noise as a camera's has. */
export async function photos(count: number): Promise<readonly Sent[]> {
  const noise = {
    width: 1200,
    height: 900,
    channels: 3 as const,
    noise: { type: "gaussian" as const, mean: 128, sigma: 12 },
  };
  const grain = await sharp({ create: { ...noise, background: "gray" } })
    .png()
    .toBuffer();
  const photo = await sharp(join(ROOT, "examples/files/sunset.jpg"))
    .resize(1200, 900, { fit: "fill" })
    .composite([{ input: grain, blend: "soft-light" }])
    .jpeg({ quality: 90 })
    .toBuffer();
  return named(count, [{ name: "photo.jpg", body: photo }]);
}

/** A recording of this size: the sample repeated. */
export async function recording(bytes: number): Promise<Uint8Array> {
  const sample = await readFile(join(ROOT, "examples/files/melody.wav"));
  const head = Buffer.from(sample.subarray(0, 44));
  const body = Buffer.alloc(bytes, sample.subarray(44, sample.length - (sample.length % 4)));
  head.writeUInt32LE(36 + bytes, 4);
  head.writeUInt32LE(bytes, 40);
  return Buffer.concat([head, body]);
}

export async function pages(count: number): Promise<readonly Sent[]> {
  return named(count, await samples("examples/files/minutes.png", "examples/files/receipt.jpg"));
}

export async function pdfs(count: number): Promise<readonly Sent[]> {
  const sizes = ["one", "two", "three", "four", "five"];
  return named(count, await samples(...sizes.map((pages) => `bench/speed/files/${pages}.pdf`)));
}

export async function docxs(count: number): Promise<readonly Sent[]> {
  const names = ["report", "guide", "manual"];
  return named(count, await samples(...names.map((name) => `bench/speed/files/${name}.docx`)));
}

async function samples(...paths: readonly string[]): Promise<Sent[]> {
  return await Promise.all(
    paths.map(async (path) => ({
      name: path.slice(path.lastIndexOf("/") + 1),
      body: await readFile(join(ROOT, path)),
    })),
  );
}

function named(count: number, files: readonly Sent[]): Sent[] {
  return Array.from({ length: count }, (_, index) => {
    const { name, body } = files[index % files.length] ?? { name: "", body: Buffer.alloc(0) };
    return { name: `${index}-${name}`, body };
  });
}
