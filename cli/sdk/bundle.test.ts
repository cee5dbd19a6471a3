import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "vite";
import { beforeAll, expect, test } from "vitest";

const MOST_BYTES = 10 * 1024;

let code: string;

beforeAll(async () => {
  const built = await build({
    ...{ configFile: false, logLevel: "silent" },
    build: {
      ...{ write: false, minify: true, target: "es2023" },
      lib: { entry: join(import.meta.dirname, "index.ts"), formats: ["es"], fileName: "sdk" },
    },
  });
  const outputs = Array.isArray(built) ? built : [built];
  code = outputs
    .flatMap((one) => ("output" in one ? one.output : []))
    .map((chunk) => (chunk.type === "chunk" ? chunk.code : ""))
    .join("");
});

test("the SDK for browsers is smaller than 10 KB, minified and compressed", () => {
  expect(code).toContain("Idempotency-Key");
  expect(gzipSync(code).length).toBeLessThan(MOST_BYTES);
});

test("it imports nothing", () => {
  expect(code).not.toMatch(/\bimport\b|\brequire\(/);
});
