import { stat } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import {
  BEAT_SECONDS,
  FRAMES_TYPE,
  type FrameHeader,
  NDJSON_TYPE,
  type PartFrame,
} from "../../shared/contract/fleet.ts";
import { encodeHeader } from "../../shared/contract/frames.ts";
import { AppError, isDiskFull, toFailure } from "../../shared/errors.ts";
import type { Content } from "../../shared/tasks/local.ts";
import { oneLine } from "../../shared/tasks/result.ts";
import type { JsonObject } from "../../shared/tasks/task.ts";
import { type FileWarning, MOST_WARNINGS } from "../../shared/warnings.ts";
import type { Handover } from "../handover.ts";
import { ChildEndedError, diskFull, HandedBackError } from "../pool/endings.ts";
import type { UnitOutput } from "../pool/unit.ts";
import { Writer } from "./writer.ts";

/** Writes the answers of a lease, each as soon as it is there. */
export interface Outlet {
  started(unit: UnitName): void;
  progress(unit: UnitName, done?: number): void;
  /** Resolves when the connection can accept more, at once for a small part that goes out with others. */
  done(unit: UnitName, output: UnitOutput): Promise<void>;
  failed(unit: UnitName, error: unknown, seconds: number): Promise<void>;
  end(units: number): Promise<void>;
  /** To be called once, at the end of the lease in any case. */
  close(): void;
}

export interface UnitName {
  readonly id: string;
  readonly filename: string;
}

/** Largest result in one line of NDJSON: a client holds a line in memory several times while it reads it. */
export const LARGEST_LINE = 16 * 2 ** 20;
/** Longest delay of the frame that a unit began: a short unit is done by then, and both go out in one write. */
const SOON_MS = 5;
/**
 * Longest delay of small answers, which go out together when the lease has at least `FEW` units. Chosen by
 * `npm run bench`, part "limit ratio", row "texts of 1 KB: CPU ms per file".
 */
const GATHER_MS = 50;
const FEW = 8;
/** Bounds of the contract. A longer field would make the whole stream unreadable for the other side. */
const LONGEST_ERROR = 2_000;
const LONGEST_SUMMARY = 200;
const LARGEST_INFO = 4_096;
const LONGEST_WARNING = 400;

export interface FramesTo {
  readonly res: ServerResponse;
  /** Aborted when the other side is gone. */
  readonly signal: AbortSignal;
  /** Units of the lease. */
  readonly units: number;
  /** The folder through which large results go; undefined: they go in the answer. */
  readonly handover: Handover | undefined;
}

export function framesOutlet({ res, signal, units, handover }: FramesTo): Outlet {
  res.writeHead(200, { "Content-Type": FRAMES_TYPE, "Cache-Control": "no-store" });
  res.flushHeaders();
  const writer = new Writer(res, signal);
  const offered: string[] = [];
  const gathers = units >= FEW;
  let begun = 0;
  // The first one goes out soon: a master blames no unit for the end of a slave that told of none.
  const startDelay = () => (begun === 1 || !gathers ? SOON_MS : GATHER_MS);
  const send = (header: FrameHeader) => writer.inTurn(() => writer.write(encodeHeader(header)));
  /** Its failure is ignored: `signal` tells the lease when the other side is gone. */
  const tell = (header: FrameHeader) => void send(header).catch(() => undefined);
  const beat = setInterval(() => {
    if (writer.idle) tell({ type: "beat" });
  }, BEAT_SECONDS * 1_000);
  return {
    started: ({ id }) => {
      begun += 1;
      void writer
        .writeWithin(startDelay(), encodeHeader({ type: "start", unit: id }))
        ?.catch(() => undefined);
    },
    progress: ({ id }, done) => {
      // Progress would only pile up behind bytes that the other side does not read.
      if (writer.idle) tell({ type: "progress", unit: id, ...(done === undefined ? {} : { done }) });
    },
    done: (unit, output) => sendPart({ writer, gathers, handover, offered }, unit, output),
    failed: (unit, error, seconds) => send(failedFrame(unit, error, seconds)),
    end: async (units) => {
      await send({ type: "end", units });
      await writer.end();
    },
    close: () => {
      clearInterval(beat);
      if (signal.aborted) void handover?.takeBack(offered).catch(() => undefined);
    },
  };
}

interface PartRoute {
  readonly writer: Writer;
  /** Whether small parts wait up to `GATHER_MS` for others. */
  readonly gathers: boolean;
  readonly handover: Handover | undefined;
  /** Names in the handover folder of the parts that went through it; grows. */
  readonly offered: string[];
}

