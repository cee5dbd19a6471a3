/**
 * Node's options for a master; `npm run master` in package.json has the same. The young generation gets half its usual
 * size: garbage there is cheap to collect, and every megabyte of it is resident.
 */
export const MASTER_OPTIONS: readonly string[] = ["--max-semi-space-size=8"];
