import { expect, test } from "vitest";
import { z } from "zod";
import { checked, firstFault, inJson, NOT_JSON } from "./schema.ts";

const schema = inJson(z.strictObject({ list: z.array(z.number()) }));

function faultOf(text: string) {
  const { error } = checked(schema, text);
  return error === undefined ? undefined : firstFault(error, "whole");
}

test("a field in JSON is its value", () => {
  expect(schema.parse('{"list": [1, 2]}')).toEqual({ list: [1, 2] });
});

test.each([
  ["{", { field: "whole", message: NOT_JSON }],
  ["null", { field: "whole" }],
  ["{}", { field: "whole.list" }],
  ['{"list": [1, "x"]}', { field: "whole.list.1" }],
  ['{"list": [], "other": 1}', { field: "whole.other" }],
])("%s is told by the field at fault", (text, fault) => {
  expect(faultOf(text)).toMatchObject(fault);
});
