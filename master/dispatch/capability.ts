import { mainStepOf } from "../../shared/tasks/maps.ts";
import { taskNamed } from "../../shared/tasks/registry.ts";
import { WHOLE_JOB_STEP } from "../classic/plainLease.ts";
import { CLASSIC_TASKS, type Slave } from "../fleet/slave.ts";
import type { QueuedUnit } from "../queue/port.ts";

interface ClassicAble {
  readonly step: string;
  /** Default options as JSON: a classic slave knows no others. */
  readonly options: string;
}

/** By task; made on first use. */
const classicAble = new Map<string, ClassicAble>();

/** Whether a slave may be given this unit. */
export function canDo(slave: Slave, unit: QueuedUnit): boolean {
  if (unit.step === WHOLE_JOB_STEP) return slave.classic || unit.task in slave.steps;
  if (slave.classic) return classicCanDo(unit);
  return slave.steps[unit.task]?.[unit.step] === unit.stepVersion;
}

function classicCanDo(unit: QueuedUnit): boolean {
  const able = classicAbility(unit.task);
  const oneWholeFile = unit.files.length === 1 && Object.keys(unit.args).length === 0;
  return oneWholeFile && able?.step === unit.step && able.options === JSON.stringify(unit.options);
}

function classicAbility(name: string): ClassicAble | undefined {
  if (!(CLASSIC_TASKS as readonly string[]).includes(name)) return undefined;
  const known = classicAble.get(name);
  if (known !== undefined) return known;
  const task = taskNamed(name);
  const able = { step: mainStepOf(task), options: JSON.stringify(task.options.parse({})) };
  classicAble.set(name, able);
  return able;
}
