import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DCLinter } from "dclint";
import { validate as validateDockerfile } from "dockerfile-utils";
import { parse as parsePlist } from "plist";
import { parseAllDocuments } from "yaml";
import { z } from "zod";

/** Checks the files of `deploy/` by the schemas of their tools, and fails with a sentence for each fault (`npm run check:deploy`). */
const DEPLOY = join(import.meta.dirname, "../deploy");

const CHECKS: readonly (readonly [RegExp, (name: string) => readonly string[]])[] = [
  [/^Dockerfile$/, dockerfileFaults],
  [/^compose.*\.yaml$/, composeFaults],
  [/^kubernetes\.yaml$/, kubernetesFaults],
  [/\.service$/, unitFaults],
  [/\.plist$/, plistFaults],
  [/^nginx\.conf$/, nginxFaults],
];

function main(): void {
  const names = readdirSync(DEPLOY);
  const faults = CHECKS.flatMap(([pattern, find]) => {
    const checked = names.filter((name) => pattern.test(name));
    if (checked.length === 0) return [`deploy/ has no file ${pattern}`];
    return checked.flatMap((name) => find(name).map((fault) => `deploy/${name}: ${fault}`));
  });
  for (const fault of faults) console.error(fault);
  process.exitCode = faults.length > 0 ? 1 : 0;
}

function text(name: string): string {
  return readFileSync(join(DEPLOY, name), "utf8");
}

function dockerfileFaults(name: string): string[] {
  return validateDockerfile(text(name)).map(
    ({ range, message }) => `line ${range.start.line + 1}: ${message}`,
  );
}

interface LintedFile {
  readonly messages: readonly { readonly rule: string; readonly line: number; readonly message: string }[];
}

function composeFaults(name: string): string[] {
  // Of the linter only what the schema of Compose says, not its rules of style.
  const rules = new DCLinter({ rules: {}, quiet: true, debug: false, exclude: [] });
  const results: readonly LintedFile[] = rules.lintFiles([join(DEPLOY, name)], false);
  const ofSchema = new Set(["invalid-schema", "invalid-yaml"]);
  return results
    .flatMap(({ messages }) => messages)
    .filter(({ rule }) => ofSchema.has(rule))
    .map(({ line, message }) => `line ${line}: ${message}`);
}

const kubernetesObject = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }),
});

const load = createRequire(import.meta.url);

function kubernetesFaults(name: string): string[] {
  return parseAllDocuments(text(name)).flatMap((document) => {
    const object = kubernetesObject.parse(document.toJS());
    const { apiVersion, kind } = object;
    // Groups without a dot stand in the package as they are, the others under their full names.
    const models: Record<string, KubernetesModel> = load(`kubernetes-models/${apiVersion}/${kind}`);
    try {
      const Model = models[kind];
      if (Model === undefined) return [`there is no kind ${kind} in ${apiVersion}`];
      new Model(object).validate();
      return [];
    } catch (error) {
      return [`${kind} ${object.metadata.name}: ${String(error)}`];
    }
  });
}

type KubernetesModel = new (object: object) => { validate(): void };

/** Nothing where systemd is missing. Its programs need not be installed. */
function unitFaults(name: string): string[] {
  const content = text(name).replace(/^(ExecStart=)\S+/m, `$1${process.execPath}`);
  const argumentsFor = (file: string) => ["verify", file];
  return toolFaults("/usr/bin/systemd-analyze", { name, content, argumentsFor });
}

/** Nothing where nginx is missing. The names of the masters are none here. */
function nginxFaults(name: string): string[] {
  const content = text(name).replaceAll(/master-\d/g, "127.0.0.1");
  const argumentsFor = (file: string) => ["-t", "-q", "-c", file, "-g", "pid /dev/null;"];
  return toolFaults("/usr/sbin/nginx", { name, content, argumentsFor });
}

const launchdJob = z.strictObject({
  Label: z.string(),
  ProgramArguments: z.array(z.string()).min(1),
  EnvironmentVariables: z.record(z.string(), z.string()),
  UserName: z.string(),
  RunAtLoad: z.boolean(),
  KeepAlive: z.union([z.boolean(), z.strictObject({ SuccessfulExit: z.boolean() })]),
  ExitTimeOut: z.number().int(),
  ProcessType: z.enum(["Background", "Standard", "Adaptive", "Interactive"]),
  LowPriorityIO: z.boolean(),
  SoftResourceLimits: z.strictObject({ NumberOfFiles: z.number().int() }),
  StandardErrorPath: z.string(),
});

/** Keys and types of launchd.plist(5) that are used. */
function plistFaults(name: string): string[] {
  const { error, data } = launchdJob.safeParse(parsePlist(text(name)));
  if (error !== undefined) return [z.prettifyError(error)];
  return name === `${data.Label}.plist` ? [] : [`the label is ${data.Label}`];
}

interface ToolRun {
  readonly name: string;
  readonly content: string;
  readonly argumentsFor: (file: string) => string[];
}

function toolFaults(program: string, { name, content, argumentsFor }: ToolRun): string[] {
  if (!existsSync(program)) {
    console.log(`deploy/${name} is not checked: ${program} is not installed`);
    return [];
  }
  const folder = mkdtempSync(join(tmpdir(), "deploy-"));
  try {
    const file = join(folder, name);
    writeFileSync(file, content);
    const { status, stderr } = spawnSync(program, argumentsFor(file), { encoding: "utf8" });
    // systemd ends with 0 in spite of settings that it does not know.
    const told = stderr.split("\n").filter((line) => line.includes(name));
    return status === 0 || told.length > 0 ? told : [stderr];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

main();
