import { MAX_JOB_NAME } from "../../shared/contract/requests.ts";
import { RequestError } from "../../shared/errors.ts";

/**
 * The form field `name`: the job's name for people; undefined when it is not given or empty.
 * @throws RequestError `bad_field`
 */
export function readJobName(field: string | undefined): string | undefined {
  const name = field?.trim();
  if (name === undefined || name === "") return undefined;
  if (name.length <= MAX_JOB_NAME) return name;
  throw new RequestError(
    "bad_field",
    `name: at most ${MAX_JOB_NAME} characters are possible, it has ${name.length}.`,
    {
      details: { field: "name" },
    },
  );
}
