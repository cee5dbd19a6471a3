import { useMemo, useState } from "preact/hooks";
import { type LineLayout, lineLayouts } from "./lines.ts";
import { isDoubtful, type OcrPageView, type OcrWordView } from "./result.ts";

interface SheetProps {
  readonly page: OcrPageView;
  readonly words: readonly OcrWordView[];
  readonly sought: string;
  readonly picture: string | undefined;
}

/** Words that are drawn as boxes; more of them would slow the browser down. */
const MOST_WORDS = 5_000;

/** A page in its own proportions: the picture with boxes over it, or the words alone at their places. */
export function Sheet({ page, words, sought, picture }: SheetProps) {
  const [unreadable, setUnreadable] = useState(false);
  const isDrawn = picture !== undefined && !unreadable;
  const layouts = useMemo(() => (isDrawn ? undefined : lineLayouts(words)), [words, isDrawn]);
  const wanted = sought.trim().toLowerCase();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reached by keyboard.
    <section class="sheetroom" aria-label="The page as it was read" tabIndex={0}>
      <section
        class={`sheet ${isDrawn ? "drawn" : "bare"}`}
        style={{ aspectRatio: `${page.width} / ${page.height}` }}
        aria-label={`Page ${page.page}`}
      >
        {isDrawn && <img src={picture} alt="" onError={() => setUnreadable(true)} />}
        {words.slice(0, MOST_WORDS).map((word, at) => (
          <Word
            key={at}
            word={word}
            page={page}
            layout={layouts?.get(word.line)}
            isFound={wanted !== "" && word.text.toLowerCase().includes(wanted)}
          />
        ))}
      </section>
      {words.length > MOST_WORDS && (
        <p class="quiet small">{`${MOST_WORDS.toLocaleString("en")} of ${words.length.toLocaleString("en")} words have a box.`}</p>
      )}
    </section>
  );
}

interface WordProps {
  readonly word: OcrWordView;
  readonly page: OcrPageView;
  readonly isFound: boolean;
  /** Undefined over a picture: the box is then that of the word alone. */
  readonly layout: LineLayout | undefined;
}

function Word({ word, page, isFound, layout }: WordProps) {
  const { x0, y0, x1, y1 } = { ...word.bbox, ...layout };
  const share = (pixels: number, of: number) => `${(100 * pixels) / of}%`;
  const kind = isFound ? "found" : isDoubtful(word) ? "low" : "";
  const size = layout?.size ?? 0.9 * (y1 - y0);
  return (
    <span
      class={`word ${kind}`}
      title={`${word.text}: confidence ${Math.round(word.confidence)}`}
      style={{
        left: share(x0, page.width),
        top: share(y0, page.height),
        width: share(x1 - x0, page.width),
        height: share(y1 - y0, page.height),
        fontSize: `${(100 * size) / page.width}cqw`,
      }}
    >
      {word.text}
    </span>
  );
}
