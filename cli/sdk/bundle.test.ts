import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "vite";
import { beforeAll, expect, test } from "vitest";

const MOST_BYTES = 10 * 1024;

/** The code that a page loads at once, and that which comes with the first function. */
let code: string;
let later: string;

beforeAll(async () => {
  const built = await build({
    ...{ configFile: false, logLevel: "silent" },
    build: {
      ...{ write: false, minify: true, target: "es2023" },
      lib: { entry: join(import.meta.dirname, "index.ts"), formats: ["es"], fileName: "sdk" },
    },
  });
  const outputs = Array.isArray(built) ? built : [built];
  const chunks = outputs
    .flatMap((one) => ("output" in one ? one.output : []))
    .filter((chunk) => chunk.type === "chunk");
  const first = chunks.filter(({ isEntry }) => isEntry);
  // The entry brings what it imports; the rest comes with the first call.
  const names = new Set(first.flatMap(({ fileName, imports }) => [fileName, ...imports]));
  const codeOf = (isFirst: boolean) =>
    chunks
      .filter(({ fileName }) => names.has(fileName) === isFirst)
      .map((chunk) => chunk.code)
      .join("");
  code = codeOf(true);
  later = codeOf(false);
});

test("the SDK for browsers is smaller than 10 KB, minified and compressed", () => {
  expect(code).toContain("Idempotency-Key");
  expect(gzipSync(code).length).toBeLessThan(MOST_BYTES);
});

test("it imports nothing but its own code for functions, when the first one is called", () => {
  expect(later).toContain("$manyhands");
  expect(code).not.toContain("$manyhands");
  expect(code).not.toMatch(/\bimport\b(?!(?:\(|\s*\{[^}]*\}\s*from\s*)["'`]\.\/)|\brequire\(/);
});
