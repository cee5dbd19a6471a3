const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

const MISSING: ReadonlySet<string> = new Set(["", "na", "n/a", "nan", "null", "none", "?", "-"]);

/** Whether a cell stands for a missing value: it is empty or one of NA, N/A, NaN, null, none, `?` and `-`, in any case. */
export function isMissing(cell: string): boolean {
  return cell.length <= 4 && MISSING.has(cell.toLowerCase());
}

/** A decimal number, with or without an exponent; NaN for a missing value; undefined for anything else. */
export function numberOf(cell: string): number | undefined {
  if (NUMBER.test(cell)) {
    const value = Number(cell);
    return Number.isFinite(value) ? value : undefined;
  }
  return isMissing(cell) ? Number.NaN : undefined;
}
