import { useMemo, useState } from "preact/hooks";
import { count } from "../../ui/words.ts";
import { Figures } from "../parts/figures.tsx";
import { Result } from "../parts/result.tsx";
import { Section } from "../parts/section.tsx";
import { VirtualTable } from "../parts/virtualTable.tsx";
import type { ViewerProps } from "../viewer.ts";
import { type FunctionItem, type ShownFunctionResult, shownValue } from "./result.ts";

const COLUMNS = ["Item", "Value", "Error"] as const;

/** What a function gave for each item, or why it failed; and what it wrote to its console. */
export function Calls({ file }: ViewerProps) {
  return (
    <Result<ShownFunctionResult> file={file} task="function">
      {(result) => (
        <>
          <Figures
            of={[
              { value: count(result.counts.items), label: "items" },
              { value: count(result.counts.succeeded), label: "with a value" },
              { value: count(result.counts.failed), label: "with an error" },
            ]}
          />
          <Table of={result.results} />
          {result.console.length > 0 && <Console of={result} />}
        </>
      )}
    </Result>
  );
}

function Table({ of: calls }: { readonly of: readonly FunctionItem[] }) {
  const [onlyErrors, setOnlyErrors] = useState(false);
  const shown = useMemo(
    () => (onlyErrors ? calls.filter((call) => "error" in call) : calls),
    [calls, onlyErrors],
  );
  const row = (at: number) => {
    const call = shown[at];
    if (call === undefined) return [];
    return "error" in call
      ? [count(call.index), "", `${call.error.name}: ${call.error.message}`]
      : [count(call.index), shownValue(call.value), ""];
  };
  return (
    <Section title="Items" note={`${count(shown.length)} of ${count(calls.length)}`}>
      <label class="check">
        <input
          type="checkbox"
          checked={onlyErrors}
          onInput={(event) => setOnlyErrors(event.currentTarget.checked)}
        />{" "}
        Only those with an error
      </label>
      <VirtualTable label="Items" columns={COLUMNS} rows={shown.length} row={row} kind="texts" />
    </Section>
  );
}

function Console({ of: { console, console_dropped: dropped } }: { readonly of: ShownFunctionResult }) {
  const more = dropped > 0 ? `, ${count(dropped)} more were not kept` : "";
  const row = (at: number) => {
    const line = console[at];
    return line === undefined ? [] : [count(line.index), line.level, line.text];
  };
  return (
    <Section title="Console" note={`${count(console.length)} lines${more}`}>
      <VirtualTable
        label="Console"
        columns={["Item", "Level", "Text"]}
        rows={console.length}
        row={row}
        kind="texts"
      />
    </Section>
  );
}
