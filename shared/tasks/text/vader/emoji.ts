import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/** An emoji of one code point to its name, which VADER reads in its place. */
export type EmojiNames = ReadonlyMap<string, string>;

const SPECIAL = /[\u00a9-\u{1faff}]/u;
const SKIN_TONES = ["light", "medium-light", "medium", "medium-dark", "dark"];

/** Names as in Unicode's Emoji 11, as in the list of VADER's authors; later editions renamed some and added others. */
export function loadEmojiNames(): EmojiNames {
  const emoji: readonly { readonly char: string; readonly name: string }[] = require("emoji.json");
  const names = new Map(
    SKIN_TONES.map((tone, at) => [String.fromCodePoint(0x1f3fb + at), `${tone} skin tone`]),
  );
  for (const { char, name } of emoji) if ([...char].length === 1) names.set(char, name);
  return names;
}

/** The text with each emoji replaced by its name, set off by a space as VADER does it. */
export function spellEmoji(text: string, names: EmojiNames): string {
  if (!SPECIAL.test(text)) return text;
  let spelled = "";
  let afterSpace = true;
  for (const character of text) {
    const name = names.get(character);
    if (name === undefined) {
      spelled += character;
      afterSpace = character === " ";
      continue;
    }
    spelled += afterSpace ? name : ` ${name}`;
    afterSpace = false;
  }
  return spelled;
}
