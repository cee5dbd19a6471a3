import type { ComponentChildren } from "preact";
import { count } from "../../ui/words.ts";
import { Section } from "../parts/section.tsx";

const MOST_TABLES = 50;

interface TableListProps<T> {
  readonly of: readonly T[];
  readonly show: (table: T) => ComponentChildren;
}

/** The first tables of a document, each in a box that scrolls. */
export function TableList<T>({ of: tables, show }: TableListProps<T>) {
  return (
    <Section
      title="Tables"
      note={`${count(Math.min(MOST_TABLES, tables.length))} of ${count(tables.length)}`}
    >
      {tables.slice(0, MOST_TABLES).map((table, at) => (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reached by keyboard.
        <section key={at} class="scrolls" aria-label={`Table ${at + 1}`} tabIndex={0}>
          {show(table)}
        </section>
      ))}
    </Section>
  );
}
