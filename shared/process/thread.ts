import { Worker, type WorkerOptions } from "node:worker_threads";

/**
 * Starts a worker thread that does not keep the process alive. Its module lies beside the caller's.
 * @param from `import.meta.url` of the caller
 * @param name of the module, without its extension
 */
export function startThread(from: string, name: string, options: WorkerOptions): Worker {
  const worker = newThread(from, name, options);
  worker.unref();
  return worker;
}

function newThread(from: string, name: string, options: WorkerOptions): Worker {
  if (from.endsWith(".js")) return new Worker(new URL(`./${name}.js`, from), options);
  // In development the thread runs from TypeScript, too.
  const entry = JSON.stringify(new URL(`./${name}.ts`, from).href);
  const source = `import("tsx/esm/api").then(({ register }) => { register(); return import(${entry}); })`;
  return new Worker(source, { ...options, eval: true });
}
