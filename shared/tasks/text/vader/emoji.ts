import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/** Name of each emoji of one code point; VADER reads the name instead of the emoji. */
export type EmojiNames = ReadonlyMap<string, string>;

const SPECIAL = /[\u00a9-\u{1faff}]/u;
const SKIN_TONES = ["light", "medium-light", "medium", "medium-dark", "dark"];

/** Names of Unicode Emoji 11, the version in the list of VADER's authors; later versions renamed and added emoji. */
export function loadEmojiNames(): EmojiNames {
  const emoji: readonly { readonly char: string; readonly name: string }[] = require("emoji.json");
  const names = new Map(
    SKIN_TONES.map((tone, at) => [String.fromCodePoint(0x1f3fb + at), `${tone} skin tone`]),
  );
  for (const { char, name } of emoji) if ([...char].length === 1) names.set(char, name);
  return names;
}

/** Replaces each emoji by its name after a space, as VADER does. */
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
