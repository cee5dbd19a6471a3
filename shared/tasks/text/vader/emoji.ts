import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/** An emoji of one code point to its name in Unicode, which VADER reads in its place. */
export type EmojiNames = ReadonlyMap<string, string>;

const SPECIAL = /[\u00a9-\u{1faff}]/u;

export function loadEmojiNames(): EmojiNames {
  const data: unknown = require("unicode-emoji-json/data-by-emoji.json");
  const names = new Map<string, string>();
  for (const [emoji, { name }] of Object.entries(data as Record<string, { name: string }>)) {
    const [first = "", second] = [...emoji];
    // The selector U+FE0F only asks for a coloured picture.
    if (second === undefined || (second === "\ufe0f" && [...emoji].length === 2)) names.set(first, name);
  }
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
