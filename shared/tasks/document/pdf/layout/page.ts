import type { Glyphs } from "../engine/glyphs.ts";
import { RIGHT_TO_LEFT } from "./bidi.ts";
import { inColumns } from "./columns.ts";
import { type Fragment, textOf } from "./fragment.ts";
import { fragmentsOf } from "./fragments.ts";
import { rowsInContent, type TextRow } from "./rows.ts";
import { withVertical } from "./vertical.ts";
import { lineText } from "./words.ts";

/** Order of the lines of a page: that of its content, or the one in which a reader of the page goes. */
export type Order = "content" | "reading";

/** Text of a page's glyphs, line by line. */
export function pageText(glyphs: Glyphs, order: Order): string {
  const fragments = withVertical(fragmentsOf(glyphs));
  const hasRtl = RIGHT_TO_LEFT.test(glyphs.texts.join(""));
  const rows = order === "content" ? rowsInContent(fragments) : inReading(fragments, hasRtl);
  return rows.map((row) => `${lineText(row)}\n`).join("");
}

/** Text of each direction by itself: first the one that the page has most of. */
function inReading(fragments: readonly Fragment[], hasRtl: boolean): TextRow[] {
  const groups = new Map<number, Fragment[]>();
  for (const fragment of fragments) {
    const angle = Math.round((Math.atan2(fragment.y, fragment.x) * 180) / Math.PI) || 0;
    const group = groups.get(angle);
    if (group === undefined) groups.set(angle, [fragment]);
    else group.push(fragment);
  }
  return [...groups.values()]
    .sort((a, b) => glyphsIn(b) - glyphsIn(a))
    .flatMap((group) => inColumns(group, { isRtl: hasRtl && isMostlyRtl(group) }));
}

function glyphsIn(group: readonly Fragment[]): number {
  return group.reduce((sum, { from, to }) => sum + to - from, 0);
}

function isMostlyRtl(group: readonly Fragment[]): boolean {
  const rtl = group.filter((fragment) => RIGHT_TO_LEFT.test(textOf(fragment)));
  return rtl.length > 0 && 2 * glyphsIn(rtl) > glyphsIn(group);
}
