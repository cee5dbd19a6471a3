import { count } from "../../ui/words.ts";
import { Section } from "../parts/section.tsx";

const MOST_NOTES = 200;

/** Pairs of a head and a text; nothing for none. */
export function Notes({
  title,
  of: notes,
}: {
  readonly title: string;
  readonly of: readonly (readonly [string, string])[];
}) {
  if (notes.length === 0) return null;
  return (
    <Section title={title} note={`${count(Math.min(MOST_NOTES, notes.length))} of ${count(notes.length)}`}>
      <ul class="notes">
        {notes.slice(0, MOST_NOTES).map(([head, text], at) => (
          <li key={at}>
            {head !== "" && <b>{head}</b>} {text}
          </li>
        ))}
      </ul>
    </Section>
  );
}
