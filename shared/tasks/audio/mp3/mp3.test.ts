import { readFile } from "node:fs/promises";
import { afterEach, expect, it, vi } from "vitest";
import { mayGetBetter } from "../../../warnings.ts";
import { processHere } from "../../inProcess.ts";
import { audio } from "../index.ts";
import type { Mp3Library } from "./library.ts";

/** The optional package, or one that stands in for it: it is not installed where tests run. */
const package_ = vi.hoisted(() => ({ library: undefined as Mp3Library | undefined }));
vi.mock("./library.ts", async (original) => ({
  ...(await original<typeof import("./library.ts")>()),
  mp3Library: async () => package_.library,
}));
afterEach(() => {
  package_.library = undefined;
});

const tone = await readFile(new URL("../../../../tests/fixtures/audio/tone.mp3", import.meta.url));

async function analysed(body: Uint8Array) {
  const [outcome] = await processHere(audio, [{ filename: "a.mp3", body }], {});
  if (outcome === undefined || !outcome.ok) return outcome?.code;
  return JSON.parse(Buffer.from(outcome.body as Uint8Array).toString("utf8"));
}

/** Decodes each call to a second of these samples, left and right. */
function standIn(levels: readonly [number, number], faultsOf = (_bytes: Uint8Array): object[] => []) {
  const freed = { count: 0 };
  class MPEGDecoder {
    readonly ready = Promise.resolve();
    free() {
      freed.count += 1;
    }
    decode(bytes: Uint8Array) {
      const channelData = levels.map((level) => new Float32Array(8_000).fill(level));
      return { channelData, samplesDecoded: 8_000, sampleRate: 8_000, errors: faultsOf(bytes) };
    }
  }
  return { library: { MPEGDecoder }, freed };
}

it("keeps the old answer for MP3 without its package, and names that", async () => {
  const result = await analysed(tone);
  expect(result).toMatchObject({
    duration_seconds: "unknown",
    sample_rate: "unknown",
    channels: "unknown",
    format: "non-wav",
    detected_format: "mp3",
  });
  expect(result.warnings).toEqual([expect.stringContaining("npm install --no-save mpg123-decoder@")]);
});

it("warns of a recording that it does not decode, so that its result serves no later file", async () => {
  const aac = Buffer.from("fff1508002bffc00".repeat(40), "hex");
  for (const body of [tone, aac, Buffer.from(".snd\0\0\0\x18".repeat(4))]) {
    const [outcome] = await processHere(audio, [{ filename: "a", body }], {});
    if (outcome?.ok !== true) throw new Error(JSON.stringify(outcome));
    expect(outcome.warnings?.map(({ code }) => code)).toEqual(["not_decoded"]);
    expect(mayGetBetter(outcome.warnings)).toBe(true);
  }
});

it("measures what the package decodes, and frees its decoders", async () => {
  const { library, freed } = standIn([0.5, -0.25]);
  package_.library = library;
  const result = await analysed(tone);
  expect(result).toMatchObject({
    format: "mp3",
    encoding: "mp3",
    sample_rate: 8_000,
    channels: 2,
    frames: 8_000,
    warnings: [],
  });
  expect(result.per_channel.map(({ rms }: { rms: number }) => rms)).toEqual([0.5, 0.25]);
  expect(freed.count).toBeGreaterThan(0);
});

it("tells damaged parts, and takes an ID3 tag for no sound", async () => {
  const seen: number[] = [];
  package_.library = standIn([0, 0], (bytes) => {
    seen.push(bytes[0] ?? -1);
    return [{}, {}];
  }).library;
  // It begins with a tag of 20 bytes.
  const result = await analysed(tone);
  expect(result.warnings).toEqual(["Damaged parts that were left out: 2."]);
  expect(new Set(seen)).toEqual(new Set([0xff]));
});

it("ends with corrupt_file where no frame can be decoded", async () => {
  class MPEGDecoder {
    readonly ready = Promise.resolve();
    free() {
      return undefined;
    }
    decode() {
      return { channelData: [], samplesDecoded: 0, sampleRate: 0, errors: [] };
    }
  }
  package_.library = { MPEGDecoder };
  expect(await analysed(tone)).toBe("corrupt_file");
});
