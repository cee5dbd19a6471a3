import type { JsonObject } from "../../task.ts";
import type { Fields } from "./fields.ts";

/** Offset of the coding history, after the fixed part of `bext`. */
const FIXED_BYTES = 602;

/** Reads the broadcast extension of EBU Tech 3285; from version 2 on it has loudness values in LUFS, LU and dBTP. */
export function readBext(chunk: Fields): JsonObject {
  const version = chunk.u16(346);
  return {
    description: chunk.text(0, 256),
    originator: chunk.text(256, 32),
    originator_reference: chunk.text(288, 32),
    origination_date: chunk.text(320, 10),
    origination_time: chunk.text(330, 8),
    time_reference: timeReference(chunk),
    version,
    umid: /^(00)*$/.test(chunk.hex(348, 64)) ? null : chunk.hex(348, 64),
    loudness: version >= 2 ? loudnessOf(chunk) : null,
    coding_history: chunk.text(FIXED_BYTES),
  };
}

/** Frames since midnight, low word first. */
function timeReference(chunk: Fields): number {
  return chunk.u32(342) * 2 ** 32 + chunk.u32(338);
}

function loudnessOf(chunk: Fields): JsonObject {
  const hundredths = (at: number) => (chunk.i16(at) === 0x7fff ? null : chunk.i16(at) / 100);
  return {
    integrated_lufs: hundredths(412),
    range_lu: hundredths(414),
    true_peak_dbtp: hundredths(416),
    momentary_max_lufs: hundredths(418),
    short_term_max_lufs: hundredths(420),
  };
}
