import { textOfBlocks } from "../docx/blocks.ts";
import type { Edge } from "../docx/sides.ts";
import type { Edges } from "../reading/reading.ts";
import { rangesOf } from "./marks.ts";
import type { Stories } from "./story.ts";

/** Separators of notes come before the headers and footers of the first section. */
const SEPARATORS = 6;
/** Headers and footers of a section, in their order. */
const EDGES = [
  ["headers", "even"],
  ["headers", "default"],
  ["footers", "even"],
  ["footers", "default"],
  ["headers", "first"],
  ["footers", "first"],
] as const;

/** Headers and footers of the sections (MS-DOC 2.8.22); one that is empty is that of the section before. */
export function edgesOf(stories: Stories): Edges {
  const edges: { headers: Edge[]; footers: Edge[] } = { headers: [], footers: [] };
  const { file } = stories.document;
  const ranges = rangesOf(file.part("headers"), 0, file.stories.headers).slice(SEPARATORS);
  for (const [at, range] of ranges.entries()) {
    const [name, type] = EDGES[at % EDGES.length] ?? EDGES[0];
    const text = textOfBlocks(stories.blocks(range)).trim();
    if (text !== "") edges[name].push({ type, section: 1 + Math.floor(at / EDGES.length), text });
  }
  return edges;
}
