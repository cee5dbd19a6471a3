import { signal } from "@preact/signals";
import type { JobView } from "../../../shared/contract/jobs.ts";
import { ApiProblem, OFFLINE, problemOf } from "../data/api.ts";
import { signedOut } from "../data/session.ts";
import type { Picked } from "./picked.ts";
import { dropSent, forgetSent, LARGE_BYTES, type LargeFileTerms, sendResumable } from "./resumable.ts";
import type { OptionValues } from "./schema.ts";
import { unreadableOf } from "./unreadable.ts";

export interface Sending {
  readonly task: string;
  readonly field: string;
  readonly files: readonly Picked[];
  readonly options: OptionValues;
  readonly name: string;
}

/** An upload goes on while the user looks at other views. */
export interface RunningUpload {
  readonly sending: Sending;
  readonly sent: number;
  readonly total: number;
  /** Bytes a second over the last seconds. */
  readonly speed: number;
  readonly problem?: ApiProblem;
  readonly job?: JobView;
}

export const upload = signal<RunningUpload | undefined>(undefined);

let running = new AbortController();
/** The same key on every try: a master that has the job already answers with it. */
let key = "";

/** Sends the files as one job. The answer comes as soon as they are on the master's disk. */
export function startUpload(sending: Sending): void {
  key = newKey();
  void send(sending);
}

/** Large files go on where they broke, the others begin again. */
export function tryAgain(): void {
  if (upload.value !== undefined) void send(upload.value.sending);
}

/** The user gives up: the master keeps nothing of the files. */
export function stopUpload(): void {
  running.abort();
  const files = upload.value?.sending.files ?? [];
  upload.value = undefined;
  for (const picked of files) if (picked.file.size > LARGE_BYTES) void dropSent(picked);
}

async function send(sending: Sending): Promise<void> {
  running = new AbortController();
  const { signal } = running;
  const speed = speedometer();
  const total = sending.files.reduce((sum, { file }) => sum + file.size, 0);
  upload.value = { sending, sent: 0, total, speed: 0 };
  const onSent = (sent: number, all = total) => {
    if (!signal.aborted) upload.value = { sending, sent, total: all, speed: speed(sent) };
  };
  try {
    const uploads = await sendLarge(sending.files, { signal, onSent });
    sendForm({ sending, uploads, signal, onSent });
  } catch (error) {
    if (!signal.aborted) failed(error instanceof ApiProblem ? error : OFFLINE());
  }
}

interface FormTerms {
  readonly sending: Sending;
  /** Ids of the files that the master has, by their index. */
  readonly uploads: ReadonlyMap<number, string>;
  readonly signal: AbortSignal;
  readonly onSent: (sent: number, total: number) => void;
}

/** Sends the large files one after the other. */
async function sendLarge(files: Sending["files"], { signal, onSent }: LargeFileTerms) {
  const uploads = new Map<number, string>();
  let before = 0;
  for (const [index, picked] of files.entries()) {
    if (picked.file.size <= LARGE_BYTES) continue;
    const done = before;
    const id = await sendResumable(picked, { signal, onSent: (bytes) => onSent(done + bytes) });
    uploads.set(index, id);
    before += picked.file.size;
  }
  return uploads;
}

function sendForm({ sending, uploads, signal, onSent }: FormTerms): void {
  const request = new XMLHttpRequest();
  signal.addEventListener("abort", () => request.abort());
  const before = [...uploads.keys()].reduce((sum, at) => sum + (sending.files[at]?.file.size ?? 0), 0);
  request.upload.onprogress = ({ loaded, total }) => onSent(before + loaded, before + total);
  request.onload = () => answered(request, sending);
  request.onerror = () => void unreadableOf(sending.files).then((problem) => failed(problem ?? OFFLINE()));
  request.open("POST", "/assign_task");
  request.setRequestHeader("Accept", "application/json");
  request.setRequestHeader("Prefer", "respond-async");
  request.setRequestHeader("Idempotency-Key", key);
  request.send(formOf(sending, uploads));
}

function answered(request: XMLHttpRequest, sending: Sending): void {
  if (request.status === 401) signedOut.value = true;
  const { status, responseText } = request;
  if (status !== 202 && status !== 200) {
    failed(problemOf(status, responseText));
    return;
  }
  upload.value = { sending, sent: 1, total: 1, speed: 0, job: JSON.parse(responseText) as JobView };
  for (const picked of sending.files) if (picked.file.size > LARGE_BYTES) forgetSent(picked);
}

function failed(problem: ApiProblem): void {
  if (upload.value !== undefined) upload.value = { ...upload.value, problem };
}

function formOf({ task, field, files, options, name }: Sending, uploads: FormTerms["uploads"]): FormData {
  const form = new FormData();
  form.append("task_type", task);
  if (name !== "") form.append("name", name);
  if (Object.keys(options).length > 0) form.append("options", JSON.stringify(options));
  for (const [index, { file, path }] of files.entries())
    if (!uploads.has(index)) form.append(field, file, path);
  const named = [...uploads].map(([index, id]) => ({ id, index }));
  if (named.length > 0) form.append("uploads", JSON.stringify(named));
  return form;
}

/** Bytes a second over a sliding window of a few seconds. */
function speedometer(): (sent: number) => number {
  const marks: { readonly at: number; readonly sent: number }[] = [{ at: performance.now(), sent: 0 }];
  return (sent) => {
    const at = performance.now();
    marks.push({ at, sent });
    while (marks.length > 2 && at - (marks[0]?.at ?? at) > 5_000) marks.shift();
    const first = marks[0];
    return first === undefined || at === first.at ? 0 : ((sent - first.sent) * 1_000) / (at - first.at);
  };
}

/** `crypto.randomUUID` is missing where the page comes by plain HTTP from another machine. */
function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
}

/** The browser asks before it leaves the page during an upload. */
addEventListener("beforeunload", (event) => {
  const now = upload.value;
  if (now !== undefined && now.job === undefined && now.problem === undefined) event.preventDefault();
});
