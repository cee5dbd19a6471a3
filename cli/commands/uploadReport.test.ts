import stringWidth from "string-width";
import { expect, test } from "vitest";
import type { FileView } from "../../shared/contract/jobs.ts";
import type { Terminal } from "../output/terminal.ts";
import { emptyOutcome, type JobOutcome } from "./jobOutcome.ts";
import { reportFiles } from "./uploadReport.ts";

interface Screen {
  readonly terminal: Terminal;
  readonly printed: string[];
  readonly noted: string[];
}

/** A terminal of this width without colours; undefined: no terminal. */
function screen(width: number | undefined): Screen {
  const printed: string[] = [];
  const noted: string[] = [];
  const terminal: Terminal = {
    stdin: process.stdin,
    print: (line) => void printed.push(line),
    note: (line) => void noted.push(line),
    width,
    bar: undefined,
    screen: undefined,
    paint: (_style, text) => text,
  };
  return { terminal, printed, noted };
}

/** A job of so many files, of which every sixteenth failed. */
function job(total: number): JobOutcome {
  const outcome = emptyOutcome();
  for (let index = 0; index < total; index += 1) {
    const filename = `letter-to-the-board-of-directors-${index}.txt`;
    const common = { index, filename, bytes: 1, sha256: "0".repeat(64), attempts: 1, warnings: [] };
    const view: FileView =
      index % 16 === 15
        ? { ...common, state: "failed", code: "corrupt_file", error: "It is damaged." }
        : {
            ...common,
            state: "done",
            saved_as: `processed_results/text/${filename}_analysis.json`,
            summary: SUMMARY,
          };
    const place = view.saved_as ?? "-";
    outcome.files.push({ path: `archive/2024/correspondence/${filename}`, view, place });
  }
  return outcome;
}

const SUMMARY = "1,204 words, en, neutral (0.02), about budget, meeting, the new building";

function print(total: number, width: number | undefined): Screen {
  const shown = screen(width);
  reportFiles(shown.terminal, {}, { outcome: job(total), problems: [], leftOut: 0 });
  return shown;
}

test("on a terminal the lines fit its width, and the ends of paths stay", () => {
  const { printed } = print(64, 120);
  expect(printed.filter((line) => stringWidth(line) > 120)).toEqual([]);
  expect(printed.find((line) => line.startsWith("done"))).toMatch(
    /…\S*directors-0\.txt .*_analysis\.json {2}1,204 /,
  );
  expect(printed.find((line) => line.startsWith("failed"))).toContain("corrupt_file: It is damaged.");
});

test("failures come last and together", () => {
  const { printed } = print(64, 120);
  const states = printed.map((line) => line.split(" ")[0]);
  expect(states).toEqual(["STATE", ...Array(60).fill("done"), "STATE", ...Array(4).fill("failed")]);
});

test("many files that are done are not listed on a terminal, which says how to list them", () => {
  const { printed, noted } = print(160, 120);
  expect(printed.map((line) => line.split(" ")[0])).toEqual(["STATE", ...Array(10).fill("failed")]);
  expect(noted).toEqual(["--verbose lists the files that are done."]);
});

test("without a terminal there are only the failures, whole", () => {
  const { printed, noted } = print(32, undefined);
  expect(printed).toHaveLength(3);
  expect(printed[1]).toBe(
    "failed  archive/2024/correspondence/letter-to-the-board-of-directors-15.txt  corrupt_file: It is damaged.",
  );
  expect(noted).toEqual([]);
});
