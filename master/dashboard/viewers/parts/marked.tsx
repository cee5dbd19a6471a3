import type { ComponentChildren } from "preact";

/** Places that are marked; a browser needs seconds for more. */
const MOST_MARKS = 2_000;

/** A text with the places marked where the sought words stand, in any case. */
export function Marked({ text, sought }: { readonly text: string; readonly sought: string }) {
  const wanted = sought.trim();
  if (wanted === "") return <pre class="plain">{text}</pre>;
  const pieces: ComponentChildren[] = [];
  let from = 0;
  for (const match of text.matchAll(patternOf(wanted))) {
    if (pieces.length > 2 * MOST_MARKS) break;
    pieces.push(text.slice(from, match.index), <mark key={match.index}>{match[0]}</mark>);
    from = match.index + match[0].length;
  }
  return (
    <pre class="plain">
      {pieces}
      {text.slice(from)}
    </pre>
  );
}

/** Number of places where a text holds the sought words. */
export function matches(text: string, sought: string): number {
  const wanted = sought.trim();
  return wanted === "" ? 0 : [...text.matchAll(patternOf(wanted))].length;
}

function patternOf(wanted: string): RegExp {
  return new RegExp(wanted.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), "giu");
}
