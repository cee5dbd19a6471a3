/**
 * What Node is started with for a master; `npm run master` in package.json says the same. A young generation of
 * half its usual size: garbage there is cheap to collect, and every megabyte of it is resident.
 */
export const MASTER_OPTIONS: readonly string[] = ["--max-semi-space-size=8"];
