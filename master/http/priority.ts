import type { IncomingMessage } from "node:http";
import { jobPriority, PRIORITY } from "../../shared/contract/requests.ts";
import { RequestError } from "../../shared/errors.ts";

/** `u=` and `i` of RFC 9218, which browsers and proxies send: they speak of the HTTP answer, not of the job. */
const OF_THE_ANSWER = /(?:^|,)\s*(?:u\s*=|i\s*(?:$|[,=;]))/;

/**
 * Priority of a job: the form field `priority`, else the header `Priority` with a plain number.
 * @throws RequestError `bad_priority`
 */
export function readPriority({ headers }: IncomingMessage, field: string | undefined): number {
  const given = field ?? fromHeader(headers.priority);
  const parsed = jobPriority.safeParse(numberIn(given?.trim()));
  if (parsed.success) return parsed.data;
  throw new RequestError(
    "bad_priority",
    `priority: a whole number from ${PRIORITY.least} to ${PRIORITY.most} is needed.`,
    { details: { field: "priority", valid_values: [`${PRIORITY.least} to ${PRIORITY.most}`] } },
  );
}

function numberIn(text: string | undefined): number | undefined {
  if (text === undefined || text === "") return undefined;
  return /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
}

function fromHeader(value: string | string[] | undefined): string | undefined {
  const text = Array.isArray(value) ? value.join(",") : value;
  return text === undefined || OF_THE_ANSWER.test(text) ? undefined : text;
}
