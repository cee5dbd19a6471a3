import type { Measure } from "./part.ts";

/** A part as measured; `load` is the machine's load average just before. */
export interface PartMeasures {
  readonly part: string;
  readonly load: number;
  readonly measures: readonly Measure[];
}

export interface About {
  readonly version: string;
  readonly date: string;
  readonly node: string;
  readonly cores: number;
  readonly cpu: string;
}

const BEGIN = "<!-- measured -->";
const END = "<!-- end of measured -->";

/** A part as lines for a terminal. */
export function table({ part, load, measures }: PartMeasures): string {
  const lines = measures.map(({ name, value, target, met, note }) => {
    const mark = met === undefined ? "      " : met ? "ok    " : "MISSED";
    const aim = target === undefined ? "" : ` (target ${target})`;
    return `  ${mark} ${name}: ${value}${aim}${note === undefined ? "" : `; ${note}`}`;
  });
  return `${part} (load ${load})\n${lines.join("\n")}`;
}

/** docs/performance.md with new tables; the text around them is kept. */
export function page(old: string, about: About, rows: readonly PartMeasures[]): string {
  const { version, date, node, cores, cpu } = about;
  const head = `Written by \`npm run bench -- --write\` on ${date}: manyhands ${version}, Node ${node}, ${cores} cores (${cpu}).`;
  const tables = rows.map(
    ({ part, load, measures }) => `### ${part}\n\n${markdown(measures)}\n\nLoad before: ${load}.`,
  );
  const before = old.slice(0, old.indexOf(BEGIN) + BEGIN.length);
  const after = old.slice(old.indexOf(END));
  return `${before}\n${[head, ...tables].join("\n\n")}\n${after}`;
}

function markdown(measures: readonly Measure[]): string {
  const lines = measures.map(({ name, value, target = "", met, note = "" }) => {
    const verdict = met === undefined ? "" : met ? "yes" : "**no**";
    return `| ${[name, value, target, verdict, note].join(" | ")} |`;
  });
  return `| measure | value | target | met | note |\n| --- | --- | --- | --- | --- |\n${lines.join("\n")}`;
}
