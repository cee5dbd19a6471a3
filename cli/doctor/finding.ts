/** `problem`: something does not work; `warning`: it may not work, or not in all cases. */
export type FindingState = "ok" | "warning" | "problem";

/** One line of `doctor`. */
export interface DoctorFinding {
  /** What was looked at, in a word or two. */
  readonly check: string;
  readonly state: FindingState;
  readonly text: string;
  /** What to do; not there when all is well. */
  readonly remedy?: string;
}

export function ok(check: string, text: string): DoctorFinding {
  return { check, state: "ok", text };
}

export function warning(check: string, text: string, remedy: string): DoctorFinding {
  return { check, state: "warning", text, remedy };
}

export function problem(check: string, text: string, remedy: string): DoctorFinding {
  return { check, state: "problem", text, remedy };
}
