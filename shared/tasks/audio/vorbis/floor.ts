import type { PacketBits } from "./bits.ts";

/** The envelope of the spectrum of a channel. */
export interface Floor {
  /** Reads the envelope of a block, one number for each of the spectrum. @returns false if the channel is silent */
  read(bits: PacketBits, curve: Float64Array): boolean;
}
