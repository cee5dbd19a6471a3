import { FRAMES_TYPE } from "../../shared/contract/fleet.ts";
import { encodeLeaseFields } from "../../shared/contract/lease.ts";
import { AppError } from "../../shared/errors.ts";
import { taskNamed } from "../../shared/tasks/registry.ts";
import type { FileRef } from "../../shared/tasks/task.ts";
import type { Lease } from "../queue/port.ts";
import type { ByteStore, LocalFiles } from "../store/port.ts";
import { buildForm, type WireFile } from "./form.ts";
import { readAnswers } from "./leaseAnswers.ts";
import type { LeaseRun, LeaseTransport } from "./leaseEvents.ts";
import { LinkedFiles } from "./linkedFiles.ts";

/** Packed files with fewer bytes than this are sent: a link to their pack, made and removed, costs more. */
const LEAST_PACKED = 16 * 1024;

/** Sends a lease to a slave of ours, and reports each unit as soon as its frame is there. */
export async function runFramesLease(transport: LeaseTransport, run: LeaseRun): Promise<void> {
  const { slave, lease, signal, handle } = run;
  const silence = watchSilence(transport.silenceSeconds);
  const linked = linkedFilesFor(transport.store.localFiles, slave.handover);
  try {
    const both = AbortSignal.any([signal, silence.signal]);
    const form = await leaseForm(transport.store, lease, linked);
    // While a large lease is sent the slave answers nothing, so bytes that it takes count as a sign of life.
    form.on("data", silence.heard);
    const stream = await transport.http.send(slave, { form, accept: FRAMES_TYPE }, both);
    await readAnswers({ transport, slave, lease, handle, heard: silence.heard }, stream);
  } catch (error) {
    await linked?.removeLinks();
    throw silence.signal.aborted
      ? new AppError("slave_silent", "The slave fell silent.", { cause: error })
      : error;
  } finally {
    silence.stop();
  }
}

/** Undefined where the slave, or the store, has no files to share: then all bytes are sent. */
function linkedFilesFor(files: LocalFiles | undefined, folder: string | undefined): LinkedFiles | undefined {
  return files === undefined || folder === undefined ? undefined : new LinkedFiles(files, folder);
}

async function leaseForm(store: ByteStore, lease: Lease, linked: LinkedFiles | undefined) {
  const [first] = lease.units;
  if (first === undefined) throw new Error("a lease has at least one unit");
  const indexes = new Map<string, number>();
  const files: FileRef[] = [];
  const units = lease.units.map((unit) => ({
    id: unit.id,
    files: unit.files.map((file) => {
      const index = indexes.get(file.key) ?? files.push(file) - 1;
      indexes.set(file.key, index);
      return index;
    }),
    args: unit.args,
    ...(unit.fileBudgets === undefined ? {} : { file_budgets: unit.fileBudgets }),
  }));
  const wire = files.map(wireFile);
  const sent = linked === undefined ? wire : filesToSend(wire, linked);
  const fields = encodeLeaseFields({
    task_type: first.task,
    step: first.step,
    step_version: first.stepVersion,
    options: first.options,
    units,
    budgets: first.budgets,
    handover: linked?.field(),
  });
  return await buildForm(store, { fields, fileField: taskNamed(first.task).field, files: sent });
}

/** Links the files that can be linked; answers the others. */
function filesToSend(files: readonly WireFile[], linked: LinkedFiles): WireFile[] {
  const isPacked = ({ ref }: WireFile) => linked.isPacked(ref.key);
  const packed = files.reduce((sum, file) => sum + (isPacked(file) ? file.ref.bytes : 0), 0);
  return files.filter((file, index) => (packed < LEAST_PACKED && isPacked(file)) || !linked.add(index, file));
}

function wireFile(ref: FileRef): WireFile {
  return { ref, name: ref.filename.replace(/\p{Cc}/gu, "_") };
}

function watchSilence(seconds: number) {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), seconds * 1000);
  return { signal: controller.signal, heard: () => void timer.refresh(), stop: () => clearTimeout(timer) };
}
