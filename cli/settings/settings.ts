import { faultOf, type Variable } from "../../shared/env.ts";
import type { DeclaredVariable } from "./declared.ts";

/** Where the value of a variable comes from. */
export type SettingSource = "environment" | ".env" | "file" | "default" | "not set";

/** A variable as it is set here. */
export interface Setting {
  readonly name: string;
  /** Undefined: not set, and without a default. Secrets are `***`. */
  readonly value?: string;
  readonly source: SettingSource;
  /** The variable or file that the value comes from, where that is another one. */
  readonly from?: string;
  readonly read_by: readonly string[];
  readonly meaning: string;
  readonly problem?: string;
}

/** An environment, and which of its variables the file `.env` has set. */
export interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly fromFile: ReadonlySet<string>;
}

export function settingsOf(declared: readonly DeclaredVariable[], here: Surroundings): Setting[] {
  return declared.map(({ variable, readBy }) => {
    const problem = faultOf(variable, here.env);
    return {
      name: variable.name,
      ...originOf(variable, here),
      read_by: readBy,
      meaning: variable.meaning,
      ...(problem === undefined ? {} : { problem }),
    };
  });
}

type Origin = Pick<Setting, "value" | "source" | "from">;

function originOf(variable: Variable<unknown>, here: Surroundings): Origin {
  const { name, fallback, unset } = variable;
  const own = here.env[name]?.trim();
  if (own) return { value: shownValue(name, own), source: sourceOf(name, here) };
  const elsewhere = isSecret(name) ? secretFrom(name, here) : undefined;
  if (elsewhere !== undefined) return elsewhere;
  if (fallback) return { value: fallback, source: "default" };
  return unset === undefined || unset === "none"
    ? { source: "not set" }
    : { value: unset, source: "default" };
}

/** A secret may come from its file, and two of them from MANYHANDS_TOKEN. */
function secretFrom(name: string, here: Surroundings): Origin | undefined {
  const file = here.env[`${name}_FILE`]?.trim();
  if (file) return { value: HIDDEN, source: "file", from: `${file} (${name}_FILE)` };
  if (!SHARED_BY.has(name)) return undefined;
  if (here.env[SHARED]?.trim()) return { value: HIDDEN, source: sourceOf(SHARED, here), from: SHARED };
  return secretFrom(SHARED, here);
}

const SHARED = "MANYHANDS_TOKEN";
const SHARED_BY: ReadonlySet<string> = new Set(["FLEET_TOKEN", "CLIENT_TOKEN"]);
const HIDDEN = "***";

function sourceOf(name: string, { fromFile }: Surroundings): SettingSource {
  return fromFile.has(name) ? ".env" : "environment";
}

function isSecret(name: string): boolean {
  return /_(?:TOKEN|SECRET|PASSWORD|ACCESS_KEY|SECRET_KEY)$/.test(name);
}

/** A password in an address is a secret, too. */
function shownValue(name: string, value: string): string {
  return isSecret(name) ? HIDDEN : value.replace(/(\/\/[^:@/\s]*:)[^@/\s]*@/g, `$1${HIDDEN}@`);
}
