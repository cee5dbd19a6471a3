import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{shared,master,slave,cli,tests}/**/*.test.ts"],
    // End-to-end tests start real processes; this is a ceiling against hanging, not a measure of speed.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 30_000 } },
    pool: "forks",
    maxWorkers: 2,
    // openapi-typescript works with the compiler's API of TypeScript 5, which 7 does not have.
    alias: { typescript: "typescript-5" },
    server: { deps: { inline: ["openapi-typescript"] } },
  },
});
