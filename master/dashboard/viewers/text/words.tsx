import { count } from "../../ui/words.ts";
import { Facts, Figures } from "../parts/figures.tsx";
import { Result } from "../parts/result.tsx";
import { Section } from "../parts/section.tsx";
import { Weights } from "../parts/weights.tsx";
import type { ViewerProps } from "../viewer.ts";
import type { TextResult } from "./result.ts";
import "../style/text.css";

/** Size, language, keywords and readability of a text. */
export function Words({ file }: ViewerProps) {
  return (
    <Result<TextResult> file={file} task="text">
      {(result) => (
        <>
          <Figures
            of={[
              { value: count(result.word_count), label: "words" },
              { value: count(result.unique_words), label: "distinct words" },
              { value: count(result.sentence_count), label: "sentences" },
              { value: count(result.character_count), label: "characters" },
              { value: languageOf(result), label: `language, sure ${result.language_confidence.toFixed(2)}` },
            ]}
          />
          <div class="halves">
            <Section title="Keywords" note="score: occurrences, weighed by length">
              <Weights
                of={result.keywords.map(({ keyword, score, count: n }) => ({
                  name: keyword,
                  weight: score,
                  note: `${count(n)}×`,
                }))}
              />
            </Section>
            <Section title="Common words" note="occurrences">
              <Weights
                of={result.common_words.map(([word, n]) => ({ name: word, weight: n, note: count(n) }))}
              />
            </Section>
          </div>
          <Readability of={result.readability} />
          <Facts
            of={[
              ["Encoding", `${result.encoding}, sure ${result.encoding_confidence.toFixed(2)}`],
              ["Line ends", count(result.line_count)],
              ["Positive words", count(result.positive_words)],
              ["Negative words", count(result.negative_words)],
            ]}
          />
        </>
      )}
    </Result>
  );
}

const NAMES = new Intl.DisplayNames("en", { type: "language", fallback: "none" });

function languageOf({ language_tag: tag, language }: TextResult): string {
  if (tag === "und") return "unknown";
  try {
    return NAMES.of(tag) ?? language;
  } catch {
    return language;
  }
}

function Readability({ of: formulas }: { readonly of: TextResult["readability"] }) {
  if (formulas === null) return null;
  return (
    <Section title="Readability">
      <Facts
        of={Object.entries(formulas)
          .filter(([, value]) => typeof value === "number")
          .map(([name, value]) => [titleOf(name), value.toFixed(1)])}
      />
    </Section>
  );
}

/** Formulas that bear the name of their makers, or are written in capitals. */
const FORMULAS: Readonly<Record<string, string>> = {
  lix: "LIX",
  smog: "SMOG",
  flesch_reading_ease: "Flesch reading ease",
  flesch_kincaid_grade: "Flesch-Kincaid grade",
  gunning_fog: "Gunning fog",
  coleman_liau: "Coleman-Liau",
};

function titleOf(name: string): string {
  const known = FORMULAS[name];
  if (known !== undefined) return known;
  const words = name.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
