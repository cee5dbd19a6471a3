import { afterEach, beforeEach, expect, test } from "vitest";
import { isFinal } from "../../shared/contract/jobs.ts";
import { taskNamed } from "../../shared/tasks/registry.ts";
import { frames, type Lie, type LyingSlave, lyingSlave, partHeader } from "../standin/lyingSlave.ts";
import { assign, job, type RunningFleet, startFleet, until } from "./fleet.ts";

const TEXT = { name: "note.txt", body: Buffer.from("The soup was wonderful. The weather was not.") };
const PART = Buffer.from('{"made":"by another version"}');
const STEPS = Object.fromEntries(
  Object.entries(taskNamed("text").steps).map(([step, { version }]) => [step, version]),
);
const HERE = STEPS.analyse ?? 0;

/** A right answer in the words of a later version: each frame has a member that this one does not know. */
const answerOfLater: Lie = (res, [unit = ""]) => {
  frames(res, [
    Object.assign({ type: "start" as const, unit }, { colour: "blue" }),
    Object.assign(partHeader(unit, PART), { colour: "blue" }),
  ]);
  res.write(PART);
  res.end(`${JSON.stringify({ type: "end", units: 1, colour: "blue" })}\n`);
};

let fleet: RunningFleet;
let other: LyingSlave | undefined;
beforeEach(async () => {
  fleet = await startFleet();
});
afterEach(async () => {
  await other?.close();
  await fleet.stop();
});

test.each(["0.0.1", "99.0.0"])(
  "a slave of version %s with the same steps gets units, whatever else it registers with",
  async (version) => {
    other = await lyingSlave({
      lie: answerOfLater,
      steps: STEPS,
      about: { version, colour: "blue", steps: { text: { ...STEPS, dream: 1 }, poetry: { write: 7 } } },
      status: { version, mood: ["good"] },
    });
    await other.register(fleet.master.url);
    expect(await fleet.alive(1)).toMatchObject([{ version, tasks: ["text", "poetry"] }]);
    const { body } = await assign(fleet.master.url, [TEXT], { task: "text", field: "texts" });
    const [file] = body.files;
    expect(file).toMatchObject({ state: "done", slave: "liar" });
    expect(await (await fetch(`${fleet.master.url}${file?.url}`)).json()).toEqual({
      made: "by another version",
    });
    expect(fleet.master.log.join("")).not.toContain("other versions");
  },
);

test.each([
  ["an older", HERE - 1],
  ["a newer", HERE + 1],
])(
  "a slave with %s version of a step gets no units of it, and the log names the step",
  async (_, version) => {
    other = await lyingSlave({ lie: answerOfLater, steps: { ...STEPS, analyse: version } });
    await other.register(fleet.master.url);
    await fleet.alive(1);
    const headers = { prefer: "respond-async" };
    const { body } = await assign(fleet.master.url, [TEXT], { task: "text", field: "texts", headers });
    await fleet.slave({ SLAVE_NAME: "same" });
    const detail = await until("the end of the job", async () => {
      const found = await job(fleet.master.url, body.job_id);
      return isFinal(found.state) ? found : undefined;
    });
    expect([other.leases, detail.files[0]?.slave]).toEqual([0, "same"]);
    expect(fleet.master.log.join("")).toContain(`text/analyse ${version} (here ${HERE})`);
  },
);
