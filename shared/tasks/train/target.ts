import { FileError } from "../../errors.ts";
import { numberOf } from "../../ml/values.ts";
import type { TrainOptions } from "./options.ts";
import { byText } from "./table.ts";

/** Most classes: the class of a row fits into a byte. */
const MOST_CLASSES = 255;
/** Whole numbers up to so many different ones are classes, unless an option says otherwise. */
const FEW_NUMBERS = 10;

/** The target while the rows are surveyed. */
export class TargetSurvey {
  readonly #name: string;
  readonly #texts = new Set<string>();
  #notNumber: string | undefined;
  #isWhole = true;

  constructor(name: string) {
    this.#name = name;
  }

  /** @param place where the cell stands, for an error */
  add(cell: string, place: () => string): void {
    if (this.#texts.size <= MOST_CLASSES) this.#texts.add(cell);
    if (this.#notNumber !== undefined) return;
    const value = numberOf(cell);
    if (value === undefined) this.#notNumber = `${place()}: ${JSON.stringify(cell)}`;
    else if (!Number.isInteger(value)) this.#isWhole = false;
  }

  /** The classes in their order, or undefined for numbers. @throws FileError `bad_target` */
  labels(options: TrainOptions): readonly string[] | undefined {
    if (!this.#areClasses(options)) return undefined;
    const labels = [...new Set([...this.#texts].map((text) => this.labelOf(text)))];
    if (labels.length > MOST_CLASSES)
      throw this.#bad(
        `has more than ${MOST_CLASSES} classes. For numbers use ridge, linear-regression, or kind numbers`,
      );
    if (labels.length < 2) throw this.#bad("has the same value in all rows, so there is nothing to learn");
    return labels.sort(this.#notNumber === undefined ? (a, b) => Number(a) - Number(b) : byText);
  }

  /** The class of a cell: `1.0` and `1` are one class where all classes are numbers. */
  labelOf(cell: string): string {
    return this.#notNumber === undefined ? String(numberOf(cell)) : cell;
  }

  #areClasses({ model, kind }: TrainOptions): boolean {
    if (model === "logistic-regression" || model === "naive-bayes") return true;
    if (model === "random-forest" || model === "gradient-boosted-trees") {
      if (kind === "classes") return true;
      const isText = this.#notNumber !== undefined;
      if (kind === "auto") return isText || (this.#isWhole && this.#texts.size <= FEW_NUMBERS);
    }
    if (this.#notNumber === undefined) return false;
    const hint = "For classes use another model, such as random-forest.";
    throw new FileError("bad_target", `${this.#notNumber} is not a number, which ${model} needs. ${hint}`);
  }

  #bad(what: string): FileError {
    return new FileError("bad_target", `The target ${this.#name} ${what}.`);
  }
}
