import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import { MASTER_URL_FORMS, masterUrl } from "../../shared/http/masterAddress.ts";
import { printable } from "../../shared/printable.ts";
import type { CliContext } from "../context.ts";
import { UsageError } from "../exit.ts";
import { readSecret } from "../output/secret.ts";
import { type Column, tableLines } from "../output/table.ts";
import { type Profile, profileNamed, readProfiles, writeProfiles } from "../profiles/profiles.ts";
import { type ConnectionFlags, outputOption } from "./connection.ts";
import type { RunCommand } from "./runCommand.ts";
import { formatOf, printShown } from "./show.ts";

/** `profile add|list|remove|use` */
export function addProfile(program: Command, run: RunCommand): void {
  const command = program
    .command("profile")
    .description("keep the addresses and tokens of several masters under names");
  for (const add of [addAdd, addList, addUse, addRemove]) add(command, run);
}

interface AddFlags {
  readonly master: string;
  readonly tokenFile?: string;
  /** False by `--no-token`. */
  readonly token: boolean;
  readonly use?: boolean;
}

function addAdd(profile: Command, run: RunCommand): void {
  profile
    .command("add")
    .description("keep a master under a name; the token is asked for, or read from standard input")
    .argument("<name>", "letters, digits, . _ -", profileName)
    .requiredOption("--master <url>", MASTER_URL_FORMS)
    .option("--token-file <file>", "read the token from this file")
    .option("--no-token", "the master needs none")
    .option("--use", "use it from now on; the first profile is used anyway")
    .action((name: string, flags: AddFlags) => run((context) => add(name, flags, context)));
}

function addList(profile: Command, run: RunCommand): void {
  profile
    .command("list")
    .description("list the profiles, without their tokens")
    .addOption(outputOption())
    .option("--json", "as --output json")
    .action((flags: ConnectionFlags) => run((context) => list(flags, context)));
}

function addUse(profile: Command, run: RunCommand): void {
  profile
    .command("use")
    .description("use this profile where --profile, --master and MASTER_URL do not say another master")
    .argument("<name>")
    .action((name: string) =>
      run(async ({ config, terminal }) => {
        const file = await readProfiles(config.profilesFile);
        const { master } = profileNamed(file, name);
        await writeProfiles(config.profilesFile, { ...file, current: name });
        terminal.note(`profile ${printable(name)} is in use: ${printable(master)}`);
        return 0;
      }),
    );
}

function addRemove(profile: Command, run: RunCommand): void {
  profile
    .command("remove")
    .description("forget a profile and its token")
    .argument("<name>")
    .action((name: string) =>
      run(async ({ config, terminal }) => {
        const { current, profiles } = await readProfiles(config.profilesFile);
        profileNamed({ profiles }, name);
        const { [name]: _removed, ...others } = profiles;
        const kept = current === undefined || current === name ? {} : { current };
        await writeProfiles(config.profilesFile, { ...kept, profiles: others });
        terminal.note(`profile ${printable(name)} is removed`);
        return 0;
      }),
    );
}

async function add(name: string, flags: AddFlags, { config, terminal }: CliContext): Promise<number> {
  const master = masterUrl(flags.master);
  if (master === undefined)
    throw new UsageError(`${flags.master} is not the address of a master; needed: ${MASTER_URL_FORMS}.`);
  const file = await readProfiles(config.profilesFile);
  const token = await tokenOf(flags, () => readSecret(terminal, `Token for ${master} (empty: none): `));
  const profile: Profile = token === "" ? { master } : { master, token };
  const isUsed = flags.use === true || file.current === undefined;
  await writeProfiles(config.profilesFile, {
    ...file,
    ...(isUsed ? { current: name } : {}),
    profiles: { ...file.profiles, [name]: profile },
  });
  const how = token === "" ? "without a token" : "with its token";
  terminal.note(
    `profile ${name} is kept ${how} in ${printable(config.profilesFile)}${isUsed ? " and in use" : ""}`,
  );
  return 0;
}

async function tokenOf({ token, tokenFile }: AddFlags, asked: () => Promise<string>): Promise<string> {
  if (!token) return "";
  if (tokenFile === undefined) return await asked();
  try {
    return (await readFile(tokenFile, "utf8")).trim();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(`--token-file ${tokenFile} cannot be read (${code}).`);
  }
}

interface ProfileRow {
  readonly name: string;
  readonly master: string;
  readonly has_token: boolean;
  readonly in_use: boolean;
}

async function list(flags: ConnectionFlags, { config, terminal }: CliContext): Promise<number> {
  const { current, profiles } = await readProfiles(config.profilesFile);
  const rows = Object.entries(profiles).map(
    ([name, { master, token }]): ProfileRow => ({
      name,
      master,
      has_token: token !== undefined,
      in_use: name === current,
    }),
  );
  return printShown(
    {
      document: { profiles: rows },
      rows,
      fields: ["name", "master", "has_token", "in_use"],
      lines: ({ width }) => (rows.length === 0 ? ["No profiles yet."] : tableLines(COLUMNS, rows, width)),
    },
    { format: formatOf(flags), terminal },
  );
}

const COLUMNS: readonly Column<ProfileRow>[] = [
  { title: "PROFILE", value: ({ name, in_use }) => (in_use ? `${name} *` : name), keep: "whole" },
  { title: "MASTER", value: ({ master }) => master, keep: "whole" },
  { title: "TOKEN", value: ({ has_token }) => (has_token ? "yes" : "no") },
];

function profileName(raw: string): string {
  if (/^[\w][\w.-]{0,63}$/.test(raw)) return raw;
  throw new UsageError("The name of a profile has letters, digits and . _ - only, at most 64.");
}
