import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { isFinal, type JobDetail } from "../../shared/contract/jobs.ts";
import { taskNamed } from "../../shared/tasks/registry.ts";
import { frames, type Lie, type LyingSlave, lyingSlave, partHeader } from "../standin/lyingSlave.ts";
import { assign, job, type RunningFleet, startFleet, until } from "./fleet.ts";

let fleet: RunningFleet;
let liar: LyingSlave | undefined;
beforeAll(async () => {
  // A slave beats every two seconds.
  fleet = await startFleet({ SLAVE_SILENCE_SECONDS: "3", FORGET_SECONDS: "1", MAX_PART_BYTES: "1000000" });
});
afterEach(async () => {
  await liar?.close();
  liar = undefined;
});
afterAll(() => fleet.stop());

const PART = Buffer.from('{"made":"up"}');
const steps = Object.fromEntries(
  Object.entries(taskNamed("text").steps).map(([step, { version }]) => [step, version]),
);

const LIES: Readonly<Record<string, Lie>> = {
  "answers for a unit that it was not given": (res) => {
    frames(res, [partHeader("somebody/else/0", PART)]);
    res.end(PART);
  },
  "answers twice for one unit": (res, [unit = ""]) => {
    frames(res, [partHeader(unit, PART)]);
    res.write(PART);
    res.write(`${JSON.stringify(partHeader(unit, PART))}\n`);
    res.end(PART);
  },
  "sends other bytes than the digest says": (res, [unit = ""]) => {
    frames(res, [partHeader(unit, PART, { sha256: "0".repeat(64) })]);
    res.end(PART);
  },
  "hands a part over, and there is no folder for that": (res, [unit = ""]) => {
    frames(res, [partHeader(unit, PART, { handover: `out-${"0".repeat(32)}` }), { type: "end", units: 1 }]);
    res.end();
  },
  "ends in the middle of a part": (res, [unit = ""]) => {
    frames(res, [partHeader(unit, PART)]);
    res.end(PART.subarray(0, 5));
  },
  "announces a part of a terabyte": (res, [unit = ""]) => {
    frames(res, [partHeader(unit, PART, { bytes: 2 ** 40 })]);
    endlessly(res, Buffer.alloc(65_536));
  },
  "sends a header without an end": (res) => {
    frames(res, []);
    endlessly(res, Buffer.alloc(65_536, "x"));
  },
  "sends JSON that is no frame": (res) => {
    frames(res, []);
    res.end('{"type":"gift"}\n');
  },
  "sends no JSON": (res) => {
    frames(res, []);
    res.end("<html>\n");
  },
  "says that all is done and has answered nothing": (res) => {
    frames(res, [{ type: "end", units: 0 }]);
    res.end();
  },
  "says nothing at all": (res) => {
    frames(res, []);
    res.flushHeaders();
  },
  "refuses with an endless page": (res) => {
    res.writeHead(500, { "content-type": "text/html" });
    endlessly(res, Buffer.alloc(65_536, "x"));
  },
  "sends the master elsewhere": (res) => {
    res.writeHead(302, { location: `${fleet.master.url}/jobs` }).end();
  },
  "hangs up": (res) => {
    res.destroy();
  },
  "hangs up on each unit that it began": (res, units) => {
    frames(
      res,
      units.map((unit) => ({ type: "start", unit })),
    );
    setTimeout(() => res.destroy(), 20);
  },
  "says that each unit ended its child": (res, units) => {
    const failure = { filename: "note.txt", code: "child_crashed", error: "It crashed.", seconds: 0 };
    frames(res, [
      ...units.map((unit) => ({ type: "failed", unit, ...failure, child_ended: true }) as const),
      { type: "end", units: units.length },
    ]);
    res.end();
  },
};

/** False answers of a classic slave. */
const CLASSIC_LIES: Readonly<Record<string, Lie>> = {
  "sends base64 that is cut off": (res, _, names) => {
    const results = names.map((filename) => ({ filename, analysis_data: '{"a":1}x' }));
    res.setHeader("content-type", "application/json").end(JSON.stringify({ results }));
  },
  "answers 500": (res) => void res.writeHead(500).end("<html>"),
  "answers 401": (res) => void res.writeHead(401).end("{}"),
  "sends the master elsewhere": (res) => void res.writeHead(302, { location: "http://127.0.0.1:1/" }).end(),
};

