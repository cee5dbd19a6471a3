import { useState } from "preact/hooks";
import { count } from "../../ui/words.ts";
import { Figures, fixed } from "../parts/figures.tsx";
import { Result } from "../parts/result.tsx";
import { Section } from "../parts/section.tsx";
import type { ViewerProps } from "../viewer.ts";
import type { SentenceView, SentimentView, TextResult } from "./result.ts";
import "../style/text.css";

/** Each sentence on a bar from -1 to 1, and their mean weighed by confidence. */
export function Sentiment({ file }: ViewerProps) {
  return (
    <Result<TextResult> file={file} task="text">
      {({ sentiment }) => <Drawn sentiment={sentiment} />}
    </Result>
  );
}

function Drawn({ sentiment }: { readonly sentiment: SentimentView }) {
  const { weighted, compound, label, sentences, reliable } = sentiment;
  return (
    <>
      {!reliable && (
        <p class="note">
          The words are judged by an English lexicon, and this text seems to be in another language.
        </p>
      )}
      <Scale sentences={sentences} weighted={weighted} />
      <Figures
        of={[
          { value: signed(weighted), label: "mean of the sentences, weighed by confidence" },
          { value: signed(compound), label: `of the whole text: ${label}` },
          { value: meanConfidence(sentences), label: "mean confidence" },
          { value: fixed(sentiment.afinn, 2).replace("−0.00", "0.00"), label: "AFINN, a word, −5 to 5" },
        ]}
      />
      <Shares sentiment={sentiment} />
      <Sentences sentiment={sentiment} />
    </>
  );
}

function signed(value: number): string {
  return `${value > 0 ? "+" : value < 0 ? "−" : ""}${Math.abs(value).toFixed(2)}`;
}

function meanConfidence(sentences: readonly SentenceView[]): string {
  if (sentences.length === 0) return "–";
  return (sentences.reduce((sum, { confidence }) => sum + confidence, 0) / sentences.length).toFixed(2);
}

/** From these scores on VADER calls a text positive or negative. */
const NEUTRAL = 0.05;

function toneOf(score: number): "good" | "bad" | "even" {
  if (score >= NEUTRAL) return "good";
  return score <= -NEUTRAL ? "bad" : "even";
}

/** Marks on the scale; more of them would cover each other. */
const MOST_MARKS = 400;

function Scale({ sentences, weighted }: Pick<SentimentView, "sentences" | "weighted">) {
  const place = (score: number) => `${50 + 50 * Math.max(-1, Math.min(1, score))}%`;
  return (
    <figure class="tone" aria-label={`Sentiment ${signed(weighted)}, between −1 and +1`}>
      <div class="track">
        {sentences.slice(0, MOST_MARKS).map(({ score, confidence }, at) => (
          <i
            key={at}
            class={toneOf(score)}
            style={{ left: place(score), opacity: 0.25 + 0.6 * confidence }}
          />
        ))}
        <b style={{ left: place(weighted) }} />
      </div>
      <figcaption>
        <span>−1 negative</span>
        <span>0</span>
        <span>positive +1</span>
      </figcaption>
    </figure>
  );
}

function Shares({ sentiment: { positive, neutral, negative } }: { readonly sentiment: SentimentView }) {
  const parts = [
    ["bad", "negative", negative],
    ["even", "neutral", neutral],
    ["good", "positive", positive],
  ] as const;
  return (
    <div
      class="shares"
      role="img"
      aria-label={parts.map(([, name, part]) => `${percent(part)} ${name}`).join(", ")}
    >
      {parts.map(([tone, name, part]) => (
        <span key={name} class={tone} style={{ flexGrow: Math.max(part, 0.001) }} title={name}>
          {part >= 0.12 && `${percent(part)} ${name}`}
        </span>
      ))}
    </div>
  );
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

const STEP = 25;

function Sentences({ sentiment }: { readonly sentiment: SentimentView }) {
  const { sentences, sentences_omitted: omitted } = sentiment;
  const [shown, setShown] = useState(STEP);
  const left = sentences.length - shown;
  const told = Math.min(shown, sentences.length);
  return (
    <Section title="Sentences" note={`${count(told)} of ${count(sentences.length + omitted)}`}>
      <ol class="sentences">
        {sentences.slice(0, shown).map((sentence, at) => (
          <Sentence key={at} sentence={sentence} />
        ))}
      </ol>
      {left > 0 && (
        <button type="button" class="link" onClick={() => setShown(shown + 10 * STEP)}>
          {`${count(left)} more`}
        </button>
      )}
      {omitted > 0 && (
        <p class="quiet small">{`${count(omitted)} further sentences are not in the result; the option sentences says how many are.`}</p>
      )}
    </Section>
  );
}

/** The bar begins at the middle, and is paler the less sure the score is. */
function Sentence({ sentence: { text, score, confidence } }: { readonly sentence: SentenceView }) {
  const length = `${50 * Math.min(1, Math.abs(score))}%`;
  return (
    <li>
      <span class="text">{text}</span>
      <span class="meter" aria-hidden="true">
        <i
          class={toneOf(score)}
          style={{
            width: length,
            left: score < 0 ? `calc(50% - ${length})` : "50%",
            opacity: 0.35 + 0.65 * confidence,
          }}
        />
      </span>
      <span class="num">
        {signed(score)} <small class="quiet">{`sure ${confidence.toFixed(2)}`}</small>
      </span>
    </li>
  );
}
