import { useMemo, useState } from "preact/hooks";
import type { FileView } from "../../../../shared/contract/jobs.ts";
import { count, counted } from "../../ui/words.ts";
import { Section } from "../parts/section.tsx";
import { useResult } from "../result.ts";
import { type Difference, differencesOf } from "./differences.ts";
import { piecesOf } from "./words.ts";
import { Pieces, written } from "./written.tsx";

interface ValuesProps {
  readonly before: FileView;
  readonly after: FileView;
}

/** The values that two JSON results do not have in common. */
export function ValuesThatDiffer({ before, after }: ValuesProps) {
  const isJson = [before, after].every(({ state, url }) => state === "done" && url?.endsWith(".json"));
  return isJson ? <Results before={before} after={after} /> : null;
}

function Results({ before, after }: ValuesProps) {
  const old = useResult(before);
  const now = useResult(after);
  if (old.state === "loading" || now.state === "loading") return <p class="quiet">Loading…</p>;
  if (old.state === "failed") return <p class="note">{old.error}</p>;
  if (now.state === "failed") return <p class="note">{now.error}</p>;
  return <Table before={old.value} after={now.value} />;
}

const STEP = 200;

function Table({ before, after }: { readonly before: unknown; readonly after: unknown }) {
  const { found, same, isCut } = useMemo(() => differencesOf(before, after), [before, after]);
  const [shown, setShown] = useState(STEP);
  if (found.length === 0)
    return <p class="note good">{`Both results are the same in all ${count(same)} values.`}</p>;
  return (
    <Section title="Differences">
      <p class="quiet small">
        {`${counted(found.length, "value")} ${found.length === 1 ? "differs" : "differ"}, ${count(same)} are the same${isCut ? "; the rest was not compared" : ""}.`}
      </p>
      <table class="grid diff">
        <thead>
          <tr>
            <th>Field</th>
            <th>Before</th>
            <th>After</th>
          </tr>
        </thead>
        <tbody>
          {found.slice(0, shown).map((difference) => (
            <Line key={difference.path} difference={difference} />
          ))}
        </tbody>
      </table>
      {found.length > shown && (
        <button type="button" class="link" onClick={() => setShown(shown + 5 * STEP)}>
          {`${count(found.length - shown)} more of ${count(found.length)}`}
        </button>
      )}
    </Section>
  );
}

function Line({ difference: { path, before, after } }: { readonly difference: Difference }) {
  const texts = typeof before === "string" && typeof after === "string" ? piecesOf(before, after) : undefined;
  return (
    <tr>
      <td class="mono">{path}</td>
      <td class={before === undefined ? "absent" : "was"}>
        {texts === undefined ? written(before) : <Pieces of={texts.before} />}
      </td>
      <td class={after === undefined ? "absent" : "now"}>
        {texts === undefined ? written(after) : <Pieces of={texts.after} />}
      </td>
    </tr>
  );
}
