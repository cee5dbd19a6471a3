import { readFile, writeFile } from "node:fs/promises";

/**
 * Adds to package-lock.json the optional packages of other platforms that npm left out because the machine
 * that wrote the lock could not see them; `npm ci` refuses a lock without them. They have no digest of their own
 * and are fetched only on the platform that they are named for.
 */

interface Locked {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const OS = [
  "aix",
  "android",
  "darwin",
  "freebsd",
  "linux",
  "netbsd",
  "openbsd",
  "openharmony",
  "sunos",
  "win32",
];
const CPU = ["arm64", "arm", "ia32", "loong64", "mips64el", "ppc64", "riscv64", "s390x", "x64"];

const lock = JSON.parse(await readFile("package-lock.json", "utf8")) as { packages: Record<string, Locked> };
let added = 0;
for (const { dev, optionalDependencies } of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(optionalDependencies ?? {})) {
    const path = `node_modules/${name}`;
    const platform = platformOf(name);
    if (lock.packages[path] !== undefined || platform === undefined || !/^\d/.test(version)) continue;
    lock.packages[path] = {
      version,
      ...platform,
      ...(dev === true ? { dev } : {}),
      optional: true,
    } as Locked;
    added += 1;
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
await writeFile("package-lock.json", `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${added} packages of other platforms added to package-lock.json`);

interface Platform {
  readonly os: readonly string[];
  readonly cpu: readonly string[];
  readonly libc?: readonly string[];
}

function platformOf(name: string): Platform | undefined {
  const words = name.split(/[/-]/);
  const os = OS.find((known) => words.includes(known));
  const cpu = CPU.find((known) => words.includes(known));
  if (os === undefined || cpu === undefined) return undefined;
  const musl = /musl/.test(name) ? { libc: ["musl"] } : {};
  return { os: [os], cpu: [cpu], ...musl };
}
