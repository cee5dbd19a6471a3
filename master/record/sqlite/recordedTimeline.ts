import type { RecordedTimeline } from "../timeline.ts";
import type { Database } from "./database.ts";
import type { GroupCommit } from "./groupCommit.ts";
import type { Pages } from "./pages.ts";
import { TimelineTable } from "./timelineTable.ts";

/** Rows of a page: a row of spans holds up to some hundred, a row of sums one for each slot. */
const SPAN_ROWS = 2;
const SUM_ROWS = 8;
const SLAVE_ROWS = 64;

export interface RecordedTimelineDeps {
  readonly commit: Pick<GroupCommit, "submit">;
  readonly pages: Pick<Pages, "byCursor">;
  /** Throws once the record is closed. */
  readonly requireOpen: () => void;
}

/** The timeline as the port has it. */
export function recordedTimeline(
  db: Database,
  { commit, pages, requireOpen }: RecordedTimelineDeps,
): RecordedTimeline {
  const table = new TimelineTable(db);
  return {
    append: async (chunk) => {
      requireOpen();
      await commit.submit(() => table.append(chunk));
    },
    spans: (window) => pages.byCursor((after) => table.spans(window, SPAN_ROWS, after)),
    sums: (resolution, window) =>
      pages.byCursor((after) => table.sums({ resolution, window }, SUM_ROWS, after)),
    slaves: (window) => pages.byCursor((after) => table.slaves(window, SLAVE_ROWS, after)),
    reach: async (of) => {
      requireOpen();
      return table.reach(of === "spans" ? 0 : of);
    },
    trim: async (bound) => {
      requireOpen();
      return await commit.submit(() => table.trim(bound));
    },
  };
}
