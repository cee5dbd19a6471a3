import { readsTextOnly } from "./bareFonts.ts";
import { GlyphCollector, type Glyphs } from "./glyphs.ts";
import type {
  EngineMatrix,
  Evaluator,
  Internals,
  StateManager,
  TextOperation,
  TextRequest,
  TextState,
} from "./internals.ts";
import type { PdfDict, PdfStream } from "./pdfObjects.ts";
import { Replacements } from "./replacements.ts";
import { showText } from "./show.ts";
import { move, SETTERS } from "./textState.ts";

/** Most glyphs that one page has at a time; the text of a longer page is laid out in parts. */
const BATCH = 200_000;
/** Most forms that one page draws, those inside forms counted each time. */
const MOST_FORMS = 50_000;
const MOST_LEVELS = 30;

/** What the reader sends: glyphs of the page, and why others are not among them. */
export interface TextChunk {
  readonly items: readonly Glyphs[];
  readonly styles: { readonly unread?: string };
}

const DAMAGED_CONTENT = "The content of this page is damaged: the text before the damage was read.";
const TOO_MANY_FORMS = `This page draws more than ${MOST_FORMS} forms, or forms inside each other more than ${MOST_LEVELS} times: \
the text of the others was left out.`;

/** A content stream with what it names: the page's, or that of a form on it. */
interface Scope {
  readonly states: StateManager;
  readonly resources: PdfDict;
  readonly level: number;
}

type Operator = (args: readonly unknown[], scope: Scope) => Promise<void> | undefined;

/** Replaces the engine's reader of page text by one that gives each glyph with its place. */
export function installReader(engine: Internals): void {
  const { prototype } = engine.PartialEvaluator;
  const { getTextContent } = prototype;
  prototype.getTextContent = async function (this: Evaluator, request: TextRequest): Promise<void> {
    if (request.keepWhiteSpace === true || request.sink === null)
      return await getTextContent.call(this, request);
    await new PageReader(engine, this, request).read();
  };
}

/** Reads the text operators of a page and of its forms (ISO 32000-1, 9.4). */
class PageReader {
  readonly #engine: Internals;
  readonly #evaluator: Evaluator;
  readonly #request: TextRequest;
  readonly #glyphs = new GlyphCollector();
  readonly #replacements = new Replacements();
  readonly #operators: readonly (Operator | undefined)[];
  #forms = 0;
  #unread: string | undefined;

  constructor(engine: Internals, evaluator: Evaluator, request: TextRequest) {
    this.#engine = engine;
    this.#evaluator = evaluator;
    this.#request = request;
    this.#operators = this.#table();
    readsTextOnly(evaluator);
  }

