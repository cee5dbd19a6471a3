import type { Check, Outcome, QualityJob } from "../check.ts";

/** An outcome with the file and options that it belongs to. */
export interface ImageOutcome {
  readonly job: number;
  readonly file: QualityJob["files"][number];
  readonly outcome: Outcome | undefined;
}

export function answersOf(
  jobs: readonly QualityJob[],
  outcomes: readonly (readonly Outcome[])[],
): readonly ImageOutcome[] {
  return jobs.flatMap(({ files }, job) =>
    files.map((file, at) => ({ job, file, outcome: outcomes[job]?.[at] })),
  );
}

/** Files that have a result although they must not, or have none although they must, or the wrong code. */
export function handled(answers: readonly ImageOutcome[], codeOf: (answer: ImageOutcome) => string): Check {
  const wrong = answers.filter((answer) => !isRight(answer, codeOf));
  const note = wrong.map(({ file, outcome }) => `${file.file}: ${told(outcome)}`).join("; ");
  const value = wrong.length;
  return {
    name: "files with the wrong outcome or code",
    value,
    target: "0",
    met: value === 0,
    ...noted(note),
  };
}

export function noted(note: string): { note?: string } {
  return note === "" ? {} : { note };
}

function isRight(answer: ImageOutcome, codeOf: (answer: ImageOutcome) => string): boolean {
  const { file, outcome } = answer;
  if (outcome === undefined) return false;
  if (file.expect === "either") return true;
  return outcome.ok ? file.expect === "ok" : file.expect === "error" && outcome.code === codeOf(answer);
}

function told(outcome: Outcome | undefined): string {
  if (outcome === undefined) return "no outcome";
  return outcome.ok ? "done" : outcome.code;
}
