import type { ComponentChildren } from "preact";
import { count } from "../../ui/words.ts";
import { Copy } from "../parts/copy.tsx";
import { Facts, Figures } from "../parts/figures.tsx";
import { Result } from "../parts/result.tsx";
import { Section } from "../parts/section.tsx";
import type { ViewerProps } from "../viewer.ts";
import { Docx } from "./docx.tsx";
import { Pdf } from "./pdf.tsx";
import { Reading } from "./reading.tsx";
import { type DocumentResult, metadataFacts } from "./result.ts";
import "../style/document.css";

/** A document as it reads: by page or by paragraph, with its tables, notes and metadata. */
export function DocumentView({ file }: ViewerProps) {
  return (
    <Result<DocumentResult> file={file} task="document">
      {(result) => (
        <>
          <Whole result={result} />
          {"metadata" in result && (
            <Section title="About the file">
              <Facts of={metadataFacts(result.metadata)} />
            </Section>
          )}
        </>
      )}
    </Result>
  );
}

interface KindProps {
  readonly result: DocumentResult;
  /** Shown below the text. */
  readonly children: ComponentChildren;
}

function Kind({ result, children }: KindProps) {
  switch (result.document_type) {
    case "PDF":
      return <Pdf result={result}>{children}</Pdf>;
    case "DOCX":
      return <Docx result={result}>{children}</Docx>;
    case "Generic Text":
      return (
        <>
          <PlainDocument text={result.text_content} />
          {children}
        </>
      );
    default:
      return (
        <Reading result={result} inside={(inner) => <Whole result={inner} />}>
          {children}
        </Reading>
      );
  }
}

/** A document, or a file inside of one, with its figures. */
function Whole({ result }: { readonly result: DocumentResult }) {
  return (
    <Kind result={result}>
      <Figures of={figuresOf(result)} />
    </Kind>
  );
}

const MOST_CHARACTERS = 300_000;

function PlainDocument({ text }: { readonly text: string }) {
  return (
    <>
      <div class="tools">
        <span />
        <Copy text={text} what="Copy text" />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reached by keyboard. */}
      <section class="leafroom" aria-label="Text" tabIndex={0}>
        <pre class="plain">{text.slice(0, MOST_CHARACTERS)}</pre>
      </section>
      {text.length > MOST_CHARACTERS && (
        <p class="quiet small">{`${count(MOST_CHARACTERS)} of ${count(text.length)} characters; the JSON has them all.`}</p>
      )}
    </>
  );
}

function figuresOf(result: DocumentResult) {
  return [
    ownFigure(result),
    { value: count(result.word_count), label: "words" },
    { value: count(result.character_count), label: "characters" },
    "tables" in result ? { value: count(result.tables.length), label: "tables" } : undefined,
    result.truncated ? { value: "cut", label: "text, by the option max_characters" } : undefined,
  ];
}

/** The figure that only this kind of document has. */
function ownFigure(result: DocumentResult) {
  if ("page_count" in result)
    return { value: count(result.page_count), label: result.page_count === 1 ? "page" : "pages" };
  if ("paragraphs" in result) return { value: count(result.paragraphs.length), label: "paragraphs" };
  if ("sections" in result) {
    const [first] = result.sections;
    const many = result.sections.length > 1 && first !== undefined;
    return many ? { value: count(result.sections.length), label: `${first.kind}s` } : undefined;
  }
  return { value: result.encoding, label: "encoding" };
}