/** Sends a part: from memory within a group, a large one by its name in the handover folder, if there is one. */
async function sendPart(route: PartRoute, unit: UnitName, output: UnitOutput): Promise<void> {
  const { writer, gathers, handover, offered } = route;
  const { body } = output;
  if (gathers && body instanceof Uint8Array)
    return await writer.writeWithin(GATHER_MS, encodeHeader(partFrame(unit, output)), body);
  if (handover === undefined || body instanceof Uint8Array)
    return await writer.inTurn(() => writePart(writer, unit, output));
  const name = await handover.offer(body.path);
  offered.push(name);
  await writer.inTurn(() => writer.write(encodeHeader({ ...partFrame(unit, output), handover: name })));
}

/** `{unit, filename, <data key>: base64}` or `{unit, filename, code, error}`, a line for each unit. */
export function linesOutlet(res: ServerResponse, signal: AbortSignal, dataKey: string): Outlet {
  const lines = new Lines(res, signal, dataKey);
  return {
    started: () => undefined,
    progress: () => undefined,
    done: (unit, output) => lines.done(unit, output.body),
    failed: (unit, error) => lines.failed(unit, error),
    end: () => lines.end(),
    close: () => undefined,
  };
}

export class Lines {
  readonly #writer: Writer;
  readonly #dataKey: string;

  constructor(res: ServerResponse, signal: AbortSignal, dataKey: string) {
    res.writeHead(200, { "Content-Type": NDJSON_TYPE, "Cache-Control": "no-store" });
    res.flushHeaders();
    this.#writer = new Writer(res, signal);
    this.#dataKey = dataKey;
  }

  async done(unit: UnitName, body: Content): Promise<void> {
    const bytes = body instanceof Uint8Array ? body.byteLength : (await stat(body.path)).size;
    if (bytes > LARGEST_LINE) return await this.failed(unit, tooLargeForLine(bytes));
    const head = JSON.stringify({ unit: unit.id, filename: unit.filename }).slice(0, -1);
    await this.#writer.inTurn(async () => {
      await this.#writer.write(`${head},${JSON.stringify(this.#dataKey)}:"`);
      await this.#writer.writeBase64(body);
      await this.#writer.write('"}\n');
    });
  }

  async failed({ id, filename }: UnitName, error: unknown): Promise<void> {
    const line = JSON.stringify({ unit: id, filename, ...toFailure(error) });
    await this.#writer.inTurn(() => this.#writer.write(`${line}\n`));
  }

  async end(): Promise<void> {
    await this.#writer.end();
  }
}

function partFrame({ id, filename }: UnitName, output: UnitOutput): PartFrame {
  const { bytes, sha256, seconds, summary, info, warnings } = output;
  return {
    type: "part",
    unit: id,
    filename,
    bytes,
    sha256,
    seconds,
    ...(summary === undefined ? {} : { summary: oneLine(summary, LONGEST_SUMMARY) }),
    ...infoThatFits(info),
    ...(warnings === undefined ? {} : { warnings: warningsThatFit(warnings) }),
  };
}

async function writePart(writer: Writer, unit: UnitName, output: UnitOutput): Promise<void> {
  const { body, bytes } = output;
  const header = encodeHeader(partFrame(unit, output));
  if (body instanceof Uint8Array) {
    await writer.write(Buffer.concat([header, body]));
    return;
  }
  await writer.write(header);
  await writer.writeBody(body, bytes);
}

function infoThatFits(info: JsonObject | undefined) {
  const text = info === undefined ? undefined : JSON.stringify(info);
  if (text === undefined || Buffer.byteLength(text) > LARGEST_INFO) return {};
  return { info: JSON.parse(text) as Record<string, never> };
}

function warningsThatFit(warnings: readonly FileWarning[]) {
  return warnings
    .slice(0, MOST_WARNINGS)
    .map(({ code, message }) => ({ code, message: oneLine(message, LONGEST_WARNING) }));
}

function failedFrame({ id, filename }: UnitName, reason: unknown, seconds: number): FrameHeader {
  const error = isDiskFull(reason) ? diskFull() : reason;
  const failure = toFailure(error);
  return {
    type: "failed",
    unit: id,
    filename,
    code: failure.code.slice(0, 100),
    error: failure.error.slice(0, LONGEST_ERROR),
    seconds,
    ...(error instanceof ChildEndedError ? { child_ended: true } : {}),
    ...(error instanceof HandedBackError ? { handed_back: true } : {}),
  };
}

function tooLargeForLine(bytes: number): AppError {
  return new AppError(
    "result_too_large",
    `The result has ${bytes} bytes, too many for a line. Ask for frames (Accept: ${FRAMES_TYPE}).`,
  );
}
