import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { taskNamed } from "../../shared/tasks/registry.ts";
import type { JsonObject } from "../../shared/tasks/task.ts";
import type { NamedBody } from "../../tests/e2e/fleet.ts";
import type { Random } from "./random.ts";

const EXAMPLES = join(import.meta.dirname, "../../examples/files");

/** A job that is sent again and again; its outcome must be that of the run without faults. */
export interface Recipe {
  readonly id: number;
  readonly task: string;
  readonly field: string;
  readonly files: readonly NamedBody[];
  readonly options: JsonObject;
}

interface Ingredients {
  readonly task: string;
  readonly names: readonly string[];
  /** Most files drawn from `names`; 6 unless said. */
  readonly most?: number;
  /** A file that every job has beside them. */
  readonly always?: string;
  /** Weights by which tasks are drawn. */
  readonly weight: number;
}

const INGREDIENTS: readonly Ingredients[] = [
  { task: "image", names: ["sunset.jpg", "badge.png", "receipt.jpg", "minutes.png"], weight: 3 },
  {
    task: "text",
    names: ["review.txt", "letter-latin1.txt", "note-garden.txt", "note-harbour.txt"],
    weight: 3,
  },
  { task: "embedding", names: ["note-garden.txt", "note-kitchen.txt", "note-harbour.txt"], weight: 2 },
  { task: "ocr", names: ["minutes.png", "receipt.jpg"], weight: 3 },
  { task: "audio", names: ["melody.wav", "sweep-and-noise-24bit.wav"], weight: 2 },
  { task: "document", names: ["minutes.docx", "page.pdf", "scan.pdf"], weight: 2 },
  {
    task: "mean",
    names: ["temperatures-monday.txt", "temperatures-tuesday.txt", "temperatures-wednesday.txt"],
    weight: 2,
  },
  { task: "train", names: ["apples.csv"], most: 3, weight: 2 },
  { task: "predict", names: ["apples-new.csv", "apples.csv"], always: "apples_model.json", weight: 2 },
  { task: "function", names: ["orders.json"], most: 3, weight: 2 },
];

/** Every task at least once, then drawn by weight; a file in ten is damaged on purpose and must fail with its code. */
export async function makeRecipes(random: Random, count: number): Promise<Recipe[]> {
  const drawn = INGREDIENTS.flatMap((one) => Array.from({ length: one.weight }, () => one));
  const recipes: Recipe[] = [];
  for (let id = 0; id < count; id += 1) {
    const ingredients = INGREDIENTS[id] ?? random.pick(drawn);
    recipes.push(await makeRecipe(random, ingredients, id));
  }
  return recipes;
}

async function makeRecipe(random: Random, ingredients: Ingredients, id: number): Promise<Recipe> {
  const { task, names, most = 6, always } = ingredients;
  const count = task === "mean" ? 3 + random.below(10) : 1 + random.below(most);
  const files: NamedBody[] = [];
  for (let place = 0; place < count; place += 1) files.push(await makeFile(random, names, place));
  if (always !== undefined) files.push({ name: always, body: await readFile(join(EXAMPLES, always)) });
  const { field, sampleOptions: options = {} } = taskNamed(task);
  return { id, task, field, files, options };
}

async function makeFile(random: Random, names: readonly string[], place: number): Promise<NamedBody> {
  const source = random.pick(names);
  const body = await readFile(join(EXAMPLES, source));
  const name = `${place}-${source}`;
  // Empty files are invalid for every task and cost nothing.
  return random.chance(0.1) ? { name: `broken-${name}`, body: Buffer.alloc(0) } : { name, body };
}

/** A page for OCR that keeps a slot busy for a while, under a new name each time. */
export async function pages(prefix: string, count: number): Promise<NamedBody[]> {
  const body = await readFile(join(EXAMPLES, "minutes.png"));
  return Array.from({ length: count }, (_, n) => ({ name: `${prefix}-${n}.png`, body }));
}