  async read(): Promise<void> {
    const { stream, resources } = this.#request;
    const { StateManager, TextState, Dict } = this.#engine;
    const states = new StateManager(new TextState());
    try {
      await this.#run(stream, { states, resources: resources ?? Dict.empty, level: 0 });
    } catch {
      this.#unread = DAMAGED_CONTENT;
    }
    await this.#send();
    if (this.#unread !== undefined) await this.#enqueue({ items: [], styles: { unread: this.#unread } });
  }

  async #run(stream: PdfStream, scope: Scope): Promise<void> {
    const { EvaluatorPreprocessor } = this.#engine;
    const preprocessor = new EvaluatorPreprocessor(stream, this.#evaluator.xref, scope.states);
    const args: unknown[] = [];
    const operation: TextOperation = { fn: 0, args };
    for (;;) {
      args.length = 0;
      operation.args = args;
      if (!preprocessor.read(operation)) return;
      const waiting = this.#operators[operation.fn]?.(operation.args ?? [], scope);
      if (waiting === undefined) continue;
      await waiting;
      this.#request.task.ensureNotTerminated();
      if (this.#glyphs.length > BATCH) await this.#send();
    }
  }

  async #send(): Promise<void> {
    if (this.#glyphs.length > 0) await this.#enqueue({ items: [this.#glyphs.take()], styles: {} });
  }

  async #enqueue(chunk: TextChunk): Promise<void> {
    this.#request.sink?.enqueue(chunk, 1);
    await this.#request.sink?.ready;
  }

  #table(): readonly (Operator | undefined)[] {
    const table: (Operator | undefined)[] = [];
    const on = (name: string, operator: Operator) => {
      const code = this.#engine.OPS[name];
      if (code !== undefined) table[code] = operator;
    };
    on("setFont", (args, scope) => this.#setFont(args, scope));
    on("setGState", (args, scope) => this.#setGraphicsState(args, scope));
    on("paintXObject", (args, scope) => this.#draw(args, scope));
    on("beginMarkedContent", () => this.#replacements.begin(undefined));
    on("beginMarkedContentProps", ([, properties], scope) =>
      this.#replacements.begin(this.#actualText(properties, scope)),
    );
    on("endMarkedContent", () => this.#replacements.end());
    for (const [name, set] of Object.entries(SETTERS)) {
      on(name, (args, { states }) => {
        set(states.state, args as readonly number[]);
        return undefined;
      });
    }
    on("showText", ([chars], scope) => this.#show(chars, scope));
    on("showSpacedText", ([elements], scope) => this.#showSpaced(elements, scope));
    on("nextLineShowText", ([chars], scope) => {
      scope.states.state.carriageReturn();
      return this.#show(chars, scope);
    });
    on("nextLineSetSpacingShowText", ([word, char, chars], scope) => {
      const { state } = scope.states;
      [state.wordSpacing, state.charSpacing] = [Number(word), Number(char)];
      state.carriageReturn();
      return this.#show(chars, scope);
    });
    return table;
  }

  /** Waits only where a batch is full: most operators are done at once. */
  #show(chars: unknown, { states: { state } }: Scope): Promise<void> | undefined {
    if (typeof chars !== "string" || state.font === null) return undefined;
    const [glyphs, replacements] = [this.#glyphs, this.#replacements];
    showText({ state, font: state.font, glyphs, replacements, viewBox: this.#request.viewBox }, chars);
    return this.#glyphs.length > BATCH ? this.#send() : undefined;
  }

  #showSpaced(elements: unknown, scope: Scope): Promise<void> | undefined {
    const { state } = scope.states;
    if (!Array.isArray(elements) || state.font === null) return undefined;
    const { vertical } = state.font;
    let waiting: Promise<void> | undefined;
    for (const element of elements) {
      if (typeof element === "string") waiting = this.#show(element, scope) ?? waiting;
      else if (typeof element === "number") move(state, (element * state.fontSize) / 1000, vertical);
    }
    return waiting;
  }

  async #setFont([name, size]: readonly unknown[], { states, resources }: Scope): Promise<void> {
    const { state } = states;
    if (!(name instanceof this.#engine.Name) || typeof size !== "number") return;
    if (state.font !== null && state.fontName === name.name && state.fontSize === size) return;
    [state.fontName, state.fontSize] = [name.name, size];
    await this.#load(state, resources, { name: name.name, reference: null });
  }

  async #load(state: TextState, resources: PdfDict, font: { name: string | null; reference: unknown }) {
    const { task } = this.#request;
    const loaded = await this.#evaluator.loadFont(font.name, font.reference, resources, task);
    state.loadedName = loaded.loadedName;
    state.font = loaded.font;
    state.fontMatrix = loaded.font.fontMatrix ?? [0.001, 0, 0, 0.001, 0, 0];
  }

  /** A graphics state may name a font and its size (8.4.5). */
  #setGraphicsState([name]: readonly unknown[], { states, resources }: Scope): Promise<void> | undefined {
    const { Dict, Name } = this.#engine;
    const all = resources.get("ExtGState");
    const one = all instanceof Dict && name instanceof Name ? all.get(name.name) : undefined;
    const font = one instanceof Dict ? one.get("Font") : undefined;
    if (!Array.isArray(font) || typeof font[1] !== "number") return undefined;
    states.state.fontName = null;
    states.state.fontSize = font[1];
    return this.#load(states.state, resources, { name: null, reference: font[0] });
  }

  #draw([name]: readonly unknown[], scope: Scope): Promise<void> | undefined {
    const { BaseStream, Dict, Name, StateManager, lookupMatrix } = this.#engine;
    const all = scope.resources.get("XObject");
    const form = all instanceof Dict && name instanceof Name ? all.get(name.name) : undefined;
    if (!(form instanceof BaseStream) || form.dict === null) return undefined;
    const kind = form.dict.get("Subtype");
    if (!(kind instanceof Name) || kind.name !== "Form") return undefined;
    this.#forms += 1;
    if (this.#forms > MOST_FORMS || scope.level > MOST_LEVELS) {
      this.#unread ??= TOO_MANY_FORMS;
      return undefined;
    }
    const state = scope.states.state.clone();
    // A font of this name may be another one in the form.
    state.fontName = null;
    const states = new StateManager(state);
    const matrix: EngineMatrix | null = lookupMatrix(form.dict.getArray("Matrix"), null);
    if (matrix !== null) states.transform(matrix);
    const own = form.dict.get("Resources");
    const resources = own instanceof Dict ? own : scope.resources;
    return this.#run(form, { states, resources, level: scope.level + 1 }).catch(() => {
      this.#unread ??= DAMAGED_CONTENT;
    });
  }

  /** The text that marked content stands for (14.9.4). */
  #actualText(properties: unknown, { resources }: Scope): string | undefined {
    const { Dict, Name, stringToPDFString } = this.#engine;
    const named = properties instanceof Name ? resources.get("Properties") : undefined;
    const dict =
      named instanceof Dict && properties instanceof Name ? named.get(properties.name) : properties;
    const text = dict instanceof Dict ? dict.get("ActualText") : undefined;
    return typeof text === "string" ? stringToPDFString(text) : undefined;
  }
}
