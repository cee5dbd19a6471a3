import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Channel } from "../../shared/async/channel.ts";
import { localFile } from "../../shared/tasks/local.ts";
import { taskNamed } from "../../tests/fixtures/slave/tasks.ts";
import type { UnitOutput } from "../pool/unit.ts";
import { answerLines } from "./whole.ts";

const unhandled = vi.fn();

beforeEach(() => {
  process.on("unhandledRejection", unhandled);
});

afterEach(() => {
  process.off("unhandledRejection", unhandled);
});

it("a client that leaves while the job runs fails the answer, and leaves no rejection unhandled", async () => {
  const output: UnitOutput = {
    ...localFile("a", Buffer.from("done")),
    body: Buffer.from("done"),
    seconds: 0,
  };
  const later = new Channel<UnitOutput>();
  const never = new AbortController().signal;
  const answer = answerLines(
    {
      task: taskNamed("picky"),
      step: undefined,
      options: {},
      files: [localFile("now", Buffer.from("1")), localFile("later", Buffer.from("2"))],
      units: [],
      budgets: {},
    },
    {
      pool: {
        capacityFor: () => 2,
        run: async ({ files }) => (files[0]?.filename === "now" ? output : await later.receive()),
      },
      folder: "",
      budgets: {},
      gone: AbortSignal.abort(new Error("left")),
      draining: never,
      ended: never,
      answered: () => undefined,
      onDiskFull: () => undefined,
      kept: undefined,
    },
    new ServerResponse(new IncomingMessage(new Socket())),
  );
  await nextTurn();
  later.send(output);
  await expect(answer).rejects.toThrow("left");
  expect(unhandled).not.toHaveBeenCalled();
});
