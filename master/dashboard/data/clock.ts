/** Difference that two clocks may have before it counts: the header of an answer has whole seconds. */
const TOLERATED_MS = 3_000;

let ahead = 0;

/** Takes the time of an answer of the master: the clock of this device may be wrong. */
export function setClock(answer: Response): void {
  const time = Date.parse(answer.headers.get("date") ?? "");
  if (Number.isNaN(time)) return;
  const difference = time - Date.now();
  ahead = Math.abs(difference) > TOLERATED_MS ? difference : 0;
}

/** Milliseconds since 1970 by the clock of the master, whose times the page shows. */
export function masterNow(): number {
  return Date.now() + ahead;
}
