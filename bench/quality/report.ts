import type { Check } from "./check.ts";

/** The measures of a task and their date. */
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

/** The page docs/quality.md. `notes` are written by hand. */
export function qualityPage(rows: readonly (TaskChecks & { readonly notes: string })[]): string {
  const sections = rows.map(({ task, measures, notes, ...about }) => {
    const when = `Measured on ${about.date}, manyhands ${about.version}, Node ${about.node}, ${about.cores} cores.`;
    return [`## ${task}`, when, markdown(measures), notes.trim()].filter((part) => part !== "").join("\n\n");
  });
  return `# Quality

Every task is measured on files that it was not tuned to, through a real master and two slaves, and compared with
well-known tools. The tables are written by \`npm run quality -- --write\` (\`--task ocr\` measures one
task and keeps the other tables); the notes below the tables are in \`bench/quality/notes/\`.

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
