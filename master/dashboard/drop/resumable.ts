import { ApiProblem, OFFLINE, problemOf, request } from "../data/api.ts";
import type { Picked } from "./picked.ts";
import { unreadableOf } from "./unreadable.ts";

/** Files above this size go on where their connection broke. */
export const LARGE_BYTES = 64 * 2 ** 20;

/** Pauses between tries; after the last one without any progress the user is asked. */
const PAUSES_MS = [500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000, 8_000, 8_000, 8_000];
const TUS = { "tus-resumable": "1.0.0" };

export interface LargeFileTerms {
  readonly signal: AbortSignal;
  /** Number of bytes of the file that are sent by now; less when some were lost. */
  readonly onSent: (bytes: number) => void;
}

/**
 * Sends a file in as many requests as its connection breaks into, by tus 1.0. A file that this browser began to send
 * before, also in a page that was closed, goes on where it was. Resolves with the id by which a job takes it.
 * @throws ApiProblem what the master refused, or `offline`
 */
export async function sendResumable(picked: Picked, { signal, onSent }: LargeFileTerms): Promise<string> {
  const { file } = picked;
  const { path, offset: begun } = (await begunBefore(picked, signal)) ?? (await create(picked, signal));
  let tries = 0;
  for (let offset = begun; offset < file.size; ) {
    onSent(offset);
    try {
      const from = offset;
      await append(path, file.slice(from), { from, signal, onSent: (bytes) => onSent(from + bytes) });
      offset = file.size;
    } catch (error) {
      await pauseAfter(error, { picked, signal, tries });
      const reached = await offsetOf(path, signal).catch((again: unknown) => {
        if (isResumed(again)) return offset;
        throw again;
      });
      tries = reached > offset ? 0 : tries + 1;
      offset = reached;
    }
  }
  return path.slice(path.lastIndexOf("/") + 1);
}

interface FailedTry extends Pick<LargeFileTerms, "signal"> {
  readonly picked: Picked;
  /** Tries without any progress before this one. */
  readonly tries: number;
}

/** Waits before the next try. @throws the error where there is none; ApiProblem `not_readable` */
async function pauseAfter(error: unknown, { picked, signal, tries }: FailedTry): Promise<void> {
  if (signal.aborted || !isResumed(error)) throw error;
  const unreadable = await unreadableOf([picked]);
  if (unreadable !== undefined) {
    await dropSent(picked);
    throw unreadable;
  }
  const pause = PAUSES_MS[tries];
  if (pause === undefined) throw error;
  await sleep(pause, signal);
}

/** A job has the file, or the master has it no more: the next one of this name begins anew. */
export function forgetSent(picked: Picked): void {
  stored()?.removeItem(keyOf(picked));
}

/** The file is not wanted any more, or is another one by now: the master removes what it has of it. */
export async function dropSent(picked: Picked): Promise<void> {
  const path = rememberedPath(picked);
  forgetSent(picked);
  // One that cannot be removed is removed by the master when it expires.
  if (path !== undefined) await request(path, { method: "DELETE", headers: TUS }).catch(() => undefined);
}

function rememberedPath(picked: Picked): string | undefined {
  const path = stored()?.getItem(keyOf(picked)) ?? undefined;
  return path?.startsWith("/uploads/") ? path : undefined;
}

interface Begun {
  readonly path: string;
  readonly offset: number;
}

/** Undefined when there is none, and when it expired or a job has it. */
async function begunBefore(picked: Picked, signal: AbortSignal): Promise<Begun | undefined> {
  const path = rememberedPath(picked);
  if (path === undefined) return undefined;
  try {
    return { path, offset: await offsetOf(path, signal) };
  } catch (error) {
    if (!(error instanceof ApiProblem) || ![404, 410].includes(error.status)) throw error;
    forgetSent(picked);
    return undefined;
  }
}

async function create(picked: Picked, signal: AbortSignal): Promise<Begun> {
  const bytes = Array.from(new TextEncoder().encode(picked.path), (byte) => String.fromCharCode(byte));
  const metadata = `filename ${btoa(bytes.join(""))}`;
  const headers = { ...TUS, "upload-length": String(picked.file.size), "upload-metadata": metadata };
  const answer = await request("/uploads", { method: "POST", headers, signal });
  const path = answer.headers.get("location") ?? "";
  stored()?.setItem(keyOf(picked), path);
  return { path, offset: 0 };
}

async function offsetOf(path: string, signal: AbortSignal): Promise<number> {
  const answer = await request(path, { method: "HEAD", headers: TUS, signal });
  return Number(answer.headers.get("upload-offset"));
}

interface Growth extends LargeFileTerms {
  readonly from: number;
}

/** `fetch` does not tell how far a body is. */
function append(path: string, body: Blob, { from, signal, onSent }: Growth): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = new XMLHttpRequest();
    const abort = () => sent.abort();
    signal.addEventListener("abort", abort, { once: true });
    sent.upload.onprogress = ({ loaded }) => onSent(loaded);
    sent.onloadend = () => {
      signal.removeEventListener("abort", abort);
      if (sent.status === 204) resolve();
      else reject(sent.status === 0 ? OFFLINE() : problemOf(sent.status, sent.responseText));
    };
    sent.open("PATCH", path);
    for (const [name, value] of Object.entries(TUS)) sent.setRequestHeader(name, value);
    sent.setRequestHeader("upload-offset", String(from));
    sent.setRequestHeader("content-type", "application/offset+octet-stream");
    sent.send(body);
  });
}

/** Whether the master tells where to go on, now or when it is back. */
function isResumed(error: unknown): boolean {
  return error instanceof ApiProblem && [0, 408, 409, 423, 429, 502, 503, 504].includes(error.status);
}

function keyOf({ path, file }: Picked): string {
  return `manyhands-upload ${file.size} ${file.lastModified} ${path}`;
}

/** A browser may keep nothing: then a closed page begins anew. */
function stored(): Storage | undefined {
  try {
    return localStorage;
  } catch {
    return undefined;
  }
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
