/** Bits of WAVEFORMATEXTENSIBLE's dwChannelMask. */
const LFE = 0x8;
const BACK = 0x10 | 0x20;
const SIDE = 0x200 | 0x400;
/** Speakers at 60 to 120 degrees to the side: +1.5 dB (BS.1770-4, table 3). */
const SURROUND = 1.41;

/** Speakers by number of channels, for files that name no speakers. */
const USUAL_MASKS: Readonly<Record<number, number>> = { 4: 0x33, 5: 0x37, 6: 0x3f, 7: 0x70f, 8: 0x63f };

/**
 * The weight of each channel in the loudness sum: 1 in front and far behind, 1.41 at the sides, 0 for LFE.
 * The back pair counts as surround unless there is a side pair as well (7.1).
 */
export function channelWeights(channels: number, mask: number): readonly number[] {
  const speakers = speakersOf(mask === 0 ? (USUAL_MASKS[channels] ?? 0) : mask);
  const surround = speakers.some((bit) => (bit & SIDE) !== 0) ? SIDE : BACK;
  return Array.from({ length: channels }, (_, channel) => {
    const bit = speakers[channel] ?? 0;
    if (bit === LFE) return 0;
    return (bit & surround) === 0 ? 1 : SURROUND;
  });
}

/** Channels are in the file in the order of their bits. */
function speakersOf(mask: number): number[] {
  return Array.from({ length: 18 }, (_, i) => 1 << i).filter((bit) => (mask & bit) !== 0);
}
