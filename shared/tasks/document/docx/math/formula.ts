/** An equation, read from OMML (ECMA-376 part 1, 22.1). */
export type Formula =
  | { readonly kind: "text"; readonly text: string; readonly face: Face }
  | { readonly kind: "row"; readonly parts: readonly Formula[] }
  | { readonly kind: "fraction"; readonly bar: FractionBar; readonly above: Formula; readonly below: Formula }
  | { readonly kind: "index"; readonly base: Formula; readonly below: Formula; readonly above: Formula }
  /** Indices in front of what they belong to. */
  | { readonly kind: "preIndex"; readonly base: Formula; readonly below: Formula; readonly above: Formula }
  | { readonly kind: "root"; readonly degree: Formula; readonly inside: Formula }
  /** A sum, product or integral. */
  | {
      readonly kind: "operator";
      readonly sign: string;
      readonly limits: "beside" | "over";
      readonly below: Formula;
      readonly above: Formula;
      readonly inside: Formula;
    }
  | {
      readonly kind: "brackets";
      readonly open: string;
      readonly close: string;
      readonly separator: string;
      readonly parts: readonly Formula[];
    }
  | { readonly kind: "function"; readonly name: Formula; readonly inside: Formula }
  | {
      readonly kind: "limit";
      readonly place: "under" | "over";
      readonly base: Formula;
      readonly limit: Formula;
    }
  | { readonly kind: "accent"; readonly sign: string; readonly inside: Formula }
  | { readonly kind: "line"; readonly place: "under" | "over"; readonly inside: Formula }
  | {
      readonly kind: "brace";
      readonly sign: string;
      readonly place: "under" | "over";
      readonly inside: Formula;
    }
  | { readonly kind: "lines"; readonly rows: readonly Formula[] }
  | { readonly kind: "matrix"; readonly rows: readonly (readonly Formula[])[] }
  | { readonly kind: "frame"; readonly inside: Formula };

/** `skewed` and `linear` are drawn with a slash; `none` has no line, as in binomials. */
export type FractionBar = "line" | "skewed" | "linear" | "none";

/** Typeface of signs: that of variables, of words, of upright and of bold signs, and three of letters. */
export type Face = "italic" | "words" | "upright" | "bold" | "double" | "script" | "fraktur";

export const NOTHING: Formula = { kind: "row", parts: [] };
