import { mainStepOf } from "../../shared/tasks/maps.ts";
import { taskNamed } from "../../shared/tasks/registry.ts";
import type { Slave } from "../fleet/slave.ts";
import type { LeaseSize, QueuedUnit } from "../queue/port.ts";
import { CLASSIC_TASKS } from "./kind.ts";
import { WHOLE_JOB_STEP } from "./plainLease.ts";

/** A classic slave answers when all of a lease is done, so its leases are short. */
const LEASE = { seconds: 5, units: 16, bytes: 64 * 2 ** 20 } as const;

/** Whether a slave gets a unit as the classic service sent it: one plain request, one answer for all of the lease. */
export function goesPlain(slave: Slave, unit: QueuedUnit): boolean {
  return slave.classic || unit.step === WHOLE_JOB_STEP;
}

/** Whether a slave can do a unit that goes plain. */
export function canDoPlain(slave: Slave, unit: QueuedUnit): boolean {
  if (unit.step === WHOLE_JOB_STEP) return slave.classic || unit.task in slave.steps;
  const able = abilityOf(unit.task);
  const isOneFile = unit.files.length === 1 && Object.keys(unit.args).length === 0;
  return isOneFile && able?.step === unit.step && able.options === JSON.stringify(unit.options);
}

/** Most units of the next lease that goes plain. A classic slave has one lease at a time. */
export function plainLeaseSize(slave: Slave, first: QueuedUnit, unitSeconds: number | undefined): LeaseSize {
  if (!slave.classic) return { units: 1, bytes: first.bytes };
  if (slave.work.units > 0) return { units: 0, bytes: 0 };
  const units = unitSeconds === undefined ? 1 : Math.floor(LEASE.seconds / Math.max(unitSeconds, 1e-3));
  return { units: Math.min(LEASE.units, Math.max(1, units)), bytes: LEASE.bytes };
}

interface ClassicAbility {
  readonly step: string;
  /** Default options as JSON: a classic slave knows no others. */
  readonly options: string;
}

/** By task; made on first use. */
const abilities = new Map<string, ClassicAbility>();

function abilityOf(name: string): ClassicAbility | undefined {
  if (!CLASSIC_TASKS.has(name)) return undefined;
  const known = abilities.get(name);
  if (known !== undefined) return known;
  const task = taskNamed(name);
  const able = { step: mainStepOf(task), options: JSON.stringify(task.options.parse({})) };
  abilities.set(name, able);
  return able;
}
