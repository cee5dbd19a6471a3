import { MODELS } from "./models.ts";

/** Costs of the letters of a language, each after another one, in half nats: -2 ln of its share. */
export interface LetterModel {
  readonly language: string;
  readonly script: Script;
  /** Number of letters, with the space for everything that is no letter, which has the index 0. */
  readonly size: number;
  readonly indexOf: ReadonlyMap<string, number>;
  /** The cost of letter `b` after letter `a` is at `a * size + b`. */
  readonly costs: Uint8Array;
}

export type Script = "latin" | "cyrillic" | "greek" | "hebrew" | "arabic" | "thai" | "armenian" | "georgian";

const SCRIPTS: readonly (readonly [Script, RegExp])[] = [
  ["latin", /\p{Script=Latin}/u],
  ["cyrillic", /\p{Script=Cyrillic}/u],
  ["greek", /\p{Script=Greek}/u],
  ["hebrew", /\p{Script=Hebrew}/u],
  ["arabic", /\p{Script=Arabic}/u],
  ["thai", /\p{Script=Thai}/u],
  ["armenian", /\p{Script=Armenian}/u],
  ["georgian", /\p{Script=Georgian}/u],
];

export function scriptOf(letter: string): Script | undefined {
  return SCRIPTS.find(([, letters]) => letters.test(letter))?.[0];
}

let models: readonly LetterModel[] | undefined;

export function letterModels(): readonly LetterModel[] {
  models ??= Object.entries(MODELS).map(([language, [letters, costs]]) => {
    const list = [...letters];
    return {
      language,
      script: scriptOf(list[5] ?? "") ?? "latin",
      size: list.length,
      indexOf: new Map(list.map((letter, at) => [letter, at])),
      costs: Uint8Array.from(costs, (digit) => Number.parseInt(digit, 36)),
    };
  });
  return models;
}
