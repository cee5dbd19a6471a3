import { lstat } from "node:fs/promises";
import { join, resolve } from "node:path";
import contentDisposition from "content-disposition";
import type { RequestHandler } from "express";
import { AppError } from "../../shared/errors.ts";
import type { JobStore } from "../../shared/job/port.ts";
import { TASKS } from "../../shared/tasks/registry.ts";

/**
 * `GET /results/<task>/<name>`, with Range and ETag. Results hold what strangers sent: browsers must
 * neither guess their type nor run them.
 */
export function sendResult(folder: string, jobs: JobStore): RequestHandler {
  const root = resolve(folder);
  return async (req, res, next) => {
    const { task, name } = req.params as { readonly task: string; readonly name: string };
    if (!TASKS.some((known) => known.name === task) || !isPlainName(name)) throw notFound();
    const path = join(root, task, name);
    const found = await lstat(path).catch(() => undefined);
    if (found?.isFile() !== true) throw notFound();
    const owner = await jobs.owner(task, name);
    res.set({
      "X-Content-Type-Options": "nosniff",
      "Content-Security-Policy": "sandbox; default-src 'none'",
      "Content-Disposition": contentDisposition(name, { type: "attachment" }),
    });
    if (owner?.sha256 !== undefined && owner.bytes === found.size) res.set("ETag", `"${owner.sha256}"`);
    res.sendFile(name, { root: join(root, task), dotfiles: "allow", cacheControl: false }, (error) => {
      if (error !== undefined && !res.headersSent) next(notFound());
    });
  };
}

function isPlainName(name: string): boolean {
  return name !== "" && name !== "." && name !== ".." && !/[/\\\0]/.test(name);
}

function notFound(): AppError {
  return new AppError("no_such_result", "There is no such result.", { status: 404 });
}
