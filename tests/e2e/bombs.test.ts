import { afterAll, beforeAll, expect, test } from "vitest";
import type { FileView } from "../../shared/contract/jobs.ts";
import type { Bomb } from "../fixtures/bombs/bomb.ts";
import { markupBombs } from "../fixtures/bombs/markup.ts";
import { officeBombs } from "../fixtures/bombs/offices.ts";
import { packageBombs } from "../fixtures/bombs/packages.ts";
import { pdfBombs } from "../fixtures/bombs/pdfs.ts";
import { pictureBombs, svgBombs } from "../fixtures/bombs/pictures.ts";
import { soundBombs } from "../fixtures/bombs/sounds.ts";
import { textBombs } from "../fixtures/bombs/texts.ts";
import { fixture, multipart, type NamedBody, type RunningFleet, startFleet } from "./fleet.ts";

let fleet: RunningFleet;

beforeAll(async () => {
  fleet = await startFleet();
  await fleet.slave({ SLAVE_SLOTS: "2" });
  await fleet.alive(1);
}, 60_000);

afterAll(() => fleet?.stop());

interface Good {
  readonly field: string;
  readonly file: NamedBody;
}

const GOOD = {
  image: () => good("images", "ocr/small-print.png"),
  audio: () => good("audio_files", "audio/tagged.wav"),
  text: async () => ({ field: "texts", file: { name: "good.txt", body: Buffer.from("A fine day.") } }),
  document: () => good("documents", "document/three-pages.pdf"),
  mean: async () => ({ field: "numbers", file: { name: "good.txt", body: Buffer.from("1\n2\n") } }),
} satisfies Record<string, () => Promise<Good>>;
type Task = keyof typeof GOOD;

/** Options with which more of a file is read. */
const OPTIONS: Partial<Record<Task, object>> = { document: { attachments: "read", archives: "read" } };

const BOMBS: readonly Bomb[] = [
  ...[...pictureBombs(), ...svgBombs(), ...soundBombs(), ...textBombs(), ...pdfBombs(), ...packageBombs()],
  ...[...officeBombs(), ...markupBombs()],
];
/** Bombs that only a time limit ends. */
const endless = BOMBS.filter(({ ends }) => ends.includes("timed_out"));
/** Bombs that are refused or do no harm. */
const quick = BOMBS.filter((bomb) => !endless.includes(bomb));

test.each(Object.keys(GOOD) as Task[])(
  "bombs of the task %s are files with a code, and harm no file beside them",
  async (task) => {
    const bombs = quick.filter((bomb) => bomb.task === task);
    const files = await send(task, bombs, {});
    const wrong = files.slice(1).filter((file, place) => !bombs[place]?.ends.includes(endOf(file)));
    expect(wrong.map((file) => [file.filename, endOf(file), file.error])).toEqual([]);
    expect(files[0]?.state).toBe("done");
    // No child was ended for them: each file was refused or read.
    expect(files.filter(({ attempts }) => attempts !== 1)).toEqual([]);
  },
  600_000,
);

test("the time limit ends endless work, and charges its file by name", async () => {
  const files = await send("document", endless, { running: 10 });
  expect(files.slice(1).map((file) => endOf(file))).toEqual(endless.map(() => "timed_out"));
  expect(files[0]?.state).toBe("done");
}, 120_000);

async function good(field: string, path: string): Promise<Good> {
  return { field, file: { name: `good-${path.split("/").at(-1)}`, body: await fixture(path) } };
}

/** The good file is the first of them. */
async function send(task: Task, bombs: readonly Bomb[], budgets: object): Promise<readonly FileView[]> {
  const { field, file } = await GOOD[task]();
  const body = multipart([file, ...bombs], { task, field, options: OPTIONS[task] ?? {} });
  body.append("budgets", JSON.stringify(budgets));
  const answer = await fetch(`${fleet.master.url}/assign_task`, { method: "POST", body });
  return ((await answer.json()) as { files: FileView[] }).files;
}

function endOf({ state, code = "no code" }: FileView): string {
  return state === "done" ? state : code;
}