describe("beside an honest slave, a slave that breaks the contract costs time only: it", () => {
  beforeAll(async () => {
    await fleet.slave();
    await fleet.alive(1);
  });

  test.each(Object.entries(LIES))("%s", async (_, lie) => {
    await expectHarmless(await lyingSlave({ lie, steps }));
  });

  test("hands over a part that is not there", async () => {
    const folder = await mkdtemp(join(tmpdir(), "liar-"));
    const handover = { folder, proof: "0".repeat(32) };
    await writeFile(join(folder, "proof"), handover.proof);
    const lie: Lie = (res, [unit = ""]) => {
      frames(res, [partHeader(unit, PART, { handover: `out-${"0".repeat(32)}` }), { type: "end", units: 1 }]);
      res.end();
    };
    await expectHarmless(await lyingSlave({ lie, steps, handover }));
    await rm(folder, { recursive: true });
  });

  test.each(Object.entries(CLASSIC_LIES))("a classic slave %s", async (_, lie) => {
    await expectHarmless(await lyingSlave({ lie }));
  });

  test("a classic slave's answer without an end is cut off near MAX_PART_BYTES", async () => {
    const sent: Socket[] = [];
    const lie: Lie = (res) => {
      if (res.socket !== null) sent.push(res.socket);
      res.writeHead(200, { "content-type": "application/json" });
      res.write('{"results":[{"filename":"note.txt","analysis_data":"');
      endlessly(res, Buffer.alloc(65_536, "A"));
    };
    await expectHarmless(await lyingSlave({ lie }));
    // What the sockets of both sides hold comes on top.
    for (const { bytesWritten } of sent) expect(bytesWritten).toBeLessThan(24e6);
  });
});

test("a classic slave that is alone and refuses everything condemns no file", {
  timeout: 60_000,
}, async () => {
  const own = await startFleet();
  try {
    liar = await lyingSlave({ lie: (res) => void res.writeHead(500).end() });
    await liar.register(own.master.url);
    await own.alive(1);
    const headers = { prefer: "respond-async" };
    const { body } = await assign(own.master.url, [TEXT], { task: "text", field: "texts", headers });
    const refused = liar;
    await until("a file that was refused four times", async () => (refused.leases > 3 ? true : undefined));
    expect((await job(own.master.url, body.job_id)).state).toBe("running");
    await own.slave();
    expect((await until("the end of the job", () => over(own, body.job_id))).state).toBe("succeeded");
  } finally {
    await own.stop();
  }
});

test("a slave that reports progress on a unit for ever loses it when the budget is over", {
  timeout: 60_000,
}, async () => {
  const own = await startFleet({ SLAVE_SILENCE_SECONDS: "3", MAX_LOSSES: "1" });
  try {
    const lie: Lie = (res, [unit = ""]) => {
      frames(res, [{ type: "start", unit }]);
      const beating = setInterval(() => res.write('{"type":"beat"}\n'), 200);
      res.once("close", () => clearInterval(beating));
    };
    liar = await lyingSlave({ lie, steps });
    await liar.register(own.master.url);
    await own.alive(1);
    const headers = { prefer: "respond-async" };
    const { body } = await assign(own.master.url, [TEXT], {
      ...{ task: "text", field: "texts", headers },
      budgets: { running: 1 },
    });
    const detail = await until("the end of the job", () => over(own, body.job_id));
    expect(detail.files[0]).toMatchObject({ state: "failed", code: "poison" });
  } finally {
    await own.stop();
  }
});

const TEXT = { name: "note.txt", body: Buffer.from("The soup was wonderful. The weather was not.") };

/** A job whose units the lying slave got, too, ends with the results of the honest slave. */
async function expectHarmless(one: LyingSlave): Promise<void> {
  liar = one;
  const before = await honestResult();
  await one.register(fleet.master.url);
  await fleet.alive(2);
  const detail = await sendUntilLiedTo(one);
  expect(detail.state).toBe("succeeded");
  expect(detail.files.map(({ result_sha256 }) => result_sha256)).toEqual(detail.files.map(() => before));
  await gone();
}

async function honestResult(): Promise<string | undefined> {
  const { body } = await assign(fleet.master.url, [TEXT], { task: "text", field: "texts" });
  return (await job(fleet.master.url, body.job_id)).files[0]?.result_sha256;
}

/** Sends jobs of a few files until the lying slave got one; resolves with the last job after its end. */
async function sendUntilLiedTo(slave: LyingSlave): Promise<JobDetail> {
  return await until("a job that was lied about", async () => {
    const before = slave.leases;
    const { body } = await assign(fleet.master.url, [TEXT, TEXT, TEXT, TEXT], {
      task: "text",
      field: "texts",
    });
    return slave.leases > before ? await over(fleet, body.job_id) : undefined;
  });
}

async function over({ master }: RunningFleet, id: string): Promise<JobDetail | undefined> {
  const detail = await job(master.url, id);
  return isFinal(detail.state) ? detail : undefined;
}

/** Waits until the master has forgotten the lying slave, so that it does not disturb the next test. */
async function gone(): Promise<void> {
  await liar?.close();
  await fleet.alive(1);
}

/** Writes while the master reads. */
function endlessly(res: Parameters<Lie>[0], chunk: Buffer): void {
  const more = () => {
    while (!res.destroyed && res.write(chunk)) {
      // The connection's buffers are full.
    }
  };
  res.on("drain", more);
  more();
}
