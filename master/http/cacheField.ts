import { type JobCache, jobCache } from "../../shared/contract/requests.ts";
import { RequestError } from "../../shared/errors.ts";

/**
 * The form field `cache`; undefined when it is not given or empty.
 * @throws RequestError `bad_field`
 */
export function readCache(field: unknown): JobCache | undefined {
  const given = typeof field === "string" ? field.trim() : field;
  if (given === undefined || given === "") return undefined;
  const parsed = jobCache.safeParse(given);
  if (parsed.success) return parsed.data;
  const valid = jobCache.options;
  throw new RequestError("bad_field", `cache: one of ${valid.join(", ")} is needed.`, {
    details: { field: "cache", valid_values: valid },
  });
}
