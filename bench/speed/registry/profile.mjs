import { writeFileSync } from "node:fs";
import { Session } from "node:inspector";
import { basename, dirname, join } from "node:path";
import { isMainThread } from "node:worker_threads";

/*
 * Loaded into a master and its slaves: from the first SIGUSR2 to the second the main thread is profiled, into
 * `BENCH_PROFILE/<master or slave>.cpuprofile`.
 */
const folder = process.env.BENCH_PROFILE;
if (folder !== undefined && isMainThread) {
  const role = basename(dirname(process.argv[1] ?? "process"));
  const session = new Session();
  session.connect();
  session.post("Profiler.enable");
  session.post("Profiler.setSamplingInterval", { interval: 500 });
  let isRunning = false;
  process.on("SIGUSR2", () => {
    if (isRunning) {
      session.post("Profiler.stop", (error, { profile }) => {
        if (error === null) writeFileSync(join(folder, `${role}.cpuprofile`), JSON.stringify(profile));
      });
    } else {
      session.post("Profiler.start");
    }
    isRunning = !isRunning;
  });
}
