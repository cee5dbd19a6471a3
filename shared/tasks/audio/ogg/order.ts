/** Place of each channel of Vorbis in the order of WAV files, for 3 to 8 channels. */
const ORDERS: Readonly<Record<number, readonly number[]>> = {
  3: [0, 2, 1],
  5: [0, 2, 1, 3, 4],
  6: [0, 2, 1, 5, 3, 4],
  7: [0, 2, 1, 6, 5, 3, 4],
  8: [0, 2, 1, 7, 5, 6, 3, 4],
};
/** Speakers (`dwChannelMask`) of 3 to 8 channels. */
const MASKS: Readonly<Record<number, number>> = { 3: 0x7, 4: 0x33, 5: 0x37, 6: 0x3f, 7: 0x70f, 8: 0x63f };

/** Channels in the order of Vorbis, as Opus has them too, to the order of WAV files. */
export function inWavOrder<Plane>(planes: readonly Plane[]): readonly Plane[] {
  const order = ORDERS[planes.length];
  if (order === undefined) return planes;
  return order.flatMap((at) => planes[at] ?? []);
}

/** Speakers of channels in that order; 0 where they are not known. */
export function speakersOf(channels: number): number {
  return MASKS[channels] ?? 0;
}
