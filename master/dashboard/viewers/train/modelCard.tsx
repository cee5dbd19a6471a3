import { count } from "../../ui/words.ts";
import { Facts, Figures, fixed } from "../parts/figures.tsx";
import { ShownResult } from "../parts/result.tsx";
import { Section } from "../parts/section.tsx";
import { Weights } from "../parts/weights.tsx";
import type { ViewerProps } from "../viewer.ts";
import { Confusion } from "./confusion.tsx";
import { type ModelMetrics, type ModelResult, useModel } from "./result.ts";
import { Roc } from "./roc.tsx";
import "../style/model.css";

/** What a model is, how good it is, and what it was made from. */
export function ModelCard({ file }: ViewerProps) {
  return (
    <ShownResult<ModelResult> file={file} task="train" result={useModel(file)}>
      {(model) => (
        <>
          <p>{sentenceOf(model)}</p>
          <Measured title="Rows that were held out" metrics={model.metrics.held_out} model={model} />
          <Measured
            title={`Cross-validation, ${model.metrics.folds.length} folds`}
            metrics={model.metrics.cross_validation}
            model={model}
          />
          {model.search.length > 0 && <Search of={model} />}
          <Features of={model} />
          <Origin of={model} />
        </>
      )}
    </ShownResult>
  );
}

function sentenceOf({ model, target, rows, parameters }: ModelResult): string {
  const chosen = Object.entries(parameters).map(([name, value]) => `${name} ${value ?? "without limit"}`);
  const kind = model.replaceAll("-", " ");
  const how = chosen.length === 0 ? "" : ` (${chosen.join(", ")})`;
  return `A ${kind}${how} that predicts ${target.name}, learned from ${count(rows.learned)} rows.`;
}

interface MeasuredProps {
  readonly title: string;
  readonly metrics: ModelMetrics | null;
  readonly model: ModelResult;
}

function Measured({ title, metrics, model }: MeasuredProps) {
  if (metrics === null) return null;
  const { confusion, roc } = metrics;
  return (
    <Section title={title} note={`${count(metrics.rows)} rows that the measured model did not see`}>
      <Figures of={figuresOf(metrics)} />
      <div class="halves">
        {confusion !== undefined && <Confusion of={confusion} labels={model.target.labels ?? []} />}
        {roc != null && <Roc points={roc} area={metrics.auc ?? null} />}
      </div>
    </Section>
  );
}

function figuresOf({ accuracy, macro_f1, auc, log_loss, r2, mae, rmse }: ModelMetrics) {
  if (accuracy === undefined)
    return [
      { value: fixed(r2, 3), label: "R2: share of the spread that is explained" },
      { value: figure(mae), label: "mean absolute error" },
      { value: figure(rmse), label: "root of the mean squared error" },
    ];
  return [
    { value: `${(accuracy * 100).toFixed(1)} %`, label: "of the rows are right (accuracy)" },
    { value: fixed(macro_f1, 3), label: "macro F1" },
    { value: fixed(auc, 3), label: "area under the ROC curve" },
    { value: fixed(log_loss, 3), label: "log loss" },
  ];
}

function figure(value: number | undefined): string {
  return value === undefined ? "–" : String(Number(value.toPrecision(4)));
}

function Search({ of: { search } }: { readonly of: ModelResult }) {
  const names = Object.keys(search[0]?.parameters ?? {});
  const best = search.reduce((most, { score }) => Math.max(most, score), Number.NEGATIVE_INFINITY);
  return (
    <Section title="Points of the grid" note="mean accuracy (R2 for numbers) over the folds">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reached by keyboard. */}
      <section class="scrolls" aria-label="Points of the grid" tabIndex={0}>
        <table class="grid">
          <thead>
            <tr>
              {names.map((name) => (
                <th key={name} class="num">
                  {name}
                </th>
              ))}
              <th class="num">score</th>
            </tr>
          </thead>
          <tbody>
            {search.map(({ parameters, score }, at) => (
              <tr key={at}>
                {names.map((name) => (
                  <td key={name} class="num">
                    {parameters[name] ?? "no limit"}
                  </td>
                ))}
                <td class="num">{score === best ? <b>{fixed(score, 4)}</b> : fixed(score, 4)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </Section>
  );
}

function Features({ of: { features, left_out: leftOut } }: { readonly of: ModelResult }) {
  const ranked = [...features].sort((a, b) => (b.importance ?? 0) - (a.importance ?? 0));
  const hasImportance = features.some(({ importance }) => importance !== null);
  const weights = ranked.map(({ name, importance, kind, missing }) => {
    const gaps = missing === 0 ? "" : `, ${count(missing)} missing`;
    const share = importance === null ? "" : `${(importance * 100).toFixed(1)} %, `;
    return { name, weight: importance ?? 0, note: `${share}${kind}${gaps}` };
  });
  return (
    <div class="halves">
      <Section title={hasImportance ? "Importance" : "Features"} note={`${count(features.length)} features`}>
        <Weights of={weights} />
      </Section>
      {leftOut.length > 0 && (
        <Section title="Columns that are left out">
          <Facts of={leftOut.slice(0, 100).map(({ name, reason }) => [name, reason] as const)} />
          {leftOut.length > 100 && <p class="quiet small">{`100 of ${count(leftOut.length)}`}</p>}
        </Section>
      )}
    </div>
  );
}

function Origin({ of: { provenance, rows } }: { readonly of: ModelResult }) {
  const { files, seed, version } = provenance;
  const tables = files.slice(0, 20).map(({ filename, rows: own }) => `${filename} (${count(own)} rows)`);
  const more = files.length > tables.length ? ` and ${count(files.length - tables.length)} more` : "";
  return (
    <Section title="Made from">
      <Facts
        of={[
          [files.length === 1 ? "Table" : "Tables", `${tables.join(", ")}${more}`],
          ["Rows without a target, left out", rows.without_target === 0 ? "" : count(rows.without_target)],
          ["Seed", String(seed)],
          ["Version", version],
        ]}
      />
    </Section>
  );
}
