import { afterEach, expect, it, vi } from "vitest";
import { image } from "../../tasks/image/index.ts";
import { processHere } from "../../tasks/inProcess.ts";
import type { HeicLibrary } from "./heicLibrary.ts";
import { sharp } from "./sharp.ts";

/** The optional package, or one that stands in for it: it is not installed where tests run. */
const package_ = vi.hoisted(() => ({ library: undefined as HeicLibrary | undefined }));
vi.mock("./heicLibrary.ts", async (original) => ({
  ...(await original<typeof import("./heicLibrary.ts")>()),
  heicLibrary: async () => package_.library,
}));
afterEach(() => {
  package_.library = undefined;
});

const HEIC = Buffer.from("\0\0\0\x18ftypheic", "latin1");

/** Decodes each file to a picture of 2 x 2 pixels: red, white, black, green. */
function standIn(more: { readonly width?: number; readonly decode?: () => Promise<never> } = {}) {
  const freed = { count: 0 };
  const data = Uint8ClampedArray.of(255, 0, 0, 255, 255, 255, 255, 255, 0, 0, 0, 255, 0, 255, 0, 255);
  const picture = { width: 2, height: 2, decode: async () => ({ data }), ...more };
  const dispose = () => {
    freed.count += 1;
  };
  return { library: { all: async () => Object.assign([picture], { dispose }) }, freed };
}

async function outcomeOf() {
  const [outcome] = await processHere(image, [{ filename: "a.heic", body: HEIC }], { format: "png" });
  if (outcome === undefined) throw new Error("no outcome");
  return outcome;
}

it("reads what the package decodes, and frees it", async () => {
  const { library, freed } = standIn();
  package_.library = library;
  const outcome = await outcomeOf();
  if (!outcome.ok) throw new Error(outcome.error);
  const { data, info } = await sharp(Buffer.from(outcome.body as Uint8Array))
    .raw()
    .toBuffer({ resolveWithObject: true });
  expect([info.width, info.height]).toEqual([2, 2]);
  const at = (pixel: number) => data[pixel * info.channels];
  expect([at(0), at(1), at(2), at(3)]).toEqual([76, 255, 0, 150]);
  expect(freed.count).toBe(1);
});

it("refuses a large picture before it is decoded", async () => {
  const decode = async () => {
    throw new Error("it was decoded");
  };
  package_.library = standIn({ width: 100_000_000, decode }).library;
  expect(await outcomeOf()).toMatchObject({ ok: false, code: "too_large" });
});

it("ends with corrupt_file where the package cannot decode", async () => {
  const { library, freed } = standIn({ decode: () => Promise.reject(new Error("HEIF processing error")) });
  package_.library = library;
  expect(await outcomeOf()).toMatchObject({ ok: false, code: "corrupt_file" });
  expect(freed.count).toBe(1);
  package_.library = { all: () => Promise.reject(new TypeError("input buffer is not a HEIC image")) };
  expect(await outcomeOf()).toMatchObject({ ok: false, code: "corrupt_file" });
});
