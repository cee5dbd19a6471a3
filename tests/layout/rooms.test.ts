import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { exportedTypes, importsOf, ROOT, sourceFiles } from "./sources.ts";

/** Rooms of the master, each with the other rooms whose files it may import. */
const MASTER_ROOMS: Readonly<Record<string, readonly string[]>> = {
  record: [],
  queue: [],
  store: [],
  fleet: [],
  map: ["queue", "record"],
  timeline: ["fleet", "queue", "record"],
  lease: ["fleet", "queue", "store"],
  classic: ["fleet", "lease", "queue", "store"],
  dispatch: ["classic", "fleet", "lease", "map", "queue", "record", "store", "timeline"],
  results: ["record", "store"],
  upkeep: ["record", "results", "store"],
  uploads: ["record", "store"],
  webhooks: ["fleet", "record"],
  jobs: ["classic", "dispatch", "fleet", "map", "queue", "record", "results", "store", "upkeep"],
  dashboard: [],
  metrics: ["dispatch", "fleet", "jobs", "queue", "record"],
  http: [
    "classic",
    "dispatch",
    "fleet",
    "jobs",
    "lease",
    "map",
    "metrics",
    "queue",
    "record",
    "results",
    "store",
    "timeline",
    "upkeep",
    "uploads",
    "webhooks",
  ],
};

/** The composition root: it may import all rooms, and only `app.ts` imports it. */
const COMPOSE = "compose";

/** Programs, each with the others whose files it may import. */
const PROGRAMS: Readonly<Record<string, readonly string[]>> = {
  shared: [],
  master: ["shared"],
  slave: ["shared"],
  cli: ["shared"],
};

const IMPORTS = new Map(sourceFiles().map((file) => [file, importsOf(file)]));

describe("rooms", () => {
  test("a program imports shared only, and shared imports no program", () => {
    expect(forbidden((file) => PROGRAMS[programOf(file)] ?? [], programOf)).toEqual([]);
  });

  test("a room of the master imports only the rooms below it", () => {
    expect(forbidden((file) => MASTER_ROOMS[roomOf(file) ?? ""] ?? [], roomOf)).toEqual([]);
  });

  test("the page takes types of the contract from outside, and no code: it runs in browsers", () => {
    const code = sourceFiles(/^master\/dashboard\//).flatMap((file) =>
      importsOf(file, "values")
        .filter((target) => !target.startsWith("master/dashboard/"))
        .map((target) => `${file} imports ${target}`),
    );
    expect(code).toEqual([]);
    const types = sourceFiles(/^master\/dashboard\//).flatMap((file) => importsOf(file));
    expect(types.filter((target) => !/^(master\/dashboard|shared\/contract)\//.test(target))).toEqual([]);
  });

  test("the composition root is imported by app.ts only, and so are the routes", () => {
    const importers = (target: RegExp) =>
      [...IMPORTS].filter(([, targets]) => targets.some((path) => target.test(path))).map(([file]) => file);
    const outside = (files: readonly string[]) =>
      files.filter((file) => !file.startsWith(`master/${COMPOSE}/`));
    expect(outside(importers(/^master\/compose\//))).toEqual(["master/app.ts"]);
    expect(importers(/^master\/http\/routes\.ts$/)).toEqual(["master/app.ts"]);
  });

  test("every folder of the master is a room with a rule", () => {
    const rooms = new Set([...IMPORTS.keys()].map(roomOf).filter((room) => room !== undefined));
    expect([...rooms].toSorted()).toEqual(Object.keys(MASTER_ROOMS).toSorted());
  });

  test("files do not import each other in a circle, not for types and not lazily either", () => {
    expect(circles(IMPORTS)).toEqual([]);
  });
});

test("a circle of imports is found", () => {
  const graph = new Map([
    ["a", ["b"]],
    ["b", ["c"]],
    ["c", ["b"]],
  ]);
  expect(circles(graph)).toEqual(["b -> c -> b"]);
});

test("no two exported types share a name", () => {
  const files = new Map<string, string[]>();
  for (const file of [...IMPORTS.keys(), ...helpers()]) {
    for (const name of exportedTypes(file)) files.set(name, [...(files.get(name) ?? []), file]);
  }
  expect([...files].filter(([, places]) => places.length > 1)).toEqual([]);
});

test("what a constructor or handler is given is called deps: parts are the answers of slaves", () => {
  const named = sourceFiles().filter((file) => /\b(interface|type) \w+Parts\b/.test(read(file)));
  expect(named).toEqual([]);
});

test("only the classic adapter and the views ask whether a slave is classic", () => {
  const asking = sourceFiles().filter((file) => /\bslave\.classic\b/i.test(read(file)));
  expect(asking.filter((file) => /^master\/(?!classic|fleet|http|dashboard)/.test(file))).toEqual([]);
});

function read(file: string): string {
  return readFileSync(join(ROOT, file), "utf8");
}

/** Sources of benchmarks and of test fixtures, which share names with nothing either. */
function helpers(): string[] {
  return sourceFiles(/^(bench|scripts|tests|examples)\//);
}

/** `file imports file` for every import between two places that the rule does not allow. */
function forbidden(
  allowed: (file: string) => readonly string[],
  placeOf: (file: string) => string | undefined,
) {
  return [...IMPORTS].flatMap(([file, targets]) =>
    targets
      .filter((target) => {
        const from = placeOf(file);
        const to = placeOf(target);
        return from !== undefined && to !== undefined && from !== to && !allowed(file).includes(to);
      })
      .map((target) => `${file} imports ${target}`),
  );
}

function programOf(file: string): string {
  return file.split("/")[0] ?? "";
}

/** The folder below `master/`; undefined for the files beside the rooms and for other programs. */
function roomOf(file: string): string | undefined {
  const [program, room, inside] = file.split("/");
  return program === "master" && inside !== undefined && room !== COMPOSE ? room : undefined;
}

/** Each circle once, as `a -> b -> a`, found by a depth-first walk. */
function circles(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    const start = path.indexOf(file);
    if (start !== -1) found.push([...path.slice(start), file].join(" -> "));
    if (start !== -1 || done.has(file)) return;
    for (const target of graph.get(file) ?? []) visit(target, [...path, file]);
    done.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
  return found;
}
