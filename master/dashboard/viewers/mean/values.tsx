import { Section } from "../parts/section.tsx";
import { VirtualTable } from "../parts/virtualTable.tsx";
import { figure, type MeanOfJob } from "./result.ts";

const COLUMNS = ["Index", "Mean", "Std. deviation", "Least", "Largest", "Values"] as const;

/** The numbers behind the curve; only the rows in view are drawn. */
export function Values({ of }: { readonly of: MeanOfJob }) {
  const row = (at: number) => [
    at.toLocaleString("en"),
    figure(of.mean[at]),
    figure(of.stddev[at]),
    figure(of.min[at]),
    figure(of.max[at]),
    String(of.count[at] ?? 0),
  ];
  return (
    <Section title="Values" note={`${of.length.toLocaleString("en")} indexes`}>
      <VirtualTable label="Mean at each index" columns={COLUMNS} rows={of.length} row={row} kind="numbers" />
    </Section>
  );
}
