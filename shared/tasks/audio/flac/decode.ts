import { FileError } from "../../../errors.ts";
import { inBlocks } from "../blockBuffer.ts";
import type { SampleBlock } from "../blocks.ts";
import { ByteWindow, type StreamSource } from "../byteWindow.ts";
import { checkExpansion, type Decoder, type Faults } from "../decoder.ts";
import { SampleChecksum } from "./checksum.ts";
import { FrameStream } from "./frames.ts";
import { readHead, type StreamInfo } from "./head.ts";

/** Most samples of each channel that a frame has, and its least bytes: what the head says can be checked by them. */
const FRAME = { samples: 65_536, bytes: 9 };

interface FlacStream {
  /** The bytes from `fLaC` on; each call begins anew. */
  readonly open: () => StreamSource;
  readonly info: StreamInfo;
  /** Bytes of the file. */
  readonly bytes: number;
}

/** A decoder of FLAC (RFC 9639). @throws FileError `too_large` */
export function flacDecoder({ open, info, bytes }: FlacStream): Decoder {
  const { frames, channels, bits } = info;
  const isPossible = frames !== undefined && frames <= (bytes / FRAME.bytes) * FRAME.samples;
  if (isPossible) checkExpansion(frames * channels, bytes);
  return {
    sampleWidth: Math.ceil(bits / 8),
    fullScale: 2 ** (bits - 1),
    frames: isPossible ? frames : undefined,
    blocks: (faults) => blocksOf({ open, info, bytes }, faults),
  };
}

async function* blocksOf({ open, info, bytes }: FlacStream, faults: Faults): AsyncGenerator<SampleBlock> {
  const window = new ByteWindow(open());
  await readHead(window);
  const stream = new FrameStream(window, info);
  const checksum = info.md5 === undefined ? undefined : new SampleChecksum(info.bits);
  const pass = { stream, info, bytes, checksum, frames: 0 };
  yield* inBlocks(sectionsOf(pass), info.channels);
  if (pass.frames === 0 && (info.frames !== undefined || stream.damaged + stream.strayBytes > 0))
    throw new FileError("corrupt_file", "No frame of the FLAC file could be decoded.");
  judge(pass, faults);
}

interface Pass {
  readonly stream: FrameStream;
  readonly info: StreamInfo;
  readonly bytes: number;
  readonly checksum: SampleChecksum | undefined;
  frames: number;
}

async function* sectionsOf(pass: Pass) {
  const { stream, info, bytes, checksum } = pass;
  const scale = 2 ** (1 - info.bits);
  for (let frame = await stream.next(); frame !== undefined; frame = await stream.next()) {
    pass.frames += frame.frames;
    checkExpansion(pass.frames * info.channels, bytes);
    checksum?.add(stream.planes, frame.frames);
    yield { planes: stream.planes, from: 0, to: frame.frames, scale };
  }
}

/** Tells what is wrong with the frames. @throws FileError `corrupt_file` where most are damaged */
function judge({ stream, info, checksum, frames }: Pass, faults: Faults): void {
  const { damaged, isCut, isHopeless, strayBytes } = stream;
  if (isHopeless)
    throw new FileError(
      "corrupt_file",
      `Of the FLAC file, ${damaged} frames are damaged: too many to go on.`,
    );
  const missing = (info.frames ?? frames) - frames;
  faults.truncated = isCut || (missing > 0 && strayBytes === 0);
  faults.warnings.push(...frameWarnings(stream));
  if (faults.truncated || missing !== 0) faults.warnings.push(countWarning(info, frames, faults.truncated));
  else if (checksum !== undefined && damaged === 0 && checksum.hex() !== info.md5)
    faults.warnings.push(
      "The samples are not those that were encoded: their MD5 differs from that of the header.",
    );
}

function frameWarnings({ damaged, isCut, strayBytes, otherRates }: FrameStream): string[] {
  const warnings: string[] = [];
  const inside = damaged - (isCut ? 1 : 0);
  if (inside > 0)
    warnings.push(`${counted(inside, "damaged frame")} left out: what follows is earlier than it was.`);
  else if (strayBytes > 0 && !isCut)
    warnings.push(`${counted(strayBytes, "byte")} passed over, which are no frames of this recording.`);
  if (otherRates > 0)
    warnings.push(`Frames with another sample rate than the header states: ${otherRates}; its rate counts.`);
  return warnings;
}

function counted(count: number, noun: string): string {
  return count === 1 ? `1 ${noun} was` : `${count} ${noun}s were`;
}

function countWarning(info: StreamInfo, frames: number, isCut: boolean): string {
  const said = info.frames === undefined ? "" : ` of ${info.frames}`;
  return isCut
    ? `The file was cut short: ${frames}${said} samples of each channel are there.`
    : `The header says ${info.frames} samples of each channel; the frames have ${frames}.`;
}
