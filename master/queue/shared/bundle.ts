import { taskNamed } from "../../../shared/tasks/registry.ts";
import type { QueuedUnit } from "../port.ts";
import { indexOf, mapOf, unitId } from "../unitId.ts";

/** Units of one map that masters hand each other together: references only, never bytes. */
export interface Bundle {
  /** `job/map/index`. The same units have the same id whenever they are sent, so that a replay sends nothing twice. */
  readonly id: string;
  readonly lane: string;
  readonly units: readonly QueuedUnit[];
}

/** Units of a bundle, unless their step says fewer. It divides the number that a map puts into the queue together. */
export const TOGETHER = 16;
/** Characters of a bundle's units as JSON, about: units with many references travel in several bundles. */
const MOST_CHARACTERS = 256 * 1024;

/** What a slave must be able to do for a unit. Masters take bundles only from the lanes that their slaves can do. */
export function laneOf({
  task,
  step,
  stepVersion,
}: Pick<QueuedUnit, "task" | "step" | "stepVersion">): string {
  return `${task}.${step}.${stepVersion}`;
}

/** Units of a lane that travel together at most. */
export function togetherIn({ task, step }: Pick<QueuedUnit, "task" | "step">): number {
  return taskNamed(task).steps[step]?.together ?? TOGETHER;
}

/**
 * The bundles of units that are put into the queue together. Where a bundle begins depends on the indexes alone, so that a
 * replay, in which units are missing that are done, makes bundles with the same ids.
 */
export function bundlesOf(units: readonly QueuedUnit[]): Bundle[] {
  const groups = new Map<string, QueuedUnit[]>();
  for (const unit of units) {
    const id = idOf(unit);
    const group = groups.get(id);
    if (group === undefined) groups.set(id, [unit]);
    else group.push(unit);
  }
  return [...groups].flatMap(([id, group]) => pieces(id, group));
}

function idOf(unit: QueuedUnit): string {
  const index = indexOf(unit.id);
  return unitId(mapOf(unit.id), index - (index % togetherIn(unit)));
}

/** Large units have bundles of their own, named after their first unit. */
function pieces(id: string, units: readonly QueuedUnit[]): Bundle[] {
  const [first] = units;
  if (first === undefined) return [];
  const lane = laneOf(first);
  if (sizeOf(units) <= MOST_CHARACTERS || units.length === 1) return [{ id, lane, units }];
  return units.map((unit) => ({ id: unit.id, lane, units: [unit] }));
}

/** About the characters that units have as JSON: what grows is the number of their files, and their arguments. */
function sizeOf(units: readonly QueuedUnit[]): number {
  return units.reduce((sum, { files, args }) => {
    const ofArgs = Object.keys(args).length === 0 ? 0 : JSON.stringify(args).length;
    return sum + 100 + files.length * 250 + ofArgs;
  }, 0);
}

/** Members that all units of a bundle have in common. */
type Common = Omit<QueuedUnit, "id" | "args" | "files" | "bytes" | "crashes" | "losses" | "fileBudgets">;
type Own = Omit<QueuedUnit, keyof Common>;

/** A bundle's units as text; what they have in common is there once. */
export function textOf(units: readonly QueuedUnit[]): string {
  const common = units[0] && commonOf(units[0]);
  return JSON.stringify({ common, units: units.map(ownOf) });
}

export function unitsOf(text: string): QueuedUnit[] {
  const { common, units } = JSON.parse(text) as { readonly common: Common; readonly units: readonly Own[] };
  return units.map((own) => ({ ...common, ...own }));
}

function commonOf({ job, task, step, stepVersion, options, budgets, priority, client }: QueuedUnit): Common {
  return { job, task, step, stepVersion, options, budgets, priority, client };
}

function ownOf({ id, args, files, bytes, crashes, losses, fileBudgets }: QueuedUnit): Own {
  return { id, args, files, bytes, crashes, losses, ...(fileBudgets === undefined ? {} : { fileBudgets }) };
}
