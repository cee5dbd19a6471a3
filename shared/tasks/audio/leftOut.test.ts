import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { processHere } from "../inProcess.ts";
import { stepFile } from "../stepFile.ts";
import { blockOf, type SampleBlock } from "./blocks.ts";
import { audio } from "./index.ts";
import { metersFor } from "./measure.ts";
import { options } from "./options.ts";
import { steps } from "./process.ts";

const NONE = { levels: false, silence: false, spectrum: false, loudness: false, waveform_points: 0 };
const FORMAT = { sampleRate: 8_000, channels: 2, channelMask: 0 };
const fixture = (name: string) => readFile(new URL(`../../../tests/fixtures/audio/${name}`, import.meta.url));

async function measured(name: string, chosen: object): Promise<Record<string, unknown>> {
  const [outcome] = await processHere(audio, [{ filename: "take 1", body: await fixture(name) }], chosen);
  if (!outcome?.ok) throw new Error("no result");
  return JSON.parse(String(outcome.body));
}

/** Names of the meters that read samples, and how often each of them does. */
function readsOf(chosen: object): Record<string, number> {
  const meters = metersFor(FORMAT, options.parse({ ...NONE, ...chosen }), 800);
  const reads: Record<string, number> = {};
  for (const [name, meter] of Object.entries(meters)) {
    if (meter === undefined) continue;
    reads[name] = 0;
    const block = blockOf([new Float64Array(800), new Float64Array(800)], 800);
    const get = (of: SampleBlock, key: string | symbol) => {
      if (key === "channels" || key === "mono") reads[name] = (reads[name] ?? 0) + 1;
      return Reflect.get(of, key, of);
    };
    meter.add(new Proxy(block, { get }));
  }
  return reads;
}

test.each([
  [{ levels: true }, "levels"],
  [{ silence: true }, "silence"],
  [{ waveform_points: 5 }, "waveform"],
  [{ spectrum: true }, "spectrum"],
  [{ loudness: true, true_peak: false }, "loudness"],
] as const)("with %o alone, one meter reads samples", (chosen, name) => {
  const reads = readsOf(chosen);
  expect(Object.keys(reads)).toEqual([name]);
  expect(reads[name]).toBeGreaterThan(0);
});

test("without any measurement no sample of a WAV file is read, and its length is known", async () => {
  const body = await fixture("two-s16.aiff");
  const file = stepFile({ filename: "a.aiff", bytes: body.length, sha256: "", body });
  let furthest = 0;
  const slice = (offset: number, length: number) => {
    if (length > 1_000) furthest = offset;
    return file.slice(offset, length);
  };
  const input = { task: audio, files: [{ ...file, slice }], args: {}, options: options.parse(NONE) };
  const { body: made } = await steps.main(input, { folder: "", progress: () => undefined });
  expect(JSON.parse(String(made))).toMatchObject({ frames: 800, duration_seconds: 0.1 });
  expect(furthest).toBe(0);
});

test("the mono mix is computed for the meters that read it alone", () => {
  const channels = [new Float64Array(4), new Float64Array(4)];
  const counted = channels.map((plane) => {
    let reads = 0;
    const watched = new Proxy(plane, {
      get: (of, key) => {
        reads += 1;
        return Reflect.get(of, key, of);
      },
    });
    return { watched, reads: () => reads };
  });
  const block = blockOf(
    counted.map(({ watched }) => watched),
    4,
  );
  expect(counted.map(({ reads }) => reads())).toEqual([0, 0]);
  expect(block.mono).toHaveLength(4);
  expect(counted.every(({ reads }) => reads() > 0)).toBe(true);
});

test("fields of what is left out are null or empty, and the others are as they were", async () => {
  const all = await measured("two-s16.flac", {});
  expect(await measured("two-s16.flac", { levels: false })).toEqual({
    ...all,
    ...{ rms_energy: null, zero_crossings: null, rms: null, rms_dbfs: null, peak: null, peak_dbfs: null },
    ...{ min: null, max: null, dc_offset: null, crest_factor: null, crest_factor_db: null },
    ...{ zero_crossing_rate: null, mono_mix: null },
    per_channel: (all.per_channel as Record<string, unknown>[]).map(({ true_peak, true_peak_dbtp }) => ({
      true_peak,
      true_peak_dbtp,
    })),
  });
  expect(await measured("two-s16.flac", { silence: false })).toEqual({ ...all, silence: null });
  const none = await measured("two-s16.flac", NONE);
  expect(none).toMatchObject({
    ...{ frames: 800, silence: null, spectral: null, per_channel: [], loudness_lufs: null, true_peak: null },
    waveform: { points: 0, min: [], max: [] },
  });
  expect(audio.results.audio?.safeParse(none).success).toBe(true);
});
