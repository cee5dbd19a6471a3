import { bitsFor, type PacketBits } from "./bits.ts";
import { corruptHead } from "./faults.ts";
import type { Floor } from "./floor.ts";
import type { Residue } from "./residue.ts";

/** Channels whose spectra are coded together. */
export interface Submap {
  readonly residue: Residue;
  readonly channels: readonly number[];
}

/** A pair of channels that is coded as magnitude and angle. */
interface Coupling {
  readonly magnitude: number;
  readonly angle: number;
}

/** How the channels of a block are coded. */
export interface Mapping {
  /** Envelope of each channel. */
  readonly floors: readonly Floor[];
  /** In the order in which they are undone. */
  readonly couplings: readonly Coupling[];
  readonly submaps: readonly Submap[];
}

interface Parts {
  readonly channels: number;
  readonly floors: readonly Floor[];
  readonly residues: readonly Residue[];
}

/** Reads a mapping of the setup (Vorbis I, 4.2.4). @throws FileError `corrupt_file` */
export function readMapping(bits: PacketBits, parts: Parts): Mapping {
  if (bits.read(16) !== 0) throw corruptHead("has a mapping of an unknown kind");
  const count = bits.flag() ? bits.read(4) + 1 : 1;
  const couplings = bits.flag() ? readCouplings(bits, parts.channels) : [];
  if (bits.read(2) !== 0) throw corruptHead("has a mapping that is damaged");
  const submapOf = Array.from({ length: parts.channels }, () => (count > 1 ? bits.read(4) : 0));
  const submaps = Array.from({ length: count }, (_, submap) => {
    bits.read(8);
    const [floor, residue] = [parts.floors[bits.read(8)], parts.residues[bits.read(8)]];
    if (floor === undefined || residue === undefined) throw corruptHead("names a part that it has not");
    const channels = submapOf.flatMap((of, channel) => (of === submap ? [channel] : []));
    return { floor, residue, channels };
  });
  if (bits.isOver || submapOf.some((submap) => submap >= count))
    throw corruptHead("has a mapping that is damaged");
  const floors = submapOf.flatMap((submap) => submaps[submap]?.floor ?? []);
  return { couplings, floors, submaps };
}

function readCouplings(bits: PacketBits, channels: number): readonly Coupling[] {
  const width = bitsFor(channels - 1);
  const couplings = Array.from({ length: bits.read(8) + 1 }, () => ({
    magnitude: bits.read(width),
    angle: bits.read(width),
  }));
  const isPossible = couplings.every(
    ({ magnitude, angle }) => magnitude !== angle && magnitude < channels && angle < channels,
  );
  // More than one for each channel would be work without end for a few bytes.
  if (!isPossible || couplings.length > channels) throw corruptHead("couples channels that it has not");
  return couplings.reverse();
}

/** Magnitude and angle become the two channels (Vorbis I, 4.3.5). */
export function uncouple(magnitudes: Float64Array, angles: Float64Array, length: number): void {
  for (let i = 0; i < length; i += 1) {
    const [magnitude, angle] = [magnitudes[i] ?? 0, angles[i] ?? 0];
    const other = magnitude > 0 === angle > 0 ? magnitude - angle : magnitude + angle;
    magnitudes[i] = angle > 0 ? magnitude : other;
    angles[i] = angle > 0 ? other : magnitude;
  }
}
