import {
  RESOLUTIONS,
  type RecordedTimeline,
  type Resolution,
  type SlaveMoment,
  type SlotSum,
  type TaskTimes,
  type TimelineSums,
  type TimeWindow,
  type WorkSpan,
} from "../record/timeline.ts";
import { addedTask } from "../record/timelineSums.ts";
import type { TimelineRecorder } from "./recorder.ts";
import { addWork, type TaskWork } from "./taskWork.ts";
import { type DrawnLane, ThinnedLanes } from "./thin.ts";

export interface ReaderDeps {
  readonly timeline: RecordedTimeline;
  readonly recorder: Pick<TimelineRecorder, "written" | "running">;
}

/** What of the timeline is wanted. */
export interface TimelineWish extends TimeWindow {
  /** In pixels. */
  readonly width: number;
  readonly job?: string | undefined;
  /** Id or name. */
  readonly slave?: string | undefined;
}

/** Files that ended in an interval. */
export interface FilesEnded extends Pick<TimelineSums, "at" | "done" | "failed" | "waiting"> {
  readonly milliseconds: number;
}

export interface TimelineRead {
  /** Milliseconds of a pixel, or of an interval where these are longer. */
  readonly step: number;
  readonly lanes: readonly DrawnLane[];
  readonly files: readonly FilesEnded[];
  readonly times: Readonly<Record<string, TaskTimes>>;
  readonly slaves: readonly SlaveMoment[];
}

type SumsWish = TimelineWish & { readonly resolution: Resolution };

/** Longest window that is drawn from single spans; a longer one is drawn from sums. */
const SPANS_MS = 3_600_000;
/** Intervals of a drawing: two for each pixel are more than can be seen. */
const INTERVALS_A_PIXEL = 2;
/** Intervals that are read for the work of a slave are twice as many at most. */
const WORK_INTERVALS = 500;

/** Reads windows of the timeline, so that a week costs no more than an hour. */
export class TimelineReader {
  readonly #deps: ReaderDeps;

  constructor(deps: ReaderDeps) {
    this.#deps = deps;
  }

  async read(wish: TimelineWish): Promise<TimelineRead> {
    await this.#deps.recorder.written();
    const { from, to, width } = wish;
    const pixel = (to - from) / width;
    const resolution = await this.#resolutionFor(wish);
    const fine = wish.job !== undefined || (await this.#hasSpans(wish));
    const lanes = new ThinnedLanes(fine ? pixel : Math.max(pixel, resolution));
    if (fine) for await (const page of this.spans(wish)) for (const span of page) lanes.add(span, span);
    const sums = await this.#sums({ ...wish, resolution }, fine ? undefined : lanes);
    const step = Math.ceil(fine ? pixel : Math.max(pixel, resolution));
    return { step, lanes: lanes.all(), ...sums, slaves: await this.#slaves(wish) };
  }

  /** Files and times of the window; `lanes` get the work of the slots. */
  async #sums(
    wish: SumsWish,
    lanes: ThinnedLanes | undefined,
  ): Promise<Pick<TimelineRead, "files" | "times">> {
    const { resolution } = wish;
    const files: FilesEnded[] = [];
    const times: Record<string, TaskTimes> = {};
    for await (const page of this.#deps.timeline.sums(resolution, wish)) {
      for (const sums of page) {
        const { at, done, failed, waiting } = sums;
        if (done + failed + waiting > 0) files.push({ at, done, failed, waiting, milliseconds: resolution });
        for (const [task, more] of Object.entries(sums.times)) times[task] = addedTask(times[task], more);
        if (lanes !== undefined) addSlots(lanes, sums, wish);
      }
    }
    return { files, times };
  }

  /** What a slave did by task, in all intervals that touch the window. */
  async work(slaveId: string, window: TimeWindow): Promise<readonly TaskWork[]> {
    const { recorder, timeline } = this.#deps;
    await recorder.written();
    const resolution = await this.#resolutionFor({ ...window, width: WORK_INTERVALS });
    const work = new Map<string, TaskWork>();
    for await (const page of timeline.sums(resolution, window))
      for (const sums of page) addWork(work, slaveId, sums);
    return [...work.values()];
  }

  async #slaves(wish: TimelineWish): Promise<SlaveMoment[]> {
    const slaves: SlaveMoment[] = [];
    for await (const page of this.#deps.timeline.slaves(wish))
      slaves.push(...page.filter((moment) => isOf(moment, wish)));
    return slaves;
  }

  /** Spans that touch the window, those that are not over included, in the order of each slot. */
  async *spans(wish: Omit<TimelineWish, "width">): AsyncGenerator<readonly WorkSpan[]> {
    const { recorder, timeline } = this.#deps;
    await recorder.written();
    const { job } = wish;
    const isWanted = (span: WorkSpan) => (job === undefined || span.job === job) && isOf(span, wish);
    for await (const page of timeline.spans(wish)) yield page.filter(isWanted);
    yield recorder.running().filter((span) => span.from < wish.to && span.to > wish.from && isWanted(span));
  }

  /** The finest one that the width can show, and that reaches back to the start of the window. */
  async #resolutionFor({ from, to, width }: TimelineWish): Promise<Resolution> {
    const [finest, ...coarser] = RESOLUTIONS;
    let best: Resolution = finest;
    for (const resolution of coarser) {
      const isTooFine = (to - from) / best > width * INTERVALS_A_PIXEL;
      if (isTooFine || !(await this.#reachesAsFar(best, from, resolution))) best = resolution;
    }
    return best;
  }

  async #reachesAsFar(kind: "spans" | Resolution, from: number, other: Resolution): Promise<boolean> {
    const reach = await this.#deps.timeline.reach(kind);
    if (reach !== undefined && reach <= from) return true;
    const further = await this.#deps.timeline.reach(other);
    return further === undefined || (reach !== undefined && reach <= further + other);
  }

  async #hasSpans({ from, to }: TimelineWish): Promise<boolean> {
    return to - from <= SPANS_MS && (await this.#reachesAsFar("spans", from, RESOLUTIONS[1]));
  }
}

/** A slot's interval shows the task that took most of it. */
function addSlots(lanes: ThinnedLanes, { at, slots }: TimelineSums, wish: SumsWish) {
  const bySlot = new Map<string, SlotSum>();
  for (const sum of slots) {
    if (!isOf(sum, wish)) continue;
    const key = `${sum.slaveId}/${sum.slot}`;
    const known = bySlot.get(key);
    bySlot.set(key, known === undefined ? sum : together(known, sum));
  }
  const from = Math.max(at, wish.from);
  const to = Math.min(at + wish.resolution, wish.to);
  for (const sum of bySlot.values()) {
    const { task, busy, units, failed } = sum;
    lanes.add(sum, {
      from,
      to,
      task,
      busy: Math.min(busy, to - from),
      units,
      state: failed > 0 ? "failed" : "done",
    });
  }
}

function together(a: SlotSum, b: SlotSum): SlotSum {
  const { task } = b.busy > a.busy ? b : a;
  return { ...a, task, busy: a.busy + b.busy, units: a.units + b.units, failed: a.failed + b.failed };
}

function isOf(
  { slaveId, slave }: { readonly slaveId: string; readonly slave: string },
  wish: Pick<TimelineWish, "slave">,
) {
  return wish.slave === undefined || wish.slave === slaveId || wish.slave === slave;
}
