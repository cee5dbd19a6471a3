import { join } from "node:path";
import { Readable } from "node:stream";
import type { FrameHeader, PartFrame } from "../../shared/contract/fleet.ts";
import { FRAMES_TYPE } from "../../shared/contract/fleet.ts";
import { type Frame, readFrames } from "../../shared/contract/frames.ts";
import { AppError } from "../../shared/errors.ts";
import type { Lease, QueuedUnit } from "../../shared/queue/port.ts";
import type { ByteStore, StoredObject } from "../../shared/store/port.ts";
import { taskNamed } from "../../shared/tasks/registry.ts";
import type { FileRef } from "../../shared/tasks/task.ts";
import type { SlaveHttp } from "./client.ts";
import { buildForm, type WireFile } from "./form.ts";
import { LaidDown } from "./handover.ts";
import type { LeaseEvent, LeaseHandler, LeaseRun } from "./leaseEvents.ts";
import type { Slave } from "./slave.ts";

type UnitFrame = Frame & { readonly header: UnitHeader };
type UnitHeader = Exclude<FrameHeader, { type: "end" } | { type: "beat" }>;

/** Parts up to this size are gathered in memory, so that many can be on their way to the store at once. */
const SMALL_PART = 64 * 1024;
/** Small parts on their way to the store. */
const MAX_PENDING = 64;

export interface LeaseTransport {
  readonly http: SlaveHttp;
  readonly store: ByteStore;
  /** Largest part that is accepted. */
  readonly maxPartBytes: number;
  /** A slave that sends nothing for so long is given up. */
  readonly silenceSeconds: number;
}

/** Hands a lease to a slave of ours and reports each unit the moment its frame is there. */
export async function runFramesLease(transport: LeaseTransport, run: LeaseRun): Promise<void> {
  const { slave, lease, signal, handle } = run;
  const silence = watchSilence(transport.silenceSeconds);
  const laidDown = slave.handover === undefined ? undefined : new LaidDown(transport.store, slave.handover);
  try {
    const both = AbortSignal.any([signal, silence.signal]);
    const form = await leaseForm(transport.store, lease, laidDown);
    // While a large lease goes out the slave has nothing to say: bytes that it takes count as well.
    form.on("data", silence.heard);
    const stream = await transport.http.send(slave, { form, accept: FRAMES_TYPE }, both);
    await readAnswers({ transport, slave, lease, handle, heard: silence.heard }, stream);
  } catch (error) {
    await laidDown?.takeBack();
    throw silence.signal.aborted
      ? new AppError("slave_silent", "The slave fell silent.", { cause: error })
      : error;
  } finally {
    silence.stop();
  }
}

interface Reading {
  readonly transport: LeaseTransport;
  readonly slave: Slave;
  readonly lease: Lease;
  readonly handle: LeaseHandler;
  readonly heard: () => void;
}

async function readAnswers(reading: Reading, stream: Readable): Promise<void> {
  const unanswered = new Map(reading.lease.units.map((unit) => [unit.id, unit]));
  const pending = new Pending();
  let ended = false;
  for await (const frame of readFrames(stream, reading.heard)) {
    const { header } = frame;
    ended = header.type === "end";
    if (header.type === "end" || header.type === "beat") continue;
    const unit = unitOf(unanswered, header);
    await pending.add(answer(reading, unit, await received(reading, unit, { header, body: frame.body })));
  }
  await pending.all();
  if (!ended) throw new AppError("stream_broken", "The slave's answer ended in the middle.");
  if (unanswered.size > 0) throw lying(`it left ${unanswered.size} units without an answer`);
}

function unitOf(unanswered: Map<string, QueuedUnit>, header: UnitHeader): QueuedUnit {
  const unit = unanswered.get(header.unit);
  if (unit === undefined) throw lying(`it answered for ${header.unit.slice(0, 80)}, which it was not given`);
  if (header.type === "part" || header.type === "failed") unanswered.delete(header.unit);
  return unit;
}

/** Answers on their way to the store; the first error among them is thrown by the next call. */
class Pending {
  readonly #running = new Set<Promise<void>>();
  #failure: { readonly error: unknown } | undefined;

