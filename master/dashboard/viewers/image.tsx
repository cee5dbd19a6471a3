import { useState } from "preact/hooks";
import { bytes, count } from "../ui/words.ts";
import { inputUrl, isPicture, useInput } from "./input.ts";
import { Facts, Figures, yesOrNo } from "./parts/figures.tsx";
import { shownName } from "./parts/shownName.ts";
import type { ViewerProps } from "./viewer.ts";
import "./style/image.css";

/** Facts of a result of the task image. */
interface PictureFacts {
  readonly width?: number;
  readonly height?: number;
  readonly format?: string;
  readonly bits?: number;
  readonly has_alpha?: boolean;
  readonly pages?: number;
  readonly pages_kept?: number;
  readonly source?: {
    readonly format?: string;
    readonly width?: number;
    readonly height?: number;
    readonly orientation?: number;
    readonly color_space?: string;
  };
}

export function Picture({ job, file }: ViewerProps) {
  const info: PictureFacts = file.info ?? {};
  return (
    <>
      <BeforeAfter job={job} file={file} />
      <Figures
        of={[
          { label: "before", value: sizeOf(info.source ?? {}), unit: bytes(file.bytes) },
          { label: "after", value: sizeOf(info), unit: bytes(file.result_bytes ?? 0) },
          { label: "of the original's bytes", value: shareOf(file.result_bytes ?? 0, file.bytes) },
        ]}
      />
      <Facts
        of={[
          ["Format", `${info.source?.format ?? "?"} → ${info.format ?? "?"}`],
          ["Colours", info.source?.color_space],
          ["Depth", info.bits === undefined ? undefined : `${info.bits} bits`],
          ["Transparency", info.has_alpha === undefined ? undefined : yesOrNo(info.has_alpha)],
          [
            "Pages",
            info.pages === undefined ? undefined : `${info.pages_kept ?? 1} of ${count(info.pages)} kept`,
          ],
          [
            "Turned upright",
            info.source?.orientation === undefined ? undefined : yesOrNo(info.source.orientation > 1),
          ],
        ]}
      />
    </>
  );
}

function sizeOf({ width, height }: Pick<PictureFacts, "width" | "height">): string {
  return width === undefined || height === undefined ? "–" : `${width} × ${height}`;
}

function shareOf(after: number, before: number): string {
  return before === 0 ? "–" : `${Math.round((100 * after) / before)} %`;
}

/** Formats of results that no browser shows. */
const HIDDEN_RESULT = /\.tiff?$/i;

function BeforeAfter({ job, file }: ViewerProps) {
  const input = useInput(job, file);
  const { url = "" } = file;
  const name = shownName(file);
  const [unreadable, setUnreadable] = useState(false);
  const canCompare = input === "kept" && isPicture(file.filename) && !unreadable;
  if (HIDDEN_RESULT.test(url))
    return <p class="note">Browsers show no TIFF: download the result to look at it.</p>;
  if (!canCompare)
    return (
      <figure class="picture">
        <img src={url} alt={`${name}, the result`} />
        {input !== "asking" && <figcaption class="quiet">{whyAlone(input, unreadable)}</figcaption>}
      </figure>
    );
  return (
    <Curtain
      before={{ src: inputUrl(job, file), alt: `${name}, the original`, onError: () => setUnreadable(true) }}
      after={{ src: url, alt: `${name}, the result` }}
    />
  );
}

function whyAlone(input: "kept" | { readonly why: string }, unreadable: boolean): string {
  if (input !== "kept") return `${input.why} The result is shown alone.`;
  const reason = unreadable
    ? "This browser cannot read the original"
    : "Browsers do not show the format of the original";
  return `${reason}: the result is shown alone.`;
}

interface Side {
  readonly src: string;
  readonly alt: string;
  readonly onError?: () => void;
}

/** Both pictures in one place: the curtain between them moves by pointer and by arrow keys. */
function Curtain({ before, after }: { readonly before: Side; readonly after: Side }) {
  const [at, setAt] = useState(50);
  return (
    <div class="picture curtain">
      <div class="both">
        <img src={after.src} alt={after.alt} />
        <img
          class="over"
          src={before.src}
          alt={before.alt}
          onError={before.onError}
          style={{ clipPath: `inset(0 ${100 - at}% 0 0)` }}
        />
        <i class="edge" style={{ left: `${at}%` }} />
        <span class="side left">before</span>
        <span class="side right">after</span>
        <input
          type="range"
          min={0}
          max={100}
          value={at}
          aria-label="Share of the picture that shows the original"
          aria-valuetext={`${at} % before, ${100 - at} % after`}
          onInput={(event) => setAt(Number(event.currentTarget.value))}
        />
      </div>
    </div>
  );
}
