import { access, constants, readdir, statfs } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { isErrno } from "../../shared/errors.ts";
import { bytesInWords } from "../output/words.ts";
import { type DoctorFinding, ok, problem, warning } from "./finding.ts";

/** Oldest version of Node.js that is supported: `engines` of package.json. */
const OLDEST_NODE = [20, 19] as const;

export function nodeVersion(version: string): DoctorFinding {
  const [major = 0, minor = 0] = version.replace(/^v/, "").split(".").map(Number);
  const isOld = major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1]);
  if (!isOld) return ok("node", `Node.js ${version}`);
  return problem(
    "node",
    `Node.js ${version} is too old.`,
    `Install Node.js ${OLDEST_NODE.join(".")} or newer.`,
  );
}

export interface FolderQuestion {
  readonly check: string;
  readonly folder: string;
  /** Variable that sets the folder. */
  readonly variable: string;
  /** Room that uploads leave free. */
  readonly minFreeBytes: number;
}

/** Times of the least free room below which a disk is soon full. */
const NEARLY = 4;

/** Rights and room of a folder, which need not exist yet. Nothing is made or written. */
export async function folderState({
  check,
  folder,
  variable,
  minFreeBytes,
}: FolderQuestion): Promise<DoctorFinding> {
  const path = resolve(folder);
  const existing = await nearestFolder(path);
  try {
    await access(existing, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch {
    const where =
      existing === path ? path : `${path} (not there yet, and ${existing} does not let it be made)`;
    return problem(
      check,
      `This user cannot write to ${where}.`,
      `Change its rights, or set ${variable} to another folder.`,
    );
  }
  const { bavail, bsize } = await statfs(existing);
  const free = bavail * bsize;
  const text = `${path}, ${bytesInWords(free)} free`;
  const remedy = `Make room, or set ${variable} to a folder on another disk.`;
  if (free < minFreeBytes)
    return problem(check, `${text}: less than MIN_FREE_BYTES, so uploads get 507.`, remedy);
  return free < NEARLY * minFreeBytes ? warning(check, `${text}: nearly full.`, remedy) : ok(check, text);
}

/** The folder itself, or the nearest one above it that exists. */
async function nearestFolder(path: string): Promise<string> {
  for (let folder = path; ; folder = dirname(folder)) {
    try {
      await access(folder);
      return folder;
    } catch (error) {
      if (!isErrno(error, "ENOENT") || folder === dirname(folder)) return folder;
    }
  }
}

/** Languages whose data is installed here, for slaves that run from this installation. */
export async function ocrLanguages(): Promise<DoctorFinding> {
  const check = "ocr languages";
  try {
    const english = createRequire(import.meta.url).resolve("@tesseract.js-data/eng/package.json");
    const codes = await readdir(join(dirname(english), ".."));
    const more = "another one: npm install --no-save @tesseract.js-data/<code>";
    return ok(check, `${codes.sort().join(" ")} (of slaves that run from this installation; ${more})`);
  } catch {
    const remedy = "Run npm ci, or install @tesseract.js-data/eng.";
    return problem(check, "No language is installed here.", remedy);
  }
}
