import { FRAMES_TYPE } from "../../shared/contract/fleet.ts";
import { INPUT_NOT_KEPT } from "../../shared/contract/lease.ts";
import { AppError } from "../../shared/errors.ts";
import type { UnitFile } from "../../shared/tasks/task.ts";
import type { Slave } from "../fleet/slave.ts";
import type { ByteStore } from "../store/port.ts";
import type { Delivery } from "./keptInputs.ts";
import { readAnswers } from "./leaseAnswers.ts";
import type { LeaseRun, LeaseTransport } from "./leaseEvents.ts";
import { contentOf, type LeaseContent, leaseForm } from "./leaseForm.ts";
import { LinkedFiles } from "./linkedFiles.ts";

/** A shared input of at most so many bytes is sent with each lease: that costs less than to keep it. */
const LEAST_SHARED = 64 * 1024;

/** Sends a lease to a slave of ours, and reports each unit as soon as its frame is there. */
export async function runFramesLease(transport: LeaseTransport, run: LeaseRun): Promise<void> {
  const content = contentOf(run.lease);
  const sending = { transport, run, content };
  const shared = content.files.some((file) => file.shared) ? sharedOf(sending) : [];
  if (shared.length === 0) return await sendLease(sending);
  for (let tries = 0; tries < 2; tries += 1) {
    const delivery = await transport.keptInputs.of(run.slave).deliver(shared, run.signal);
    try {
      return await sendLease(sending, delivery);
    } catch (error) {
      if (!(error instanceof AppError && error.code === INPUT_NOT_KEPT)) throw error;
      delivery.lacked();
    }
  }
  await sendLease(sending);
}

interface Sending {
  readonly transport: LeaseTransport;
  readonly run: LeaseRun;
  readonly content: LeaseContent;
}

/** The files of a lease that its slave keeps. A slave on this machine gets links instead. */
function sharedOf({ transport, run: { slave }, content }: Sending): UnitFile[] {
  if (transport.store.localFiles !== undefined && slave.handover !== undefined) return [];
  return content.files.filter(
    ({ shared = false, bytes }) => shared && bytes > LEAST_SHARED && bytes <= slave.inputCacheBytes,
  );
}

async function sendLease({ transport, run, content }: Sending, delivery?: Delivery): Promise<void> {
  const { slave, lease, signal, handle } = run;
  const silence = watchSilence(transport.silenceSeconds);
  const linked = linkedFilesFor(transport.store, slave);
  try {
    const both = AbortSignal.any([signal, silence.signal]);
    const form = await leaseForm(transport.store, { lease, content }, { linked, delivery });
    // While a large lease is sent the slave answers nothing, so bytes that it takes count as a sign of life.
    form.on("data", silence.heard);
    const stream = await transport.http.send(slave, { form, accept: FRAMES_TYPE }, both);
    // A slave answers when it has read the whole form.
    delivery?.arrived();
    await readAnswers({ transport, slave, lease, handle, heard: silence.heard }, stream);
  } catch (error) {
    delivery?.failed();
    await linked?.removeLinks();
    throw silence.signal.aborted
      ? new AppError("slave_silent", "The slave fell silent.", { cause: error })
      : error;
  } finally {
    silence.stop();
  }
}

/** Undefined where the slave, or the store, has no files to share: then all bytes are sent. */
function linkedFilesFor({ localFiles }: ByteStore, { handover }: Slave): LinkedFiles | undefined {
  return localFiles === undefined || handover === undefined
    ? undefined
    : new LinkedFiles(localFiles, handover);
}

function watchSilence(seconds: number) {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), seconds * 1000);
  return { signal: controller.signal, heard: () => void timer.refresh(), stop: () => clearTimeout(timer) };
}
