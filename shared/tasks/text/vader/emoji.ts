import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/** Name of each emoji of one code point; VADER reads the name instead of the emoji. */
export type EmojiNames = ReadonlyMap<string, string>;

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

/** A function that replaces each emoji by its name after a space, as VADER does. */
export function emojiSpeller(names: EmojiNames): (text: string) => string {
  const emoji = new RegExp(`[${[...names.keys()].join("")}]`, "gu");
  return (text) =>
    text.replace(emoji, (character, at: number) => {
      const name = names.get(character) ?? character;
      return at === 0 || text[at - 1] === " " ? name : ` ${name}`;
    });
}
