import { expect, test } from "vitest";
import { type FileNumbers, measureFile } from "../../scripts/numbers/measure.ts";
import { brokenLimits, LIMITS, sumUp } from "../../scripts/numbers/rules.ts";

const CODE = `/** A comment
 * of two lines. */
export function outer(): void {
  const inner = () => {
    // a comment line
    run(); // no comment line
  };

  inner();
}
`;

test("lines are counted with blank ones, comments by lines that hold nothing else, functions with those inside", () => {
  const { lines, commentLines, functions } = measureFile("a.ts", CODE);
  expect({ lines, commentLines }).toEqual({ lines: 10, commentLines: 3 });
  expect(functions.map((each) => [each.line, each.lines])).toEqual([
    [3, 8],
    [4, 4],
  ]);
});

test("a file that cannot be parsed is named", () => {
  expect(() => measureFile("broken.ts", "function (")).toThrow("broken.ts cannot be parsed");
});

const good: FileNumbers = { file: "a.ts", lines: 100, commentLines: 10, functions: [] };

test.each([
  ["nothing", good, undefined],
  ["a long file", { ...good, lines: LIMITS.fileMax + 1, commentLines: 25 }, "a.ts has 251 lines"],
  [
    "a long function",
    { ...good, functions: [{ name: "f", line: 7, lines: 46 }] },
    "a.ts:7 is a function of 46 lines",
  ],
  ["too few comments", { ...good, commentLines: 7 }, "7.0 % of the lines are comments"],
  ["too many comments", { ...good, commentLines: 16 }, "16.0 % of the lines are comments"],
])("%s is told in a sentence", (_what, file, sentence) => {
  const broken = brokenLimits([file]);
  if (sentence === undefined) expect(broken).toEqual([]);
  else expect(broken.join("\n")).toContain(sentence);
});

test("a contract test may be longer, and its lines are not those of sources", () => {
  const contract = { ...good, file: "store.contract.ts", lines: LIMITS.contractMax };
  expect(brokenLimits([good, contract])).toEqual([]);
  expect(brokenLimits([good, { ...contract, lines: LIMITS.contractMax + 1 }])).toHaveLength(1);
  expect(sumUp([good, contract]).files).toBe(1);
});
