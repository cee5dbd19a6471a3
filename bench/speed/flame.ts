import { readFile, writeFile } from "node:fs/promises";

/** A `.cpuprofile` of V8: the tree of calls, and the running call at each sample. */
interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  /** Microseconds between samples. */
  readonly timeDeltas: readonly number[];
}

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  readonly children?: readonly number[];
}

/** A call with its callees; time in microseconds. */
interface Frame {
  readonly name: string;
  readonly kind: Kind;
  time: number;
  readonly children: Map<string, Frame>;
}

type Kind = "ours" | "library" | "node" | "native";

const WIDTH = 1200;
const ROW = 16;
/** Calls narrower than this are left out, points. */
const LEAST = 1.2;
const COLORS: Readonly<Record<Kind, string>> = {
  ours: "#4e9a6a",
  library: "#d08c3f",
  node: "#6f8fb8",
  native: "#b5606a",
};
/** Entries that are no work of the process. */
const IDLE = new Set(["(idle)", "(program)"]);

/** Draws a `.cpuprofile` as a flame graph (SVG): width is time, each row is called by the one above it. */
export async function drawFlames(profile: string, picture: string, title: string): Promise<void> {
  const root = framesOf(JSON.parse(await readFile(profile, "utf8")) as CpuProfile);
  const rows: string[] = [];
  const depth = draw(root, { x: 0, row: 0, scale: WIDTH / root.time }, rows);
  const height = (depth + 3) * ROW;
  const legend = (Object.keys(COLORS) as Kind[])
    .map((kind, place) => `<tspan fill="${COLORS[kind]}" dx="${place === 0 ? 0 : 12}">${kind}</tspan>`)
    .join("");
  const text = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="monospace" font-size="11">`,
    `<title>${escaped(title)}: flame graph</title>`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    `<text x="4" y="12">${escaped(title)}, ${Math.round(root.time / 1000)} ms on the main thread: ${legend}</text>`,
    ...rows,
    "</svg>\n",
  ];
  await writeFile(picture, text.join("\n"));
}

/** The deepest row that was drawn. */
function draw(
  frame: Frame,
  at: { readonly x: number; readonly row: number; readonly scale: number },
  out: string[],
): number {
  const width = frame.time * at.scale;
  if (width < LEAST) return at.row;
  const share = ((100 * width) / WIDTH).toFixed(1);
  const letters = Math.floor((width - 4) / 6.7);
  const label = letters < 3 ? "" : escaped(frame.name.slice(0, letters));
  const [x, y] = [at.x.toFixed(1), (at.row + 1.5) * ROW];
  out.push(
    `<g><title>${escaped(frame.name)} ${share} %</title><rect x="${x}" y="${y}" width="${Math.max(width - 0.5, 0.5).toFixed(1)}" height="${ROW - 1}" fill="${COLORS[frame.kind]}"/>` +
      `<text x="${(at.x + 2).toFixed(1)}" y="${y + 11}" fill="#fff">${label}</text></g>`,
  );
  let { x: left } = at;
  let depth = at.row;
  for (const child of [...frame.children.values()].sort((a, b) => b.time - a.time)) {
    depth = Math.max(depth, draw(child, { ...at, x: left, row: at.row + 1 }, out));
    left += child.time * at.scale;
  }
  return depth;
}

function framesOf({ nodes, samples, timeDeltas }: CpuProfile): Frame {
  const own = new Map<number, number>();
  samples.forEach((id, place) => {
    own.set(id, (own.get(id) ?? 0) + (timeDeltas[place] ?? 0));
  });
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const root: Frame = { name: "all", kind: "node", time: 0, children: new Map() };
  const add = (node: ProfileNode, into: Frame): number => {
    const { functionName, url } = node.callFrame;
    // The profiler's own time is left out.
    if (IDLE.has(functionName) || url === "node:inspector") return 0;
    const frame = into.children.get(nameOf(node)) ?? {
      name: nameOf(node),
      kind: kindOf(functionName, url),
      time: 0,
      children: new Map(),
    };
    into.children.set(frame.name, frame);
    let time = own.get(node.id) ?? 0;
    for (const id of node.children ?? []) {
      const child = byId.get(id);
      if (child !== undefined) time += add(child, frame);
    }
    frame.time += time;
    return time;
  };
  const [top] = nodes;
  for (const id of top?.children ?? []) {
    const node = byId.get(id);
    if (node !== undefined) root.time += add(node, root);
  }
  return root;
}

function nameOf({ callFrame: { functionName, url, lineNumber } }: ProfileNode): string {
  const file = /(?:dist\/|node_modules\/|node:)(.*)$/.exec(url)?.[1];
  return `${functionName || "(anonymous)"}${file === undefined ? "" : ` ${file}:${lineNumber + 1}`}`;
}

function kindOf(functionName: string, url: string): Kind {
  if (url.includes("node_modules/")) return "library";
  if (url.includes("/dist/")) return "ours";
  if (url.startsWith("node:")) return "node";
  return functionName.startsWith("(") || url === "" ? "native" : "node";
}

function escaped(text: string): string {
  return text.replace(/[<>&"]/g, (sign) => `&#${sign.codePointAt(0)};`);
}
