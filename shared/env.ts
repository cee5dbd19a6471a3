import { config as loadDotenv } from "dotenv";
import { z } from "zod";
import { ConfigError } from "./errors.ts";
import { requirementOf } from "./requirement.ts";

/** A variable of the environment: its schema, its default as in `.env.example`, and its meaning. */
export interface Variable<T> {
  readonly name: string;
  readonly schema: z.ZodType<T>;
  /** Default, as a user would write it; undefined: not set. */
  readonly fallback: string | undefined;
  /** One line for `.env.example` and docs/configuration.md. */
  readonly meaning: string;
  /** What counts when the variable has no default and is not set, for docs/configuration.md. */
  readonly unset?: string | undefined;
}

export type Variables = Readonly<Record<string, Variable<unknown>>>;
export type Values<V extends Variables> = {
  readonly [K in keyof V]: V[K] extends Variable<infer T> ? T : never;
};

/**
 * Reads `.env` of the working directory into the environment; a variable that is set keeps its value.
 * @returns the names in the file
 */
export function loadEnvFile(): readonly string[] {
  return Object.keys(loadDotenv({ quiet: true }).parsed ?? {});
}

/**
 * The text of a variable: what the environment has, else its default. An empty text counts as not set.
 */
export function textOf({ name, fallback }: Variable<unknown>, env: NodeJS.ProcessEnv): string | undefined {
  return env[name]?.trim() || fallback;
}

/** What is wrong with the value of a variable; undefined: nothing. */
export function faultOf(variable: Variable<unknown>, env: NodeJS.ProcessEnv): string | undefined {
  const parsed = variable.schema.safeParse(textOf(variable, env), { error: requirementOf });
  return parsed.success ? undefined : parsed.error.issues.map((issue) => issue.message).join("; ");
}

/** @throws ConfigError that names every bad variable at once. */
export function readVariables<V extends Variables>(variables: V, env: NodeJS.ProcessEnv): Values<V> {
  const values: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const [key, variable] of Object.entries(variables)) {
    const raw = textOf(variable, env);
    const parsed = variable.schema.safeParse(raw, { error: requirementOf });
    if (parsed.success) values[key] = parsed.data;
    else
      problems.push(`${variable.name}=${raw ?? ""}: ${parsed.error.issues.map((i) => i.message).join("; ")}`);
  }
  if (problems.length > 0)
    throw new ConfigError(`These variables cannot be used:\n  ${problems.join("\n  ")}`);
  return values as Values<V>;
}

/** Schemas for the values of variables. */
export const as = {
  text: z.string(),
  optionalText: z.string().optional(),
  port: z.coerce.number("a port from 0 to 65535 is needed").int().min(0).max(65_535),
  count: z.coerce.number("a whole number is needed").int().min(0),
  positive: z.coerce.number("a number above 0 is needed").positive(),
  seconds: z.coerce.number("a number of seconds is needed").positive(),
  /** Bytes, with or without a unit: 512, 64KB, 2GB (powers of 1024). */
  bytes: z.string().transform((raw, ctx) => parseBytes(raw) ?? fail(ctx, "a size such as 512MB is needed")),
  flag: z.enum(["true", "false"], "true or false is needed").transform((raw) => raw === "true"),
  url: z.url("an address such as http://127.0.0.1:5000 is needed"),
  database: z
    .string()
    .regex(/^postgres(?:ql)?:\/\/./, "an address such as postgres://user@host/database is needed"),
  queue: z
    .string()
    .regex(
      /^(?:rediss?|postgres(?:ql)?):\/\/./,
      "an address such as redis://host:6379 or postgres://user@host/database is needed",
    )
    .refine((url) => URL.canParse(url), "an address such as redis://host:6379 is needed"),
  list: z
    .string()
    .default("")
    .transform((raw) =>
      raw
        .split(",")
        .map((item) => item.trim())
        .filter(Boolean),
    ),
  /** `name=number` pairs, separated by commas; numbers from 0.01 to 100. */
  weights: z
    .string()
    .default("")
    .transform(
      (raw, ctx) => parseWeights(raw) ?? fail(ctx, "weights from 0.01 to 100 such as a=3,b=1 are needed"),
    ),
  oneOf: <T extends string>(values: readonly T[]) => z.enum(values as readonly [T, ...T[]]),
} as const;

const UNITS: Readonly<Record<string, number>> = { "": 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };

export function parseBytes(raw: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([KMGT]?)i?B?$/i.exec(raw.trim());
  if (match === null) return undefined;
  return Math.floor(Number(match[1]) * (UNITS[(match[2] ?? "").toUpperCase()] ?? 1));
}

function parseWeights(raw: string): ReadonlyMap<string, number> | undefined {
  const weights = new Map<string, number>();
  for (const item of raw.split(",").map((one) => one.trim())) {
    if (item === "") continue;
    const [, name = "", digits] = /^([\w.-]{1,64})\s*=\s*(\d{1,3}(?:\.\d+)?)$/.exec(item) ?? [];
    const weight = Number(digits);
    if (!(weight >= 0.01 && weight <= 100) || weights.has(name)) return undefined;
    weights.set(name, weight);
  }
  return weights;
}

function fail(ctx: z.RefinementCtx, message: string): never {
  ctx.addIssue({ code: "custom", message });
  return z.NEVER;
}
