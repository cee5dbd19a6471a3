import type { ListItem } from "../docx/blocks.ts";
import { written } from "../docx/numerals.ts";
import { entryOf } from "../own.ts";

/** A list while it is read. */
interface OpenList {
  readonly id: string;
  readonly format: string | undefined;
  next: number;
}

const FORMATS: Readonly<Record<string, string>> = {
  a: "lowerLetter",
  A: "upperLetter",
  i: "lowerRoman",
  I: "upperRoman",
};

/** HtmlLists in lists, and the labels of their items. */
export class HtmlLists {
  readonly #open: OpenList[] = [];
  #count = 0;

  open(name: string, { start, type }: Readonly<Record<string, string>>): void {
    this.#count += 1;
    const format = name === "ol" ? (entryOf(FORMATS, type ?? "") ?? "decimal") : undefined;
    const first = Number.parseInt(start ?? "1", 10);
    this.#open.push({ id: String(this.#count), format, next: Number.isSafeInteger(first) ? first : 1 });
  }

  close(): void {
    this.#open.pop();
  }

  item({ value }: Readonly<Record<string, string>>): ListItem {
    const list = this.#open.at(-1);
    const level = Math.max(0, this.#open.length - 1);
    if (list?.format === undefined) return { id: list?.id ?? "", level, ordered: false, label: "•" };
    const stated = Number.parseInt(value ?? "", 10);
    if (Number.isSafeInteger(stated)) list.next = stated;
    const label = `${written(list.next, list.format)}.`;
    list.next += 1;
    return { id: list.id, level, ordered: true, label };
  }
}
