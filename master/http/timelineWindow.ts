import { RequestError } from "../../shared/errors.ts";
import type { TimeWindow } from "../record/timeline.ts";

const HOUR_MS = 3_600_000;

/** The window that a request asks for: the last hour, unless it says another. @throws RequestError `bad_query` */
export function windowOf({ from, to = Date.now() }: AskedWindow): TimeWindow {
  const window = { from: from ?? Math.max(0, to - HOUR_MS), to };
  if (window.from < to) return window;
  throw new RequestError("bad_query", "from must be before to.", { details: { field: "from" } });
}

interface AskedWindow {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}
