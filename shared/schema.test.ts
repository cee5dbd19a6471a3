import { expect, test } from "vitest";
import { z } from "zod";
import { firstFault, inJson, NOT_JSON } from "./schema.ts";

const schema = inJson(z.strictObject({ list: z.array(z.number()) }));

function faultOf(text: string) {
  const { error } = schema.safeParse(text);
  return error === undefined ? undefined : firstFault(error, "whole");
}

test("a field in JSON is its value", () => {
  expect(schema.parse('{"list": [1, 2]}')).toEqual({ list: [1, 2] });
});

test.each([
  ["{", { field: "whole", message: NOT_JSON }],
  ["null", { field: "whole" }],
  ["{}", { field: "list" }],
  ['{"list": [1, "x"]}', { field: "list.1" }],
  ['{"list": [], "other": 1}', { field: "whole" }],
])("%s is told by the field at fault", (text, fault) => {
  expect(faultOf(text)).toMatchObject(fault);
});
