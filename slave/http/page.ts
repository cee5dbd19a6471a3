import type { RequestHandler } from "express";
import type { CheckStatusAnswer } from "../../shared/contract/fleet.ts";
import { Door, type DoorOptions } from "../../shared/http/door.ts";
import { escaped, htmlPage, htmlPolicy } from "../../shared/http/html.ts";
import { BEARER_OR_BASIC, wantsPage } from "../../shared/http/token.ts";
import type { SlaveConfig } from "../config.ts";

export interface SlavePageDeps {
  readonly config: Pick<SlaveConfig, "name" | "masterUrls">;
  readonly status: () => CheckStatusAnswer;
  /** As for the other routes; a browser shows the token as its password. */
  readonly door: DoorOptions;
}

/** Seconds after which the browser loads the page again. */
const REFRESH_SECONDS = 5;

/** `GET /`: a sentence for programs, as in the classic service; for a browser what the slave does. */
export function slaveHome({ config, status, door: options }: SlavePageDeps): RequestHandler {
  const door = new Door({ ...options, scheme: BEARER_OR_BASIC });
  return (req, res) => {
    res.vary("Accept");
    if (!wantsPage(req)) {
      res.type("text/plain").send("Slave is working");
      return;
    }
    door.admit(req);
    res.set({
      "Content-Security-Policy": htmlPolicy(),
      Refresh: String(REFRESH_SECONDS),
      "Cache-Control": "no-store",
    });
    res.type("text/html").send(slavePage(config, status()));
  };
}

/** Without scripts; names of files and of the slave are text. */
export function slavePage(
  { name, masterUrls }: SlavePageDeps["config"],
  {
    version = "",
    slots = 0,
    busy = 0,
    waiting = 0,
    draining,
    memory = 0,
    working_on: work = [],
  }: CheckStatusAnswer,
): string {
  const rows = work.map(
    ({ task, step, filename, seconds }) =>
      `<tr><td>${escaped(task)}</td><td>${escaped(step)}</td><td>${escaped(filename)}</td><td>${duration(seconds)}</td></tr>`,
  );
  const idle = Array.from({ length: Math.max(0, slots - work.length) }, () => IDLE);
  const masters = masterUrls.map((url) => `<code>${escaped(url)}</code>`).join(", ");
  const body = `<h1>Slave ${escaped(name)}</h1>
<p>Slave is working${draining === true ? "; it finishes its files and then stops" : ""}. Version ${escaped(version)}. Master: ${masters}.</p>
<p><b>${busy} of ${slots}</b> slots busy, ${waiting} files wait here, ${Math.round(memory / 2 ** 20)} MB of memory.</p>
<table><tr><th>task</th><th>step</th><th>file</th><th>for</th></tr>
${[...rows, ...idle].join("\n")}</table>
`;
  return htmlPage({ title: `Slave ${name}`, body });
}

const IDLE = '<tr><td colspan="4">idle</td></tr>';

/** Such as `2 h 5 min`, `3 min 20 s`, `12 s`. */
function duration(seconds: number): string {
  const whole = Math.floor(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3_600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3_600)} h ${Math.floor((whole % 3_600) / 60)} min`;
}
