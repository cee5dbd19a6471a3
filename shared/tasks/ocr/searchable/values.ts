/** Values of a PDF. Names, numbers, strings and words are kept as they are written. */
export type PdfValue = PdfToken | PdfReference | PdfArray | PdfDictionary;

export interface PdfToken {
  readonly kind: "token";
  readonly raw: string;
}
export interface PdfReference {
  readonly kind: "reference";
  readonly id: number;
  readonly generation: number;
}
export interface PdfArray {
  readonly kind: "array";
  readonly items: readonly PdfValue[];
}
export interface PdfDictionary {
  readonly kind: "dict";
  /** By name without the slash. */
  readonly entries: ReadonlyMap<string, PdfValue>;
}

export function written(value: PdfValue): string {
  switch (value.kind) {
    case "token":
      return value.raw;
    case "reference":
      return `${value.id} ${value.generation} R`;
    case "array":
      return `[${value.items.map(written).join(" ")}]`;
    case "dict":
      return `<< ${entriesText(value)} >>`;
  }
}

export function entriesText({ entries }: PdfDictionary): string {
  return [...entries].map(([name, value]) => `/${name} ${written(value)}`).join(" ");
}

export function numberOf(value: PdfValue | undefined): number | undefined {
  return value?.kind === "token" && /^[-+]?(?:\d+\.?\d*|\.\d+)$/.test(value.raw)
    ? Number(value.raw)
    : undefined;
}
