import { type Piece, shortened } from "./words.ts";

const CUT = 1_000;

/** A value of a result, cut when it is long. */
export function written(value: unknown): string {
  if (value === undefined) return "–";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > CUT ? `${text.slice(0, CUT)}…` : text;
}

/** A text with what the other one lacks marked. */
export function Pieces({ of }: { readonly of: readonly Piece[] }) {
  return (
    <>{shortened(of).map(({ text, isChanged }, at) => (isChanged ? <mark key={at}>{text}</mark> : text))}</>
  );
}
