/** Port of a master whose address names none, as `MASTER_PORT` has it by default. */
const MASTER_PORT = 5000;

/** The forms of a master's address, for messages. */
export const MASTER_URL_FORMS = "host:port, http://host:port or https://host:port";

/**
 * The URL of a master, without a slash at its end; undefined for a text that is no address. An address without a scheme
 * means HTTP, and port 5000 if it has no port. A path is kept, for masters behind a proxy; a user's name and password
 * are dropped.
 */
export function masterUrl(text: string): string | undefined {
  const given = text.trim();
  const whole = withScheme(given);
  if (whole === undefined || !URL.canParse(whole)) return undefined;
  const url = new URL(whole);
  if (whole !== given && !hasPort(given)) url.port = String(MASTER_PORT);
  for (const part of ["username", "password", "search", "hash"] as const) url[part] = "";
  return url.href.replace(/\/+$/, "");
}

function withScheme(given: string): string | undefined {
  if (/^https?:\/\/[^/]/i.test(given)) return given;
  return /^[a-z][a-z\d+.-]*:\//i.test(given) ? undefined : `http://${given}`;
}

/** Whether an address without a scheme names a port; the parsed URL does not show port 80. */
function hasPort(given: string): boolean {
  return /^[^/]*:\d+(\/|$)/.test(given);
}
