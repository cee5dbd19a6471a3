import type { ChaosReport } from "./run.ts";

/** The forbidden outcomes and their counts. */
export function violationsOf(report: ChaosReport): readonly (readonly [string, readonly string[]])[] {
  return [
    ["acknowledged jobs lost", report.lost],
    ["files unaccounted for", report.unaccounted],
    ["jobs that never ended", report.stuck],
    ["results unlike those of the run without faults", report.differing],
    ["results twice, or of no job", report.duplicates],
    ["jobs with two final states", report.twoEnds],
    ["processes left running", report.processes],
    ["spool left behind", report.spool],
  ];
}

/** The report as a Markdown table, followed by examples of failures. */
export function table(report: ChaosReport): string {
  const rows = violationsOf(report);
  const faults = Object.entries(report.faults).map(([fault, count]) => `${count} x ${fault}`);
  const requests = Object.entries(report.requests).map(([type, count]) => `${count} ${type}`);
  return [
    `jobs: ${report.jobs} with ${report.files} files; requests: ${requests.join(", ")}`,
    `faults: ${faults.join(", ")}`,
    "",
    "| what | how often |",
    "| --- | ---: |",
    ...rows.map(([what, list]) => `| ${what} | ${list.length} |`),
    ...rows.flatMap(([what, list]) => list.slice(0, 10).map((one) => `! ${what}: ${one}`)),
  ].join("\n");
}
