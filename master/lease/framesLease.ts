import { FRAMES_TYPE } from "../../shared/contract/fleet.ts";
import { encodeLeaseFields } from "../../shared/contract/lease.ts";
import { AppError } from "../../shared/errors.ts";
import { taskNamed } from "../../shared/tasks/registry.ts";
import type { FileRef } from "../../shared/tasks/task.ts";
import type { Lease } from "../queue/port.ts";
import type { ByteStore, LocalFiles } from "../store/port.ts";
import { buildForm, type WireFile } from "./form.ts";
import { LaidDown } from "./laidDown.ts";
import { readAnswers } from "./leaseAnswers.ts";
import type { LeaseRun, LeaseTransport } from "./leaseEvents.ts";

/** Less than this of what lies in packs is sent: to link one and take the link away costs more. */
const LEAST_PACKED = 16 * 1024;

/** Hands a lease to a slave of ours and reports each unit the moment its frame is there. */
export async function runFramesLease(transport: LeaseTransport, run: LeaseRun): Promise<void> {
  const { slave, lease, signal, handle } = run;
  const silence = watchSilence(transport.silenceSeconds);
  const laidDown = laidDownFor(transport.store.localFiles, slave.handover);
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

/** Undefined where the slave, or the store, has no files to share: then all bytes are sent. */
function laidDownFor(files: LocalFiles | undefined, folder: string | undefined): LaidDown | undefined {
  return files === undefined || folder === undefined ? undefined : new LaidDown(files, folder);
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
  const wire = files.map(wireFile);
  const sent = laidDown === undefined ? wire : notLaidDown(wire, laidDown);
  const fields = encodeLeaseFields({
    task_type: first.task,
    step: first.step,
    step_version: first.stepVersion,
    options: first.options,
    units,
    budgets: first.budgets,
    handover: laidDown?.field(),
  });
  return await buildForm(store, { fields, fileField: taskNamed(first.task).field, files: sent });
}

/** Lays down what it can; the rest is to be sent. */
function notLaidDown(files: readonly WireFile[], laidDown: LaidDown): WireFile[] {
  const isPacked = ({ ref }: WireFile) => laidDown.isPacked(ref.key);
  const packed = files.reduce((sum, file) => sum + (isPacked(file) ? file.ref.bytes : 0), 0);
  return files.filter(
    (file, place) => (packed < LEAST_PACKED && isPacked(file)) || !laidDown.add(place, file),
  );
}

function wireFile(ref: FileRef): WireFile {
  return { ref, name: ref.filename.replace(/\p{Cc}/gu, "_") };
}

function watchSilence(seconds: number) {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), seconds * 1000);
  return { signal: controller.signal, heard: () => void timer.refresh(), stop: () => clearTimeout(timer) };
}
