import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sharp } from "../../shared/media/picture/sharp.ts";
import type { Check, CorpusFile, Outcome, QualityCheck } from "./check.ts";
import { answersOf, handled, type ImageOutcome, noted } from "./image/outcomes.ts";

/** One entry of image/pillow.json, where the fields are described. */
interface Reference {
  readonly width: number;
  readonly height: number;
  readonly grid: string;
  readonly pngBytes?: number;
  readonly sha256?: string;
}

interface Compared {
  readonly file: string;
  readonly bytes: number;
  readonly hasAlpha: boolean;
  readonly reference: Reference;
  readonly sizeRight: boolean;
  /** 256 gray values each. */
  readonly maxDifference: number;
  readonly same: boolean;
}

const GRID = 16;
/** Smallest size for a comparison: a smaller PNG is mostly header. */
const SMALL_PNG = 1000;

/** Compares with Pillow: gray values, sizes after EXIF orientation, bytes of the PNG, formats, alpha, 16 bits, pages. */
export const check: QualityCheck = {
  task: "image",
  folder: "images",
  jobs: (files) => [
    { options: {}, files },
    {
      options: { format: "webp", pages: "all" },
      files: files.filter(({ entry }) => entry.class === "animated"),
    },
  ],
  score: async (jobs, outcomes, corpus) => {
    const answers = answersOf(jobs, outcomes);
    const { files } = readJson<{ files: Record<string, Reference> }>(
      join(import.meta.dirname, "image/pillow.json"),
    );
    const expected = readJson<{ files: Record<string, Expected> }>(join(corpus, "expected.json"));
    const single = answers.filter(({ job }) => job === 0);
    const facts = factsOf(single, expected.files);
    const animated = factsOf(
      answers.filter(({ job }) => job === 1),
      expected.files,
    );
    const compared = await compareAll(single, files);
    return [
      handled(answers, ({ file }) =>
        BOMBS.includes(String(file.entry.class)) ? "too_large" : "corrupt_file",
      ),
      ...grayMeasures(compared),
      pngMeasure(compared),
      kept("alpha kept", facts, ({ info, want }) => want.hasAlpha !== true || info.has_alpha === true),
      kept("16 bits kept", facts, ({ info, want }) => !isDeep(want) || info.bits === 16),
      kept(
        "pages counted",
        facts,
        ({ info, want }) => want.frames === undefined || info.pages === want.frames,
      ),
      kept("frames kept by pages: all", animated, ({ info, want }) => info.pages_kept === want.frames),
    ];
  },
};

/** Classes of files that are sound and would take endless work: an estimate refuses them. */
const BOMBS: readonly string[] = ["bomb", "svg-hostile"];

type Done = Extract<Outcome, { ok: true }>;

interface Expected {
  readonly mode?: string;
  readonly frames?: number;
  readonly hasAlpha?: boolean;
}

interface Fact {
  readonly info: Readonly<Record<string, unknown>>;
  readonly want: Expected;
}

interface NamedFact extends Fact {
  readonly file: string;
}

function factsOf(
  answers: readonly ImageOutcome[],
  expected: Readonly<Record<string, Expected>>,
): NamedFact[] {
  return answers.flatMap(({ file, outcome }) => {
    const want = expected[file.file];
    return outcome?.ok === true && want !== undefined
      ? [{ file: file.file, info: outcome.info ?? {}, want }]
      : [];
  });
}

async function compareAll(answers: readonly ImageOutcome[], references: Readonly<Record<string, Reference>>) {
  const compared: Compared[] = [];
  for (const { file, outcome } of answers) {
    const reference = references[file.file];
    // Where a strict reader may refuse a file, two readers may also see different pictures.
    if (reference !== undefined && outcome?.ok === true && file.expect === "ok")
      compared.push(await compare(file, outcome, reference));
  }
  return compared;
}

async function compare(
  { file }: CorpusFile,
  { body, info: told }: Done,
  reference: Reference,
): Promise<Compared> {
  const { data, info } = await sharp(body)
    .toColourspace("srgb")
    .removeAlpha()
    .extractChannel(0)
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  const sizeRight = width === reference.width && height === reference.height;
  const same = createHash("sha256").update(data).digest("hex") === reference.sha256;
  const differences = Array.from({ length: GRID * GRID }, (_, place) => {
    const known = reference.grid.slice(place * 2, place * 2 + 2);
    const x = Math.floor((((place % GRID) + 0.5) * width) / GRID);
    const y = Math.floor(((Math.floor(place / GRID) + 0.5) * height) / GRID);
    return known === "--" ? 0 : Math.abs(Number.parseInt(known, 16) - (data[y * width + x] ?? 0));
  });
  return {
    file,
    bytes: body.length,
    hasAlpha: told?.has_alpha === true,
    reference,
    sizeRight,
    same,
    maxDifference: sizeRight ? Math.max(...differences) : 255,
  };
}

function grayMeasures(compared: readonly Compared[]): Check[] {
  const turned = compared.filter(({ sizeRight }) => !sizeRight).map(({ file }) => file);
  const far = compared.filter(({ maxDifference }) => maxDifference > 1);
  const opaque = compared.filter(({ reference }) => reference.sha256 !== undefined);
  const same = opaque.filter((each) => each.same);
  const note = far.map(({ file, maxDifference }) => `${file}: ${maxDifference}`).join("; ");
  return [
    {
      name: "sizes after EXIF orientation",
      value: `${compared.length - turned.length} of ${compared.length}`,
      target: "all",
      met: turned.length === 0,
      ...noted(turned.join(", ")),
    },
    {
      name: "files with gray within 1 of Pillow's L",
      value: `${compared.length - far.length} of ${compared.length}`,
      target: "all",
      met: far.length === 0,
      ...noted(note),
    },
    {
      name: "opaque files with all pixels equal to Pillow's",
      value: `${same.length} of ${opaque.length}`,
      target: "told, not set",
      met: true,
      ...noted(
        opaque
          .filter((each) => !each.same)
          .map(({ file }) => file)
          .join(", "),
      ),
    },
  ];
}

function pngMeasure(compared: readonly Compared[]): Check {
  const ratios = compared.flatMap(({ file, bytes, hasAlpha, reference: { pngBytes = 0 } }) =>
    pngBytes >= SMALL_PNG && !hasAlpha ? [{ file, ratio: bytes / pngBytes }] : [],
  );
  const worst = ratios.reduce((most, each) => (each.ratio > most.ratio ? each : most), {
    file: "",
    ratio: 0,
  });
  const value = Math.round(worst.ratio * 1000) / 1000;
  return {
    name: "largest PNG against Pillow's default",
    value,
    target: "<= 1.03",
    met: value <= 1.03,
    note: `${worst.file}; ${ratios.length} opaque files of 1 KB and more`,
  };
}

function kept(name: string, facts: readonly NamedFact[], right: (fact: Fact) => boolean): Check {
  const wrong = facts.filter((fact) => !right(fact)).map(({ file }) => file);
  return {
    name,
    value: `${facts.length - wrong.length} of ${facts.length}`,
    target: "all",
    met: wrong.length === 0,
    ...noted(wrong.join(", ")),
  };
}

function isDeep({ mode }: Expected): boolean {
  return mode?.startsWith("I;16") === true;
}

function readJson<Value>(path: string): Value {
  return JSON.parse(readFileSync(path, "utf8"));
}
