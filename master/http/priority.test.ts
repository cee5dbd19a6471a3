import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { readPriority } from "./priority.ts";

function asked(header: string | undefined): IncomingMessage {
  const req = new IncomingMessage(new Socket());
  if (header !== undefined) req.headers.priority = header;
  return req;
}

describe("the priority of a job", () => {
  test.each([
    ["is 1 unless said", undefined, undefined, 1],
    ["is the header's number", "7", undefined, 7],
    ["is the form field's number", undefined, "10", 10],
    ["is the form field's where both are given", "7", "2", 2],
    ["is 1 where the header gives the urgency of RFC 9218", "u=1, i", undefined, 1],
    ["is 1 where the header gives a flag of RFC 9218 alone", "i", undefined, 1],
    ["is 1 where the form field is empty", undefined, "", 1],
  ])("%s", (_, header, field, expected) => {
    expect(readPriority(asked(header), field)).toBe(expected);
  });

  test.each(["0", "11", "1.5", "-1", "high", "NaN", "1e1000", "7, 8"])("%j is refused", (given) => {
    const details = expect.objectContaining({ field: "priority" });
    const refusal = { code: "bad_priority", status: 400, details };
    for (const [header, field] of [
      [given, undefined],
      [undefined, given],
    ]) {
      expect(() => readPriority(asked(header), field)).toThrow(expect.objectContaining(refusal));
    }
  });
});
