import { readdir, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { FileError, isErrno } from "../../errors.ts";

/** Value of the option `languages` that asks for the language of each page. */
export const AUTO = "auto";
/** Folder inside each package: the most accurate models, in integers. */
const VARIANT = "4.0.0_best_int";
const PACKAGES = "@tesseract.js-data";
const require = createRequire(import.meta.url);

/**
 * Finds a folder with the trained data of all languages of `codes` ("deu+eng"); links the data of several languages
 * into `folder`.
 * @throws FileError `missing_language`, which names the package to install.
 */
export async function languageFolder(codes: string, folder: string): Promise<string> {
  const languages = [...new Set(codes.split("+"))].map((code) => ({ code, source: folderOf(code) }));
  const [only, ...others] = languages;
  if (only !== undefined && others.length === 0) return only.source;
  for (const { code, source } of languages) {
    const name = `${code}.traineddata.gz`;
    await symlink(join(source, name), join(folder, name)).catch(unlessLinked);
  }
  return folder;
}

function folderOf(code: string): string {
  const name = `${PACKAGES}/${code}`;
  try {
    return join(dirname(require.resolve(`${name}/package.json`)), VARIANT);
  } catch (cause) {
    const text = `Language ${code} is not installed. Install the package ${name} on the slaves, or choose another language.`;
    throw new FileError("missing_language", text, { cause });
  }
}

/** Codes of the languages that are installed, in the order of the alphabet. */
export async function installedLanguages(): Promise<string[]> {
  const places = (require.resolve.paths(PACKAGES) ?? []).map((folder) => join(folder, PACKAGES));
  const found = await Promise.all(places.map((folder) => readdir(folder).catch(() => [])));
  return [...new Set(found.flat())].filter((code) => !NO_LANGUAGES.has(code) && isInstalled(code)).sort();
}

/** Data for the direction of pages and for formulas. */
const NO_LANGUAGES: ReadonlySet<string> = new Set(["osd", "equ"]);

function isInstalled(code: string): boolean {
  try {
    folderOf(code);
    return true;
  } catch {
    return false;
  }
}

function unlessLinked(error: unknown): void {
  if (!isErrno(error, "EEXIST")) throw error;
}
