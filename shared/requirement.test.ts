import { expect, test } from "vitest";
import { z } from "zod";
import { checked, faultOf, sentenceOf } from "./schema.ts";

const schema = z.strictObject({
  width: z.int().min(1).max(200).nullable().optional(),
  share: z.number().positive().lt(1).optional(),
  format: z.enum(["png", "jpeg"]).optional(),
  size: z.literal([256, 512]).optional(),
  only: z.literal("x").optional(),
  name: z.string().min(2).max(4).optional(),
  list: z.array(z.string()).min(1).max(2).optional(),
  pair: z.array(z.int()).length(2).optional(),
  flag: z.boolean().optional(),
  asked: z.coerce.number().int().max(5).optional(),
  inner: z.strictObject({ depth: z.int() }).optional(),
  even: z.number().multipleOf(2).optional(),
  odd: z
    .int()
    .refine((value) => value % 2 === 1, "must be odd")
    .optional(),
});

test.each([
  [{ width: 5000 }, "options.width must be at most 200, it is 5000"],
  [{ width: 0 }, "options.width must be at least 1, it is 0"],
  [{ width: 1.5 }, "options.width must be a whole number, it is 1.5"],
  [{ width: "5" }, 'options.width must be a number, it is "5"'],
  [{ width: true }, "options.width must be a number, it is true"],
  [{ share: 0 }, "options.share must be above 0, it is 0"],
  [{ share: 1 }, "options.share must be below 1, it is 1"],
  [{ format: "bmp" }, 'options.format must be one of png, jpeg, it is "bmp"'],
  [{ size: 300 }, "options.size must be one of 256, 512, it is 300"],
  [{ only: null }, "options.only must be x, it is null"],
  [{ name: "a" }, "options.name must have at least 2 characters, it has 1"],
  [{ name: "secret" }, "options.name must have at most 4 characters, it has 6"],
  [{ name: 12345 }, "options.name must be text, it is a number"],
  [{ list: [] }, "options.list must have at least 1 entries, it has 0"],
  [{ list: {} }, "options.list must be a list, it is an object"],
  [{ list: ["a", 2] }, "options.list.1 must be text, it is a number"],
  [{ pair: [1] }, "options.pair must have exactly 2 entries, it has 1"],
  [{ flag: "yes" }, 'options.flag must be true or false, it is "yes"'],
  [{ asked: "many" }, "options.asked must be a number"],
  [{ asked: "9" }, "options.asked must be at most 5, it is 9"],
  [{ inner: {} }, "options.inner.depth is missing: it must be a number"],
  [{ inner: { depth: 1, deep: 2 } }, "options.inner.deep is not known; valid are depth"],
  [{ inner: [] }, "options.inner must be an object, it is a list"],
  [{ even: 3 }, "options.even must be a multiple of 2, it is 3"],
  [{ odd: 2 }, "options.odd must be odd"],
])("%j: %s", (value, sentence) => {
  const { error } = checked(schema, value);
  expect(error?.issues.map((issue) => sentenceOf(faultOf(issue, "options")))).toEqual([sentence]);
});

test("a misspelt member is told with all that are valid", () => {
  const { error } = checked(schema, { widht: 5 });
  const told = sentenceOf(faultOf(error?.issues[0], "options"));
  expect(told).toMatch(/^options\.widht is not known; valid are width, share, format, /);
});
