import { useEffect, useRef, useState } from "preact/hooks";
import { inputUrl, isSound, useInput } from "../input.ts";
import { Canvas, type CanvasArea } from "../parts/canvas.tsx";
import type { ViewerProps } from "../viewer.ts";
import { LoudnessChart } from "./loudness.tsx";
import { type AudioResult, type CuePoint, clock, secondsOf, type WaveformView } from "./result.ts";

interface PlayerProps extends ViewerProps {
  readonly result: AudioResult;
}

/** The waveform; it follows the sound while that plays, and a click on it moves there. */
export function Player({ job, file, result }: PlayerProps) {
  const sound = useRef<HTMLAudioElement>(null);
  const [at, setAt] = useState(0);
  const [broken, setBroken] = useState(false);
  const input = useInput(job, file);
  const canPlay = input === "kept" && isSound(file.filename) && !broken;
  usePlayhead(sound, setAt, canPlay);
  const length = secondsOf(result) ?? 0;
  const seek = (share: number) => {
    if (sound.current !== null) sound.current.currentTime = share * length;
    setAt(share * length);
  };
  return (
    <div class="player">
      {result.waveform !== undefined && length > 0 && (
        <Wave
          waveform={result.waveform}
          cues={result.metadata?.cue_points ?? []}
          clock={{ at, length }}
          seek={seek}
        />
      )}
      <Loudness result={result} at={at} length={length} />
      {canPlay && (
        // biome-ignore lint/a11y/useMediaCaption: the recording is a file of the user, and has no captions.
        <audio
          ref={sound}
          controls
          preload="metadata"
          src={inputUrl(job, file)}
          aria-label={`The recording ${file.filename}`}
          onError={() => setBroken(true)}
        />
      )}
      {broken && <p class="quiet small">This browser cannot play the encoding of the file.</p>}
      {typeof input === "object" && <p class="quiet small">{`${input.why} It cannot be played.`}</p>}
    </div>
  );
}

function Loudness({ result, at, length }: Clock & Pick<PlayerProps, "result">) {
  const { loudness_over_time: series, loudness_lufs: integrated } = result;
  if (series == null || series.points === 0 || length === 0) return null;
  return <LoudnessChart series={series} integrated={integrated} at={at} length={length} />;
}

/** Tells where the sound is, at each frame while it plays. */
function usePlayhead(
  sound: { readonly current: HTMLAudioElement | null },
  tell: (at: number) => void,
  on: unknown,
): void {
  useEffect(() => {
    const element = sound.current;
    if (element === null) return;
    let frame = 0;
    const follow = () => {
      tell(element.currentTime);
      frame = element.paused ? 0 : requestAnimationFrame(follow);
    };
    element.addEventListener("play", follow);
    element.addEventListener("seeked", follow);
    return () => {
      cancelAnimationFrame(frame);
      element.removeEventListener("play", follow);
      element.removeEventListener("seeked", follow);
    };
  }, [on]);
}

interface Clock {
  readonly at: number;
  readonly length: number;
}

interface WaveProps {
  readonly waveform: WaveformView;
  readonly cues: readonly CuePoint[];
  readonly clock: Clock;
  readonly seek: (share: number) => void;
}

function Wave({ waveform, cues, clock: { at, length }, seek }: WaveProps) {
  return (
    <div class="wave">
      <Canvas
        label={`Waveform of ${clock(length)}`}
        height={140}
        draw={(area) =>
          drawWave(area, waveform, {
            played: at / length,
            cues: cues.map((cue) => cue.position_seconds / length),
          })
        }
        deps={[waveform, at]}
      />
      <input
        type="range"
        min={0}
        max={1000}
        step={1}
        value={Math.round((1000 * at) / length)}
        aria-label="Place in the recording"
        aria-valuetext={`${clock(at)} of ${clock(length)}`}
        onInput={(event) => seek(Number(event.currentTarget.value) / 1000)}
      />
      <div class="times" aria-hidden="true">
        <span>{clock(at)}</span>
        <span>{clock(length)}</span>
      </div>
    </div>
  );
}

interface Marks {
  readonly played: number;
  readonly cues: readonly number[];
}

function drawWave(
  { context, width, height, color }: CanvasArea,
  { min, max, points }: WaveformView,
  marks: Marks,
): void {
  const middle = height / 2;
  const y = (sample: number) => middle - Math.max(-1, Math.min(1, sample)) * (middle - 4);
  context.clearRect(0, 0, width, height);
  context.fillStyle = color("--line");
  for (const level of [-1, -0.5, 0, 0.5, 1]) context.fillRect(0, y(level), width, 1);
  const played = marks.played * width;
  for (let x = 0; x < width; x += 1) {
    const [low, high] = spanAt({ min, max, points }, x / width, (x + 1) / width);
    context.fillStyle = x < played ? color("--accent") : color("--line-strong");
    context.fillRect(x, y(high), 1, Math.max(1, y(low) - y(high)));
  }
  context.fillStyle = color("--warn");
  for (const cue of marks.cues) context.fillRect(cue * width, 0, 1, height);
  context.fillStyle = color("--ink");
  if (marks.played > 0) context.fillRect(played, 0, 1.5, height);
}

/** Lowest and highest sample within a share of the recording. */
function spanAt({ min, max, points }: WaveformView, from: number, to: number): readonly [number, number] {
  const first = Math.floor(from * points);
  const last = Math.max(first + 1, Math.ceil(to * points));
  let [low, high] = [0, 0];
  for (let at = first; at < Math.min(last, points); at += 1) {
    low = Math.min(low, min[at] ?? 0);
    high = Math.max(high, max[at] ?? 0);
  }
  return [low, high];
}
