import { count } from "../../ui/words.ts";
import { Facts, Figures, fixed } from "../parts/figures.tsx";
import { Result } from "../parts/result.tsx";
import { Section } from "../parts/section.tsx";
import type { ViewerProps } from "../viewer.ts";
import { Meters } from "./meters.tsx";
import { Player } from "./player.tsx";
import { type AudioMetadata, type AudioResult, clock, secondsOf } from "./result.ts";
import "../style/audio.css";

/** Waveform to listen along, levels and loudness, and what the file says of itself. */
export function Sound({ job, file }: ViewerProps) {
  return (
    <Result<AudioResult> file={file} task="audio">
      {(result) => (
        <>
          {whyUnmeasured(result) !== undefined && <p class="note">{whyUnmeasured(result)}</p>}
          <Player job={job} file={file} result={result} />
          {result.decoded === true && <Levels result={result} />}
          <About result={result} />
          {result.metadata !== undefined && <Metadata of={result.metadata} />}
          {result.warnings.map((warning) => (
            <p key={warning} class="note">
              {warning}
            </p>
          ))}
        </>
      )}
    </Result>
  );
}

function whyUnmeasured({ decoded, encoding, detected_format: foreign }: AudioResult): string | undefined {
  if (decoded === true) return undefined;
  return foreign === undefined
    ? `The encoding ${encoding ?? "of this file"} is not decoded: nothing was measured.`
    : `This is ${foreign}, which is not decoded: nothing was measured.`;
}

function Levels({ result }: { readonly result: AudioResult }) {
  return (
    <>
      <Figures
        of={[
          { value: fixed(result.loudness_lufs), unit: "LUFS", label: "loudness, integrated" },
          { value: fixed(result.true_peak_dbtp), unit: "dBTP", label: "true peak" },
          { value: fixed(result.peak_dbfs), unit: "dBFS", label: "peak" },
          { value: fixed(result.rms_dbfs), unit: "dBFS", label: "RMS" },
          { value: fixed(result.loudness_range_lu), unit: "LU", label: "loudness range" },
        ]}
      />
      {hasLevels(result) && <Meters channels={result.per_channel ?? []} />}
    </>
  );
}

function hasLevels({ per_channel: channels = [] }: AudioResult): boolean {
  return channels.some(({ rms_dbfs: rms }) => rms !== undefined);
}

function About({ result }: { readonly result: AudioResult }) {
  const { silence, spectral } = result;
  const length = secondsOf(result);
  return (
    <Facts
      of={[
        ["Length", length === undefined ? "unknown" : clock(length)],
        [
          "Sample rate",
          typeof result.sample_rate === "number" ? `${count(result.sample_rate)} Hz` : undefined,
        ],
        ["Channels", result.channels === "unknown" ? undefined : result.channels],
        ["Format", [result.detected_format ?? result.container, result.encoding].filter(Boolean).join(", ")],
        ["Loudest 400 ms", lufs(result.loudness_momentary_max_lufs)],
        ["Loudest 3 s", lufs(result.loudness_short_term_max_lufs)],
        ["Crest factor", result.crest_factor_db == null ? undefined : `${fixed(result.crest_factor_db)} dB`],
        [
          "Silent",
          silence == null
            ? undefined
            : `${Math.round(100 * (silence.share ?? 0))} %, ${silence.leading_seconds.toFixed(1)} s at the start`,
        ],
        ["Spectral centroid", hertz(spectral?.centroid_hz.mean)],
        ["Roll-off", hertz(spectral?.rolloff_hz.mean)],
        [
          "DC offset",
          result.dc_offset == null ? undefined : fixed(result.dc_offset, 4).replace(/^−(?=0\.0*$)/, ""),
        ],
        ["Cut off", result.truncated === true ? "the file ends before its samples do" : undefined],
      ]}
    />
  );
}

function lufs(value: number | null | undefined): string | undefined {
  return value == null ? undefined : `${fixed(value)} LUFS`;
}

function hertz(value: number | null | undefined): string | undefined {
  return value == null ? undefined : `${count(Math.round(value))} Hz`;
}

function Metadata({ of: { info, bext, cue_points: cues } }: { readonly of: AudioMetadata }) {
  const tags: (readonly [string, string])[] = Object.entries(info);
  if (bext !== null)
    tags.push(
      ["Description", bext.description],
      ["Originator", bext.originator],
      ["Recorded", bext.origination_date],
    );
  return (
    <>
      {tags.length > 0 && (
        <Section title="Tags">
          <Facts of={tags} />
        </Section>
      )}
      {cues.length > 0 && <Cues of={cues} />}
    </>
  );
}

const MOST_CUES = 200;

function Cues({ of: cues }: { readonly of: AudioMetadata["cue_points"] }) {
  return (
    <Section title="Cue points" note={`${count(Math.min(MOST_CUES, cues.length))} of ${count(cues.length)}`}>
      <table class="grid">
        <tbody>
          {cues
            .slice(0, MOST_CUES)
            .map(({ id, position_seconds: at, length_seconds: length, label, note }) => (
              <tr key={id}>
                <td class="num">{clock(at)}</td>
                <td>{label ?? note ?? `point ${id}`}</td>
                <td class="num">{length > 0 ? `${length.toFixed(2)} s` : ""}</td>
              </tr>
            ))}
        </tbody>
      </table>
    </Section>
  );
}
