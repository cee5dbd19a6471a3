import { LONGEST_TIMER_MS } from "../../shared/async/timer.ts";
import { FRAMES_TYPE } from "../../shared/contract/fleet.ts";
import { INPUT_NOT_FETCHED, INPUT_NOT_KEPT, type LeaseStoreInputs } from "../../shared/contract/lease.ts";
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

/** Bytes a second at which a slave fetches, at least. */
const SLOWEST_FETCH = 2 ** 20;

/** Sends a lease to a slave of ours, and reports each unit as soon as its frame is there. */
export async function runFramesLease(transport: LeaseTransport, run: LeaseRun): Promise<void> {
  const content = contentOf(run.lease);
  const sending = { transport, run, content };
  const shared = content.files.some((file) => file.shared) ? sharedOf(sending) : [];
  for (let tries = 0; tries < 2; tries += 1) {
    const without = await filesNotSent(sending, shared);
    if (without === undefined) break;
    try {
      return await sendLease(sending, without);
    } catch (error) {
      requireLack(error, sending, without);
    }
  }
  await sendLease(sending, {});
}

/** What a lease need not carry; undefined when it carries all its files. */
async function filesNotSent(
  { transport, run, content }: Sending,
  shared: readonly UnitFile[],
): Promise<Without | undefined> {
  const { slave, signal } = run;
  // Those that leases share are sent once, and kept.
  const single = [...content.files.entries()].filter(([, file]) => !shared.includes(file));
  const fetched = await transport.storeInputs.of(slave, single);
  if (shared.length > 0)
    return { fetched, delivery: await transport.keptInputs.of(slave).deliver(shared, signal) };
  return fetched && { fetched };
}

/** The slave lacks what the lease did not carry: it is sent again. @throws any other error */
function requireLack(error: unknown, { transport, run }: Sending, { delivery }: Without): void {
  const code = error instanceof AppError ? error.code : undefined;
  if (code === INPUT_NOT_KEPT) delivery?.lacked();
  else if (code === INPUT_NOT_FETCHED)
    transport.storeInputs.failed(run.slave, String((error as AppError).message));
  else throw error;
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

interface Without {
  readonly delivery?: Delivery | undefined;
  readonly fetched?: LeaseStoreInputs | undefined;
}

/** @param without how the files reach the slave that the request does not carry */
async function sendLease(
  { transport, run, content }: Sending,
  { delivery, fetched }: Without,
): Promise<void> {
  const { slave, lease, signal, handle } = run;
  const silence = watchSilence(transport.silenceSeconds, secondsToFetch(fetched));
  const linked = linkedFilesFor(transport.store, slave);
  try {
    const both = AbortSignal.any([signal, silence.signal]);
    const form = await leaseForm(transport.store, { lease, content }, { linked, delivery, fetched });
    // While a large lease is sent the slave answers nothing, so bytes that it takes count as a sign of life.
    form.on("data", silence.heard);
    const stream = await transport.http.send(slave, { form, accept: FRAMES_TYPE }, both);
    // A slave answers when it has read the whole form.
    delivery?.arrived();
    silence.answered();
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

/** While it fetches, a slave says nothing. Polls tell of one that is gone. */
function secondsToFetch(fetched: LeaseStoreInputs = {}): number {
  return Object.values(fetched).reduce((sum, { bytes }) => sum + bytes / SLOWEST_FETCH, 0);
}

/** @param more seconds that the first answer may take beyond those of a silence */
function watchSilence(seconds: number, more: number) {
  const controller = new AbortController();
  const end = () => controller.abort();
  let timer = setTimeout(end, Math.min((seconds + more) * 1_000, LONGEST_TIMER_MS));
  const answered = () => {
    clearTimeout(timer);
    timer = setTimeout(end, seconds * 1_000);
  };
  return {
    signal: controller.signal,
    heard: () => void timer.refresh(),
    answered,
    stop: () => clearTimeout(timer),
  };
}
