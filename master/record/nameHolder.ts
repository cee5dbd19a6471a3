import type { Row } from "./rows.ts";

/** Who has the name of a result. */
export interface NameHolder {
  readonly name: string;
  readonly job: string;
  /** Undefined for an attachment. */
  readonly index?: number;
  /** Undefined for a plain name. */
  readonly number?: number;
}

export function holderFrom({ name, job, idx, number }: Row): NameHolder {
  return {
    name: String(name),
    job: String(job),
    ...(idx === null ? {} : { index: Number(idx) }),
    ...(number === null ? {} : { number: Number(number) }),
  };
}
