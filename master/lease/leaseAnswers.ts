import { join } from "node:path";
import { Readable } from "node:stream";
import { Pending } from "../../shared/async/pending.ts";
import { type ErrorCode, isCode } from "../../shared/codes.ts";
import type { FrameHeader, PartFrame } from "../../shared/contract/fleet.ts";
import { type Frame, readFrames } from "../../shared/contract/frames.ts";
import { AppError, type Failure } from "../../shared/errors.ts";
import type { Slave } from "../fleet/slave.ts";
import type { Lease, QueuedUnit } from "../queue/port.ts";
import type { ByteStore, StoredObject } from "../store/port.ts";
import type { LeaseEvent, LeaseHandler, LeaseTransport } from "./leaseEvents.ts";
import { type SmallPart, SmallParts } from "./smallParts.ts";

interface LargePart {
  readonly header: PartFrame;
  readonly body: AsyncIterable<Buffer> | undefined;
}

type UnitHeader = Exclude<FrameHeader, { type: "end" } | { type: "beat" }>;

/** Answers that are being stored and recorded at a time. */
const MAX_PENDING = 64;

export interface AnswersDeps {
  readonly transport: LeaseTransport;
  readonly slave: Slave;
  readonly lease: Lease;
  readonly handle: LeaseHandler;
  readonly heard: () => void;
}

/**
 * Reads the answer of a slave of ours to a lease, and reports each unit as soon as its frame is there.
 * @throws AppError `slave_lied`, `stream_broken`, `bad_frame`, and what the reports threw
 */
export async function readAnswers(reading: AnswersDeps, stream: Readable): Promise<void> {
  const answers = new Answers(reading);
  try {
    for await (const frames of readFrames(stream, reading.heard)) {
      for (const frame of frames) {
        const busy = answers.accept(frame);
        if (busy !== undefined) await busy;
      }
    }
  } catch (error) {
    // What arrived before a connection broke counts; of a slave that lies nothing more is believed.
    if (isLie(error)) answers.discard();
    else await answers.keepArrived();
    throw error;
  }
  await answers.requireAll();
}

function isLie(error: unknown): boolean {
  return error instanceof AppError && isCode(error.code, "slave_lied", "bad_frame");
}

class Answers {
  readonly #reading: AnswersDeps;
  readonly #unanswered: Map<string, QueuedUnit>;
  readonly #pending = new Pending(MAX_PENDING);
  readonly #small: SmallParts;
  #ended = false;

  constructor(reading: AnswersDeps) {
    this.#reading = reading;
    this.#unanswered = new Map(reading.lease.units.map((unit) => [unit.id, unit]));
    this.#small = new SmallParts(this.#unanswered.size, (part) =>
      this.#pending.start(storeSmall(reading, part)),
    );
  }

  /** Answers a promise when the next frame must wait for it. */
  accept({ header, whole, body }: Frame): Promise<void> | undefined {
    this.#ended = header.type === "end";
    if (header.type === "end" || header.type === "beat") return undefined;
    const unit = unitOf(this.#unanswered, header);
    if (header.type !== "part") this.#pending.start(this.#reading.handle(unit, eventOf(header)));
    else {
      requireAccepted(this.#reading.transport, header);
      if (whole === undefined || header.handover !== undefined)
        return this.#acceptLarge(unit, { header, body });
      this.#small.add({ unit, header, body: whole });
    }
    return this.#pending.room();
  }

  async #acceptLarge(unit: QueuedUnit, part: LargePart): Promise<void> {
    this.#pending.start(this.#reading.handle(unit, await largePart(this.#reading, unit, part)));
    await this.#pending.room();
  }

  discard(): void {
    this.#small.discard();
  }

  /** Resolves when the parts that have arrived are recorded, as far as that is possible. */
  async keepArrived(): Promise<void> {
    this.#small.store();
    await this.#pending.all().catch(() => undefined);
  }

  /** Resolves when each unit is answered and each answer is recorded. */
  async requireAll(): Promise<void> {
    this.#small.store();
    await this.#pending.all();
    if (!this.#ended) throw new AppError("stream_broken", "The slave's answer ended in the middle.");
    const left = this.#unanswered.size;
    if (left > 0) throw lying(`it left ${left} units without an answer`);
  }
}

function unitOf(unanswered: Map<string, QueuedUnit>, header: UnitHeader): QueuedUnit {
  const unit = unanswered.get(header.unit);
  if (unit === undefined) throw lying(`it answered for ${header.unit.slice(0, 80)}, which it was not given`);
  if (header.type === "part" || header.type === "failed") unanswered.delete(header.unit);
  return unit;
}

function requireAccepted({ maxPartBytes }: LeaseTransport, header: PartFrame): void {
  if (header.bytes > maxPartBytes) throw lying(`its part has ${header.bytes} bytes, more than is accepted`);
}

async function storeSmall(
  { transport, handle }: AnswersDeps,
  { unit, header, body }: SmallPart,
): Promise<void> {
  const object = await transport.store.put(body, { group: unit.job });
  await handle(unit, await checkedPart(transport.store, header, object));
}

/** Stores a part before the next frame is read: its bytes follow, or it is adopted from the folder of the slave. */
async function largePart(
  { transport, slave }: AnswersDeps,
  unit: QueuedUnit,
  { header, body }: LargePart,
): Promise<LeaseEvent> {
  const { store } = transport;
  const group = unit.job;
  if (header.handover === undefined) {
    const content = Readable.from(body ?? [], { objectMode: false });
    return await checkedPart(store, header, await store.put(content, { group }));
  }
  const { localFiles } = store;
  if (slave.handover === undefined || localFiles === undefined)
    throw lying("it handed over a part without being asked to");
  const object = await localFiles.adopt(join(slave.handover, header.handover), { group });
  return await checkedPart(store, header, object);
}

async function checkedPart(store: ByteStore, header: PartFrame, object: StoredObject): Promise<LeaseEvent> {
  if (object.sha256 !== header.sha256 || object.bytes !== header.bytes) {
    await store.remove([object.key]);
    throw lying("its part does not have the digest that it said");
  }
  const { seconds, filename, summary, info, warnings } = header;
  return { type: "part", object, filename, seconds, summary, info, warnings };
}

function eventOf(header: Exclude<UnitHeader, PartFrame>): LeaseEvent {
  if (header.type === "failed") {
    const { seconds, child_ended: crashed = false, handed_back: handedBack = false } = header;
    return { type: "failed", ...shownFailure(header), seconds, crashed, handedBack };
  }
  return header.type === "start" ? { type: "start" } : { type: "progress" };
}

/** Clients get code and message as they are: a code that is none, and control characters, come from a faulty slave. */
function shownFailure({ code, error }: Failure): Failure {
  return { code: /^[a-z][a-z_]{0,63}$/.test(code) ? code : UNNAMED, error: error.replace(/\p{Cc}+/gu, " ") };
}

const UNNAMED = "slave_error" satisfies ErrorCode;

function lying(what: string): AppError {
  return new AppError("slave_lied", `The slave does not keep to the contract: ${what}.`);
}
