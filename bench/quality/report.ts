import type { Measure } from "./check.ts";

interface About {
  readonly version: string;
  readonly date: string;
  readonly node: string;
  readonly cores: number;
  readonly command: string;
}

/** A task's measures as lines for a terminal. */
export function table(task: string, measures: readonly Measure[]): string {
  const lines = measures.map(({ name, value, target, met, note }) => {
    const mark = met ? "ok    " : "MISSED";
    return `  ${mark} ${name}: ${shown(value)} (target ${target})${note === undefined ? "" : `\n         ${note}`}`;
  });
  return `${task}\n${lines.join("\n")}`;
}

/** docs/quality.md. */
export function qualityPage(
  about: About,
  rows: readonly { task: string; measures: readonly Measure[] }[],
): string {
  const sections = rows.map(({ task, measures }) => `## ${task}\n\n${markdown(measures)}`);
  return `# Quality

Every task against files that it was not tuned to, with the results of the tools that people trust beside them,
through a real master and two slaves. Written by \`${about.command} -- --write\` on ${about.date}, manyhands
${about.version}, Node ${about.node}, ${about.cores} cores.

${sections.join("\n\n")}
`;
}

function markdown(measures: readonly Measure[]): string {
  const lines = measures.map(({ name, value, target, met, note }) =>
    [name, shown(value), target, met ? "yes" : "**no**", note ?? ""].map(cell).join(" | "),
  );
  return `| measure | value | target | met | note |\n| --- | --- | --- | --- | --- |\n${lines.map((line) => `| ${line} |`).join("\n")}`;
}

function shown(value: number | string): string {
  return typeof value === "number" ? String(Number(value.toPrecision(6))) : value;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}
