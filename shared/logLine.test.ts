import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";
import { type LineStyle, logLine } from "./logLine.ts";

const plain: LineStyle = { paint: (_style, text) => text, stacks: "hidden" };
const about = { level: "warn", time: "2026-01-02T03:04:05.000Z", pid: 1, hostname: "h", name: "master" };

function lineOf(record: object, style: LineStyle = plain): string {
  return logLine(JSON.stringify({ ...about, ...record }), style).replace(/^\d\d:\d\d:\d\d /, "");
}

it("members whose values the message names are not repeated", () => {
  const msg = "slave pc-a (10.0.0.7:3000) is lost";
  expect(lineOf({ msg, slave: "pc-a", files: 3 })).toBe(`master warn  ${msg} files=3`);
});

it("an error is its reason in a word, and its stack follows only where it is asked for", () => {
  const err = { type: "Error", message: "no route", stack: "Error: no route\n    at here" };
  expect(lineOf({ msg: "a lease failed", err })).toBe("master warn  a lease failed (no route)");
  expect(lineOf({ msg: "a lease failed", err }, { ...plain, stacks: "shown" }).split("\n")).toEqual([
    "master warn  a lease failed (no route)",
    "    Error: no route",
    "    at here",
  ]);
});

it("a line that is no record stays as it is, but for what a terminal would act on", () => {
  expect(logLine("plain \u001b[2J", plain)).toBe("plain \\x1b[2J");
});

const WRITES = `
  const { createLogger } = await import("./dist/shared/logger.js");
  createLogger("master", "info", process.argv[1]).info({ files: 2 }, "job accepted");
`;

function written(format: string): string {
  const command = `"${process.execPath}" --input-type=module -e '${WRITES}' ${format} 2>&1`;
  return execFileSync("sh", ["-c", command], { encoding: "utf8" });
}

it("LOG_FORMAT: JSON has names of levels and ISO times, also where there is no terminal; pretty is text", () => {
  for (const format of ["json", "auto"]) {
    const record = JSON.parse(written(format));
    expect(record).toMatchObject({ level: "info", name: "master", msg: "job accepted", files: 2 });
    expect(new Date(record.time).toISOString()).toBe(record.time);
  }
  expect(written("pretty")).toMatch(/^\d\d:\d\d:\d\d master info {2}job accepted files=2\n$/);
});
