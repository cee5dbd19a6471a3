import { expect, test } from "vitest";
import { NOT_JSON } from "../schema.ts";
import { encodeLeaseFields, type LeaseFieldsOut, leaseFields, SAME_ID } from "./lease.ts";

const FILE = { filename: "a", name: `in-${"a".repeat(32)}`, bytes: 32, sha256: "b".repeat(64) };
const LEASE: LeaseFieldsOut = {
  task_type: "image",
  step: "main",
  step_version: 3,
  options: { mode: "grey", "ä\n": [null, 0.5] },
  units: [
    { id: "job/main/0", files: [0, 1], args: {} },
    { id: "job/main/1", files: [1], args: { page: 2 } },
  ],
  budgets: { running: 60 },
  handover: { files: { 1: { ...FILE, start: 7 } } },
};

test("a slave reads what a master writes", () => {
  const texts = encodeLeaseFields(LEASE);
  expect(Object.values(texts).every((text) => typeof text === "string")).toBe(true);
  expect(leaseFields.parse(texts)).toEqual(LEASE);
});

test("fields that a master leaves out are not sent", () => {
  const { budgets: _b, handover: _h, ...rest } = LEASE;
  expect(Object.keys(encodeLeaseFields({ ...rest, budgets: undefined }))).toEqual(Object.keys(rest));
});

test("a classic master's form has its task alone, and none of the other fields is needed", () => {
  expect(leaseFields.parse({ task_type: "text", its_own: "x" })).toEqual({ task_type: "text" });
  expect(leaseFields.parse({})).toEqual({});
});

test.each([
  ["options", "{", NOT_JSON],
  ["options", "[]", /record/],
  ["units", "[]", /./],
  ["units", '[{"id":"u","files":[-1]}]', /./],
  ["units", '[{"id":"u","files":[0]},{"id":"u","files":[1]}]', SAME_ID],
  ["budgets", '{"running":0}', /0/],
  ["budgets", '{"total":1}', /total/],
  ["handover", JSON.stringify({ files: { "01": FILE } }), /./],
  ["handover", JSON.stringify({ files: { 1: { ...FILE, name: "../proof" } } }), /./],
  ["step", ["a", "b"], /string/],
] as const)("the field %s cannot be %j", (field, given, message) => {
  const { error } = leaseFields.safeParse({ [field]: given });
  expect(error?.issues[0]).toMatchObject({
    path: expect.arrayContaining([field]),
    message: typeof message === "string" ? message : expect.stringMatching(message),
  });
});
