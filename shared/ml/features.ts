/** A column that a model learns from or predicts with. Its values are numbers; NaN is a missing one. */
export type Feature = NumberFeature | CategoryFeature;

export interface NumberFeature {
  readonly name: string;
  readonly kind: "number";
}

/** Its values are codes: 0 is a missing value, 1 the first of `categories`. */
export interface CategoryFeature {
  readonly name: string;
  readonly kind: "category";
  /** In order of code points. */
  readonly categories: readonly string[];
  /** Whether rare categories of the table are not in the list; the code after the last category stands for these. */
  readonly others?: boolean | undefined;
}

/** Most categories of a feature that are kept apart: a code fits into a byte. */
export const MOST_CATEGORIES = 254;

/** Number of codes of a category, the one for missing values included. */
export function codesOf({ categories, others }: CategoryFeature): number {
  return categories.length + (others === true ? 2 : 1);
}