  async add(work: Promise<void>): Promise<void> {
    const tracked: Promise<void> = work
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => this.#running.delete(tracked));
    this.#running.add(tracked);
    if (this.#running.size >= MAX_PENDING) await Promise.race(this.#running);
    this.#check();
  }

  async all(): Promise<void> {
    await Promise.all(this.#running);
    this.#check();
  }

  #check(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}

/** What of a frame must be read before the next frame; small bodies are stored later, beside others. */
async function received(
  { transport, slave }: Reading,
  unit: QueuedUnit,
  { header, body }: UnitFrame,
): Promise<{ readonly header: UnitHeader; readonly stored?: StoredObject; readonly small?: Buffer }> {
  if (header.type !== "part") return { header };
  if (header.bytes > transport.maxPartBytes)
    throw lying(`its part has ${header.bytes} bytes, more than is accepted`);
  const group = unit.job;
  if (header.handover !== undefined) {
    if (slave.handover === undefined) throw lying("it handed over a part without being asked to");
    return { header, stored: await transport.store.adopt(join(slave.handover, header.handover), { group }) };
  }
  if (header.bytes <= SMALL_PART) return { header, small: await gather(body) };
  const stored = await transport.store.put(Readable.from(body, { objectMode: false }), { group });
  return { header, stored };
}

async function answer(
  { transport, handle }: Reading,
  unit: QueuedUnit,
  { header, stored, small }: Awaited<ReturnType<typeof received>>,
): Promise<void> {
  if (header.type === "part") {
    const object = stored ?? (await transport.store.put(small ?? Buffer.alloc(0), { group: unit.job }));
    await handle(unit, await checkedPart(transport.store, header, object));
    return;
  }
  await handle(unit, eventOf(header));
}

async function checkedPart(store: ByteStore, header: PartFrame, object: StoredObject): Promise<LeaseEvent> {
  if (object.sha256 !== header.sha256 || object.bytes !== header.bytes) {
    await store.remove([object.key]);
    throw lying("its part does not have the digest that it said");
  }
  const { seconds, filename, summary, info } = header;
  return {
    type: "part",
    object,
    filename,
    seconds,
    ...(summary === undefined ? {} : { summary }),
    ...(info === undefined ? {} : { info }),
  };
}

function eventOf(header: Exclude<UnitHeader, PartFrame>): LeaseEvent {
  if (header.type === "failed") {
    const { code, error, seconds, child_ended: crashed = false, handed_back: handedBack = false } = header;
    return { type: "failed", code, error, seconds, crashed, handedBack };
  }
  return header.type === "start" ? { type: "start" } : { type: "progress" };
}

async function leaseForm(store: ByteStore, lease: Lease, laidDown: LaidDown | undefined) {
  const [first] = lease.units;
  if (first === undefined) throw new Error("a lease has at least one unit");
  const places = new Map<string, number>();
  const files: FileRef[] = [];
  const units = lease.units.map((unit) => ({
    id: unit.id,
    files: unit.files.map((file) => {
      const place = places.get(file.key) ?? files.push(file) - 1;
      places.set(file.key, place);
      return place;
    }),
    args: unit.args,
  }));
  const wire = await Promise.all(files.map((ref, place) => wireFile(ref, place, laidDown)));
  const fields = {
    task_type: first.task,
    step: first.step,
    step_version: String(first.stepVersion),
    options: JSON.stringify(first.options),
    units: JSON.stringify(units),
    ...(first.budgets === undefined ? {} : { budgets: JSON.stringify(first.budgets) }),
    ...(laidDown === undefined ? {} : { handover: JSON.stringify(laidDown.field()) }),
  };
  return await buildForm(store, { fields, fileField: taskNamed(first.task).field, files: wire });
}

async function wireFile(ref: FileRef, place: number, laidDown: LaidDown | undefined): Promise<WireFile> {
  const name = ref.filename.replace(/\p{Cc}/gu, "_");
  return { ref, name, isHandedOver: (await laidDown?.add(place, ref)) ?? false };
}

function watchSilence(seconds: number) {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), seconds * 1000);
  return { signal: controller.signal, heard: () => void timer.refresh(), stop: () => clearTimeout(timer) };
}

async function gather(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function lying(what: string): AppError {
  return new AppError("slave_lied", `The slave does not keep to the contract: ${what}.`);
}
