import type { JsonObject } from "../../task.ts";
import { type Fields, subChunks } from "./fields.ts";

const MAX_POINTS = 1_000;
const POINT_BYTES = 24;

/** Reads the cue points in the order of the file with their labels, notes and region lengths from `LIST`/`adtl`. */
export function readCues(cue: Fields, lists: readonly Fields[], sampleRate: number): JsonObject[] {
  const held = Math.floor((cue.bytes.length - 4) / POINT_BYTES);
  const count = Math.max(0, Math.min(cue.u32(0), held, MAX_POINTS));
  const extras = extrasOf(lists);
  return Array.from({ length: count }, (_, i) => {
    const at = 4 + POINT_BYTES * i;
    const id = cue.u32(at);
    const frame = cue.u32(at + 20);
    const { label = null, note = null, frames = 0 } = extras.get(id) ?? {};
    return {
      id,
      position_frames: frame,
      position_seconds: frame / sampleRate,
      length_seconds: frames / sampleRate,
      label,
      note,
    };
  });
}

interface Extra {
  label?: string;
  note?: string;
  frames?: number;
}

function extrasOf(lists: readonly Fields[]): Map<number, Extra> {
  const extras = new Map<number, Extra>();
  for (const { id, fields } of lists
    .filter((list) => list.text(0, 4) === "adtl")
    .flatMap((list) => subChunks(list, 4))) {
    const cue = fields.u32(0);
    const extra = extras.get(cue) ?? {};
    if (id === "labl") extra.label = fields.text(4);
    if (id === "note") extra.note = fields.text(4);
    if (id === "ltxt") extra.frames = fields.u32(4);
    extras.set(cue, extra);
  }
  return extras;
}
