import { randomBytes } from "node:crypto";
import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";
import { ConfigError, isErrno } from "../../shared/errors.ts";
import { UsageError } from "../exit.ts";

const profile = z.object({
  master: z.string(),
  token: z.string().exactOptional(),
});

const profileFile = z.object({
  current: z.string().exactOptional(),
  profiles: z.record(z.string(), profile),
});

/** A master, with the token for it. */
export type Profile = z.infer<typeof profile>;
/** The profiles of a user, and the name of the one in use. */
export type ProfileFile = z.infer<typeof profileFile>;

/** @throws ConfigError when the file is not what this program writes */
export async function readProfiles(path: string): Promise<ProfileFile> {
  try {
    return profileFile.parse(JSON.parse(await readFile(path, "utf8")));
  } catch (error) {
    if (isErrno(error, "ENOENT")) return { profiles: {} };
    if (error instanceof SyntaxError || error instanceof z.ZodError)
      throw new ConfigError(`${path} is no file of profiles: mend or remove it.`);
    throw new ConfigError(`The profiles in ${path} cannot be read (${codeOf(error)}).`);
  }
}

/** Replaces the file whole. Only this user can read it: it holds tokens. @throws ConfigError */
export async function writeProfiles(path: string, profiles: ProfileFile): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString("hex")}.part`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const file = await open(temporary, "wx", 0o600);
    try {
      await file.writeFile(`${JSON.stringify(profiles, undefined, 2)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw new ConfigError(`Profiles cannot be kept in ${path} (${codeOf(error)}).`);
  }
}

/** @throws UsageError that lists the profiles there are */
export function profileNamed({ profiles }: ProfileFile, name: string): Profile {
  const found = Object.hasOwn(profiles, name) ? profiles[name] : undefined;
  if (found !== undefined) return found;
  throw new UsageError(`There is no profile ${name}.`, { valid_values: Object.keys(profiles) });
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}
