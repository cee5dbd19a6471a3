import { signal } from "@preact/signals";
import type { JobView } from "../../../shared/contract/jobs.ts";
import { type ApiProblem, OFFLINE, problemOf } from "../data/api.ts";
import { signedOut } from "../data/session.ts";
import type { Picked } from "./picked.ts";
import type { OptionValues } from "./schema.ts";

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

let running: XMLHttpRequest | undefined;
/** The same key on every try: a master that has the job already answers with it. */
let key = "";

/** Sends the files as one job. The answer comes as soon as they are on the master's disk. */
export function startUpload(sending: Sending): void {
  key = newKey();
  send(sending);
}

export function tryAgain(): void {
  if (upload.value !== undefined) send(upload.value.sending);
}

export function stopUpload(): void {
  running?.abort();
  upload.value = undefined;
}

function send(sending: Sending): void {
  const request = new XMLHttpRequest();
  running = request;
  const speed = speedometer();
  const total = sending.files.reduce((sum, { file }) => sum + file.size, 0);
  upload.value = { sending, sent: 0, total, speed: 0 };
  request.upload.onprogress = ({ loaded, total: all }) => {
    upload.value = { sending, sent: loaded, total: all, speed: speed(loaded) };
  };
  request.onload = () => answered(request, sending);
  request.onerror = () => failed(OFFLINE());
  request.open("POST", "/assign_task");
  request.setRequestHeader("Accept", "application/json");
  request.setRequestHeader("Prefer", "respond-async");
  request.setRequestHeader("Idempotency-Key", key);
  request.send(formOf(sending));
}

function answered(request: XMLHttpRequest, sending: Sending): void {
  if (request.status === 401) signedOut.value = true;
  const { status, responseText } = request;
  if (status !== 202 && status !== 200) failed(problemOf(status, responseText));
  else upload.value = { sending, sent: 1, total: 1, speed: 0, job: JSON.parse(responseText) as JobView };
}

function failed(problem: ApiProblem): void {
  if (upload.value !== undefined) upload.value = { ...upload.value, problem };
}

function formOf({ task, field, files, options, name }: Sending): FormData {
  const form = new FormData();
  form.append("task_type", task);
  if (name !== "") form.append("name", name);
  if (Object.keys(options).length > 0) form.append("options", JSON.stringify(options));
  for (const { file, path } of files) form.append(field, file, path);
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
