import type { PacketBits } from "./bits.ts";
import { type Mapping, type Submap, uncouple } from "./mapping.ts";

/** Reads the spectra of the channels of a block. */
export class SpectrumReader {
  /** Spectrum of each channel, of which the first numbers count. */
  readonly planes: readonly Float64Array[];
  readonly #curves: readonly Float64Array[];
  /** Channels without an envelope in the packet. */
  readonly #isSilent: boolean[];

  constructor(channels: number, longest: number) {
    this.planes = Array.from({ length: channels }, () => new Float64Array(longest));
    this.#curves = Array.from({ length: channels }, () => new Float64Array(longest));
    this.#isSilent = Array.from({ length: channels }, () => true);
  }

  /** Reads the spectra, each of `length` numbers (Vorbis I, 4.3.2 to 4.3.6). */
  read(bits: PacketBits, { couplings, floors, submaps }: Mapping, length: number): void {
    for (const [channel, plane] of this.planes.entries()) {
      const [curve, floor] = [this.#curves[channel]?.subarray(0, length), floors[channel]];
      this.#isSilent[channel] = curve === undefined || floor === undefined || !floor.read(bits, curve);
      plane.fill(0, 0, length);
    }
    const isSilent = this.#coded(couplings);
    for (const submap of submaps) this.#readResidue(bits, submap, { isSilent, length });
    for (const { magnitude, angle } of couplings) {
      const [first, second] = [this.planes[magnitude], this.planes[angle]];
      const isCoded = isSilent[magnitude] === false;
      if (isCoded && first !== undefined && second !== undefined) uncouple(first, second, length);
    }
    for (const [channel, plane] of this.planes.entries()) this.#shape(plane, channel, length);
  }

  isSilent(channel: number): boolean {
    return this.#isSilent[channel] ?? true;
  }

  /** Of two channels that are coupled both are coded, if one is; whether each channel is not. */
  #coded(couplings: Mapping["couplings"]): readonly boolean[] {
    const isSilent = [...this.#isSilent];
    for (const { magnitude, angle } of couplings.toReversed()) {
      const areBoth = isSilent[magnitude] !== false && isSilent[angle] !== false;
      isSilent[magnitude] = areBoth;
      isSilent[angle] = areBoth;
    }
    return isSilent;
  }

  #readResidue(
    bits: PacketBits,
    { residue, channels }: Submap,
    { isSilent, length }: { readonly isSilent: readonly boolean[]; readonly length: number },
  ): void {
    const planes = channels.flatMap((channel) => this.planes[channel] ?? []);
    const silent = channels.map((channel) => isSilent[channel] ?? true);
    residue.read(bits, { planes, isSilent: silent, length });
  }

  #shape(plane: Float64Array, channel: number, length: number): void {
    const curve = this.#curves[channel];
    if (curve === undefined || this.isSilent(channel)) return;
    for (let i = 0; i < length; i += 1) plane[i] = (plane[i] ?? 0) * (curve[i] ?? 0);
  }
}
