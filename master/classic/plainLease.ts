import { z } from "zod";
import { LONGEST_TIMER_MS } from "../../shared/async/timer.ts";
import { AppError } from "../../shared/errors.ts";
import { budgetsOf, raisedBy } from "../../shared/tasks/budgets.ts";
import { taskNamed } from "../../shared/tasks/registry.ts";
import { readLimited } from "../lease/client.ts";
import { buildForm, uniqueWireName, type WireFile } from "../lease/form.ts";
import type { LeaseRun, LeaseTransport } from "../lease/leaseEvents.ts";
import type { QueuedUnit } from "../queue/port.ts";

/**
 * A whole job as one unit, for slaves that know no steps: all its files in one plain request. Its part is
 * a JSON array with one member per file, in order: the base64 data, or null where the slave gave none.
 */
export const WHOLE_JOB_STEP = "@whole";

/** Failure of a file that a classic slave's answer leaves out. */
export const DROPPED = {
  code: "dropped_by_slave",
  error: "The slave dropped this file without giving a reason; most likely it cannot read it.",
} as const;

/** Base64 in JSON is held in memory whole, so answers have this bound, however large parts may be. */
const MAX_ANSWER = 512 * 2 ** 20;
/** What an answer may have beside its base64, for each file. */
const AROUND = 64 * 1024;

const plainAnswer = z.object({
  results: z.array(z.looseObject({ filename: z.string() })),
});

/** Sends a lease as the classic service did: one request, one JSON answer, unique names to tell the files apart. */
export async function runPlainLease(transport: LeaseTransport, run: LeaseRun): Promise<void> {
  const [first] = run.lease.units;
  if (first === undefined) return;
  const task = taskNamed(first.task);
  const files = run.lease.units.flatMap((unit) => unit.files);
  const wire = files.map((ref, index) => ({ ref, name: uniqueWireName(index, ref.filename) }));
  const started = performance.now();
  for (const unit of run.lease.units) await run.handle(unit, { type: "start" });
  const asked = { task: task.name, field: task.field, dataKey: task.dataKey, wire };
  const data = await askInTime(transport, run, asked);
  const seconds = (performance.now() - started) / 1000 / run.lease.units.length;
  if (first.step === WHOLE_JOB_STEP) {
    for (const base64 of data) decoded(base64);
    const whole = Buffer.from(JSON.stringify(data.map((base64) => base64 ?? null)));
    await deliver({ transport, run, seconds }, first, whole);
    return;
  }
  for (const [index, unit] of run.lease.units.entries()) {
    await deliver({ transport, run, seconds }, unit, decoded(data[index]));
  }
}

interface Delivery {
  readonly transport: LeaseTransport;
  readonly run: LeaseRun;
  readonly seconds: number;
}

async function deliver(
  { transport, run, seconds }: Delivery,
  unit: QueuedUnit,
  body: Buffer | undefined,
): Promise<void> {
  if (body === undefined) {
    await run.handle(unit, { type: "failed", ...DROPPED, seconds, crashed: false, handedBack: false });
    return;
  }
  const object = await transport.store.put(body, { group: unit.job });
  const filename = unit.files[0]?.filename ?? "";
  await run.handle(unit, { type: "part", object, filename, seconds, summary: undefined, info: undefined });
}

interface PlainRequest {
  readonly task: string;
  readonly field: string;
  readonly dataKey: string;
  readonly wire: readonly WireFile[];
}

/**
 * A classic slave sends nothing until it is done with all files, so it has the budget `running` once for each. When
 * that is over, a unit that was alone fails; several units go back to the queue, to be tried one by one.
 * @throws AppError `timed_out`
 */
async function askInTime(
  transport: LeaseTransport,
  run: LeaseRun,
  asked: PlainRequest,
): Promise<(string | undefined)[]> {
  const [first, second] = run.lease.units;
  const each = first?.budgets?.running ?? budgetsOf(taskNamed(asked.task), {}).running;
  const seconds = each * asked.wire.length;
  const late = AbortSignal.timeout(Math.min(seconds * 1000, LONGEST_TIMER_MS));
  try {
    return await ask(transport, { ...run, signal: AbortSignal.any([run.signal, late]) }, asked);
  } catch (error) {
    if (!late.aborted || run.signal.aborted) throw error;
    const timedOut = new AppError("timed_out", tooLong(seconds, each));
    const failure = {
      code: timedOut.code,
      error: timedOut.message,
      seconds,
      crashed: false,
      handedBack: false,
    };
    if (first !== undefined && second === undefined) await run.handle(first, { type: "failed", ...failure });
    // The slave may still work on it, so it rests.
    throw timedOut;
  }
}

function tooLong(seconds: number, each: number): string {
  const share = seconds === each ? "" : ` (${each} for each file)`;
  return `It ran longer than ${seconds} seconds${share}. ${raisedBy("running")}`;
}

/** The data of each file by its index; undefined where the slave gave none. */
async function ask(
  transport: LeaseTransport,
  run: LeaseRun,
  asked: PlainRequest,
): Promise<(string | undefined)[]> {
  const form = await buildForm(transport.store, {
    fields: { task_type: asked.task },
    fileField: asked.field,
    files: asked.wire,
  });
  const request = { form, accept: "application/json" };
  const stream = await transport.http.send(run.slave, request, run.signal);
  const body = await readLimited(stream, answerLimit(transport, asked));
  const given = new Map(readResults(body, asked.dataKey));
  return asked.wire.map(({ name }) => given.get(name));
}

/** An answer may be as large as one part: files whose answer is larger together are tried again one by one. */
function answerLimit({ maxPartBytes }: LeaseTransport, { wire }: PlainRequest): number {
  return Math.min(MAX_ANSWER, Math.ceil(maxPartBytes / 3) * 4 + wire.length * AROUND);
}

/** @throws AppError `slave_lied` for what is cut off or no base64: Node would decode as much as it can */
function decoded(base64: string | undefined): Buffer | undefined {
  if (base64 === undefined) return undefined;
  const bytes = Buffer.from(base64, "base64");
  if (bytes.toString("base64") === base64) return bytes;
  throw new AppError("slave_lied", "The slave's answer holds data that is cut off or not base64.");
}

function readResults(body: Buffer, dataKey: string): [string, string][] {
  try {
    const { results } = plainAnswer.parse(JSON.parse(body.toString("utf8")));
    return results.flatMap((result) => {
      const data = result[dataKey];
      return typeof data === "string" ? [[result.filename, data] as [string, string]] : [];
    });
  } catch (cause) {
    throw new AppError("slave_lied", "The slave's answer is not what the contract says.", { cause });
  }
}
