import { sharedFile, unitAt } from "../maps.ts";
import type { InputFile, JsonObject, Part, PartDone, RunContext, UnitFile, UnitSpec } from "../task.ts";
import type { FunctionOptions } from "./options.ts";

type Job = RunContext<FunctionOptions>;

/** Larger files are cut first, so that a unit need not read all of the file. */
const SMALL_BYTES = 2_000_000;
/** The first unit of a file measures how long an item takes. */
const FIRST_MS = 250;
/** Time of each later unit, as far as the items before it tell; a unit whose items take longer stops and leaves the rest. */
const UNIT_MS = 1_000;
const MOST_MS = 3_000;
/** Most items of a unit. */
const MOST_ITEMS = 200_000;
/** Units that a file is cut into by what its first unit tells, in which the engine was cold. */
const FIRST_CUTS = 64;

/** The items of one file: where they are read from, and what tells a unit how. */
interface ItemFile {
  readonly input: InputFile;
  readonly source: UnitFile;
  readonly args: JsonObject;
}

/**
 * Each file is called for some time; what is left is cut into units by the time that its items took. Those times are
 * recorded with the parts, so that a replay cuts in the same way.
 */
export async function run(job: Job): Promise<void> {
  const files = await itemFiles(job);
  const units = files.map((file) => unitOf(job, file, { budget_ms: FIRST_MS }));
  const ends = new Pieces();
  for await (const part of job.map("first", job.options.mode, units)) {
    const file = files[part.index];
    if (file === undefined) throw new Error(`a part came for file ${part.index} of ${files.length}`);
    if (!part.ok || isWhole(part)) await job.publish(file.input.index, part);
    else ends.add(finish(job, file, part));
  }
  await ends.all();
}

/** Files that end one after the other while the loop of the first units goes on. */
class Pieces {
  readonly #ends: Promise<void>[] = [];
  #failure: { readonly error: unknown } | undefined;

  add(end: Promise<void>): void {
    this.#ends.push(
      end.catch((error: unknown) => {
        this.#failure ??= { error };
      }),
    );
  }

  async all(): Promise<void> {
    await Promise.all(this.#ends);
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}

/** Cuts large files; those that cannot be read fail here. */
async function itemFiles(job: Job): Promise<readonly ItemFile[]> {
  const small = job.inputs.filter(({ bytes }) => bytes <= SMALL_BYTES);
  const large = job.inputs.filter(({ bytes }) => bytes > SMALL_BYTES);
  const files: ItemFile[] = small.map((input) => ({ input, source: sharedFile(input), args: {} }));
  if (large.length === 0) return files;
  const units = large.map((input) => ({ files: [input] }));
  for (const part of await job.mapInOrder("cut", "cut", units)) {
    const [input] = unitAt(units, part.index).files;
    if (input === undefined) throw new Error(`a part came for file ${part.index} of ${units.length}`);
    if (!part.ok) await job.publish(input.index, part);
    else {
      const { filename, sha256 } = input;
      files.push({ input, source: sharedFile(part.file), args: { ...part.info, filename, sha256 } });
    }
  }
  return files;
}

function unitOf(job: Job, { source, args }: ItemFile, more: JsonObject): UnitSpec {
  // A call that does not end is tried twice: the second time it is known that it is the one.
  const longest = 2 * job.options.timeout_seconds + MOST_MS / 1_000;
  return { files: [source], args: { ...args, ...more }, fileBudgets: 1 + Math.ceil(longest / 300) };
}

function isWhole({ info }: PartDone): boolean {
  return info?.done === info?.items;
}

/** Items `from` to `to` that no unit has called yet, and the time that one takes. */
interface Rest {
  readonly from: number;
  readonly to: number;
  readonly itemMs: number;
}

interface Piece extends Rest {
  readonly part: PartDone;
}

async function finish(job: Job, file: ItemFile, first: PartDone): Promise<void> {
  const pieces: Piece[] = [pieceOf({ from: 0, to: Number(first.info?.items), itemMs: 0 }, first)];
  let rests = pieces.flatMap(restsOf);
  for (let round = 1; rests.length > 0; round += 1) {
    const most = round === 1 ? FIRST_CUTS : Number.POSITIVE_INFINITY;
    const all = rests.flatMap((rest) => cutRest(rest, most));
    const atOnce = job.options.concurrency ?? all.length;
    const [cuts, later] = [all.slice(0, atOnce), all.slice(atOnce)];
    const units = cuts.map(({ from, to }) => unitOf(job, file, { from, to, budget_ms: MOST_MS }));
    const parts = await job.mapInOrder(`more-${file.input.index}-${round}`, job.options.mode, units);
    const failed = parts.find((part) => !part.ok);
    if (failed !== undefined) return await job.publish(file.input.index, failed);
    const done = parts.flatMap((part, at) => pieceAt(cuts[at], part));
    pieces.push(...done);
    rests = [...done.flatMap(restsOf), ...later];
  }
  await join(job, file, pieces);
}

function pieceAt(rest: Rest | undefined, part: Part): Piece[] {
  return rest === undefined || !part.ok ? [] : [pieceOf(rest, part)];
}

function pieceOf(rest: Rest, part: PartDone): Piece {
  return { ...rest, part, itemMs: Math.max(0.001, Number(part.info?.item_ms)) };
}

function restsOf({ from, to, itemMs, part }: Piece): Rest[] {
  const start = from + Number(part.info?.done);
  return start < to ? [{ from: start, to, itemMs }] : [];
}

function cutRest({ from, to, itemMs }: Rest, most: number): Rest[] {
  const wanted = Math.max(1, Math.floor(UNIT_MS / itemMs), Math.ceil((to - from) / most));
  const width = Math.min(MOST_ITEMS, wanted);
  return Array.from({ length: Math.ceil((to - from) / width) }, (_, at) => ({
    from: from + at * width,
    to: Math.min(to, from + (at + 1) * width),
    itemMs,
  }));
}

async function join(job: Job, { input }: ItemFile, pieces: readonly Piece[]): Promise<void> {
  const parts = pieces.toSorted((a, b) => a.from - b.from).map(({ part }) => part);
  const sum = (name: string) => parts.reduce((total, { info }) => total + Number(info?.[name]), 0);
  const args = {
    bytes: parts.map(({ info }) => Number(info?.bytes)),
    items: sum("done"),
    failed: sum("failed"),
    dropped: sum("dropped"),
  };
  const unit = { files: parts.map(({ file }) => file), args, fileBudgets: 1 };
  for (const part of await job.mapInOrder(`join-${input.index}`, "join", [unit]))
    await job.publish(input.index, part);
}
