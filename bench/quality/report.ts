import type { Check } from "./check.ts";

/** What was measured of a task, and when. */
export interface TaskChecks {
  readonly task: string;
  readonly version: string;
  /** YYYY-MM-DD. */
  readonly date: string;
  readonly node: string;
  readonly cores: number;
  readonly measures: readonly Check[];
}

/** A task's measures as lines for a terminal. */
export function table(task: string, measures: readonly Check[]): string {
  const lines = measures.map(({ name, value, target, met, note }) => {
    const mark = met ? "ok    " : "MISSED";
    return `  ${mark} ${name}: ${shown(value)} (target ${target})${note === undefined ? "" : `\n         ${note}`}`;
  });
  return `${task}\n${lines.join("\n")}`;
}

/** docs/quality.md. `notes` is what people have to say of a task's numbers. */
export function qualityPage(rows: readonly (TaskChecks & { readonly notes: string })[]): string {
  const sections = rows.map(({ task, measures, notes, ...about }) => {
    const when = `Measured on ${about.date}, manyhands ${about.version}, Node ${about.node}, ${about.cores} cores.`;
    return [`## ${task}`, when, markdown(measures), notes.trim()].filter((part) => part !== "").join("\n\n");
  });
  return `# Quality

Every task against files that it was not tuned to, with the results of the tools that people trust beside them,
through a real master and two slaves. The tables are written by \`npm run quality -- --write\` (\`--task ocr\` measures one
task and leaves the others as they were); the words below them stand in \`bench/quality/notes/\`.

${sections.join("\n\n")}
`;
}

function markdown(measures: readonly Check[]): string {
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
