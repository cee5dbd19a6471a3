import { openAsBlob } from "node:fs";
import { writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { layout } from "./jsonLayout.ts";

/**
 * Asks a master each question of its API and writes the real answers into docs/api-examples.md:
 *
 *   npm run docs:api -- http://127.0.0.1:5000
 *
 * The master must be a new one without a token, with one slave.
 */

const ROOT = join(import.meta.dirname, "..");
const SAMPLES = "examples/files";
const MASTER = (process.argv[2] ?? "http://127.0.0.1:5000").replace(/\/$/, "");

const sections: string[] = [];

interface Question {
  /** Route as in the API's description: `GET /jobs/{id}`. */
  readonly route: string;
  readonly says: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: object;
  readonly form?: Readonly<Record<string, readonly string[]>>;
  /** Members of lists that are shown; default: all. */
  readonly most?: number;
}

/** Asks, writes the command and the answer into the page, and gives the answer as text. */
async function ask(question: Question): Promise<string> {
  const { route, says, path, headers = {}, json } = question;
  const [method = "GET"] = route.split(" ");
  const form = await formOf(question);
  const body = form ?? (json === undefined ? null : JSON.stringify(json));
  const type = json === undefined ? {} : { "content-type": "application/json" };
  const answer = await fetch(MASTER + path, { method, headers: { ...headers, ...type }, body });
  const text = await answer.text();
  const shown = shownBody(text, question);
  sections.push(`## ${route}\n\n${says}\n\n${curlOf(question)}\n\n\`${answer.status}\`\n\n${shown}`);
  return text;
}

async function formOf({ form }: Question): Promise<FormData | undefined> {
  if (form === undefined) return undefined;
  const data = new FormData();
  for (const [field, values] of Object.entries(form))
    for (const value of values) {
      if (value.startsWith("@"))
        data.append(field, await openAsBlob(join(ROOT, value.slice(1))), basename(value));
      else data.append(field, value);
    }
  return data;
}

function curlOf({ route, path, headers = {}, json, form = {} }: Question): string {
  const [method = "GET"] = route.split(" ");
  const isImplied = method === "GET" || Object.keys(form).length > 0;
  const parts = [
    ...(isImplied ? [] : [`-X ${method}`]),
    ...Object.entries(headers).map(([name, value]) => `-H '${name}: ${value}'`),
    ...(json === undefined ? [] : ["-H 'Content-Type: application/json'", `-d '${JSON.stringify(json)}'`]),
    ...Object.entries(form).flatMap(([field, values]) => values.map((value) => `-F ${field}=${value}`)),
  ];
  return `    curl ${[...parts, `'$MASTER${path}'`.replaceAll("'", /[?&]/.test(path) ? '"' : "")].join(" ")}`;
}

function shownBody(text: string, { most = Number.POSITIVE_INFINITY }: Question): string {
  if (!text.startsWith("{")) return `\`\`\`text\n${text.trim()}\n\`\`\``;
  const lines = text
    .trim()
    .split("\n")
    .map((line) => layout(cut(JSON.parse(line), most)));
  return lines.map((line) => `\`\`\`json\n${line}\n\`\`\``).join("\n\n");
}

/** Shortens the lists of an answer, not those inside their members. */
function cut(answer: object, most: number): object {
  const shortened = Object.entries(answer).map(([key, member]) => [
    key,
    Array.isArray(member) ? member.slice(0, most) : member,
  ]);
  return Object.fromEntries(shortened);
}

const text = { task_type: ["text"], texts: [`@${SAMPLES}/review.txt`] };

async function askAll(): Promise<void> {
  const answer = await ask({
    route: "POST /assign_task",
    says: "Two files, of which one is no image. The request waits.",
    path: "/assign_task",
    form: { task_type: ["image"], images: [`@${SAMPLES}/sunset.jpg`, `@${SAMPLES}/review.txt`] },
  });
  const { id: partial } = JSON.parse(answer) as { id: string };
  const accepted = await ask({
    route: "POST /assign_task",
    says: "The same way for a text, without waiting.",
    path: "/assign_task",
    headers: { Prefer: "respond-async" },
    form: text,
  });
  const { id } = JSON.parse(accepted) as { id: string };
  await fetch(`${MASTER}/jobs/${id}?wait=60`);
  await ask({
    route: "POST /assign_task",
    says: "A line for each event.",
    path: "/assign_task",
    headers: { Accept: "application/x-ndjson" },
    form: text,
  });
  await ask({ route: "GET /jobs", says: "The newest job.", path: "/jobs?limit=1" });
  await ask({ route: "GET /jobs/{id}", says: "One job with its files.", path: `/jobs/${id}?wait=60` });
  await ask({ route: "GET /jobs/{id}/results", says: "Its results.", path: `/jobs/${id}/results` });
  await ask({
    route: "GET /jobs/{id}/events",
    says: "Its events, from the beginning.",
    path: `/jobs/${id}/events`,
  });
  await ask({
    route: "POST /jobs/{id}/retry",
    says: "The file of the first job that failed, once more.",
    path: `/jobs/${partial}/retry`,
    json: {},
  });
  for (const [route, says] of [
    ["POST /jobs/retry", "Again, for all jobs that match; one of them was retried by hand only."],
    ["POST /jobs/cancel", "Jobs that have ended are named."],
    ["POST /jobs/delete", "Jobs that match and have ended are removed."],
  ] as const)
    await ask({ route, says, path: route.slice("POST ".length), json: { q: `state:partial ${partial}` } });
  await ask({ route: "DELETE /jobs/{id}", says: "All of it is removed.", path: `/jobs/${id}?purge=true` });
  await askAboutFleet();
}

async function askAboutFleet(): Promise<void> {
  const slaves = await ask({ route: "GET /slaves", says: "The slaves.", path: "/slaves" });
  const { slaves: listed } = JSON.parse(slaves) as { slaves: { id: string }[] };
  await ask({ route: "GET /slaves/{id}", says: "One of them.", path: `/slaves/${listed[0]?.id}` });
  await ask({
    route: "GET /slaves/{id}/speed",
    says: "How fast it was at each task in the last hour.",
    path: `/slaves/${listed[0]?.id}/speed`,
  });
  const started = await ask({
    route: "POST /slaves",
    says: "One more on the master's machine.",
    path: "/slaves",
    json: { count: 1, slots: 1 },
  });
  const { slaves: local } = JSON.parse(started) as { slaves: { id: string }[] };
  await ask({
    route: "DELETE /slaves/{id}",
    says: "It finishes its files, and ends.",
    path: `/slaves/${local[0]?.id}`,
  });
  await ask({ route: "GET /tasks", says: "The tasks; here one of them.", path: "/tasks", most: 1 });
  await ask({
    route: "GET /results/by-input/{sha256}",
    says: "The results that are on record for a file, by the digest of its bytes; here none, so that the file needs to be sent.",
    path: "/results/by-input/ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad?task=text",
  });
  await ask({ route: "GET /stats", says: "Numbers of now.", path: "/stats" });
  await ask({ route: "GET /capacity", says: "Free slots, and the work that waits.", path: "/capacity" });
  await ask({
    route: "GET /timeline",
    says: "Which slot worked on what, and when; here as wide as 20 pixels.",
    path: "/timeline?width=20",
    most: 2,
  });
  await ask({ route: "GET /version", says: "Which version runs, and since when.", path: "/version" });
  await ask({ route: "GET /session", says: "Whether a token is asked for.", path: "/session" });
  await ask({ route: "GET /livez", says: "The process answers.", path: "/livez" });
  await ask({ route: "GET /healthz", says: "The process answers.", path: "/healthz" });
  await ask({ route: "GET /readyz", says: "A slave can be given work.", path: "/readyz" });
  await ask({
    route: "POST /assign_task",
    says: "An error.",
    path: "/assign_task",
    form: { ...text, task_type: ["video"] },
  });
}

await askAll();
await writeFile(
  join(ROOT, "docs/api-examples.md"),
  `# Answers of the HTTP API

A real answer to each call of [api.md](api.md), asked in this order. \`npm run docs:api\` writes this page. \`$MASTER\` is the
address of the master; where a token is set, add \`-H "Authorization: Bearer $CLIENT_TOKEN"\`.

${sections.join("\n\n")}
`,
);
