import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { listVariables } from "../../scripts/configDocs.ts";

const ROOT = join(import.meta.dirname, "../..");
const DEPLOY = join(ROOT, "deploy");
const KNOWN = new Set(listVariables().map(({ variable }) => variable.name));
/** Variables of Node, and of the servers that stand beside the programs. */
const OF_OTHERS = /^(?:NODE_ENV|POSTGRES_|ROOT_|AWS_)/;

const text = (name: string) => readFile(join(DEPLOY, name), "utf8");

/** Names of the variables that a file of `deploy/` sets; comments that show a setting count. */
const VARIABLES_OF: Readonly<Record<string, (content: string) => string[]>> = {
  env: (content) => all(content, /^#?([A-Z_]+)=/gm),
  service: (content) => all(content, /^Environment=(.*)$/gm).flatMap((line) => all(line, /([A-Z_]+)=/g)),
  yaml: (content) => [...all(content, /- name: ([A-Z_]+)$/gm), ...all(content, /^ +([A-Z][A-Z_]+):/gm)],
  Dockerfile: (content) => all(content, /^ *(?:ENV )?([A-Z_]+)=\S+/gm),
};

test("every variable that a file of deploy/ sets exists, and the settings of both programs are found", async () => {
  const set = new Set<string>();
  for (const name of await readdir(DEPLOY)) {
    const find = VARIABLES_OF[name.split(".").at(-1) ?? ""];
    for (const variable of find?.(await text(name)) ?? []) set.add(variable);
  }
  expect([...set].filter((name) => !KNOWN.has(name) && !OF_OTHERS.test(name))).toEqual([]);
  expect([...set]).toEqual(
    expect.arrayContaining(["MASTER_URL", "SLAVE_HOST", "DATA_DIR", "TLS_CA", "NODE_ENV"]),
  );
});

test("each YAML file of deploy/ can be parsed, and names services or objects", async () => {
  const names = (await readdir(DEPLOY)).filter((name) => name.endsWith(".yaml"));
  expect(names.length).toBeGreaterThan(0);
  for (const name of names) {
    const documents = parseAllDocuments(await text(name));
    for (const document of documents) {
      expect(document.errors, name).toEqual([]);
      expect(Object.keys(document.toJS() as object).length, name).toBeGreaterThan(0);
    }
  }
});

function all(content: string, pattern: RegExp): string[] {
  return [...content.matchAll(pattern)].map((match) => match[1] ?? "");
}
