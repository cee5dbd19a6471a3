import type { LookupAddress } from "node:dns";
import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { MAX_CALLBACK } from "../../shared/contract/callback.ts";
import { isErrno, RequestError } from "../../shared/errors.ts";
import { withoutBrackets } from "../../shared/http/address.ts";
import { type AddressTerms, canonical, checkAddress } from "../fleet/address.ts";
import type { CallbackTarget } from "../record/callback.ts";

/**
 * Checks where a client wants the end of its job to be told. A name that cannot be looked up just now is accepted: it
 * is looked up again for each try.
 * @throws RequestError `bad_callback`, `callback_refused`
 */
export async function callbackTarget(text: string, terms: AddressTerms): Promise<CallbackTarget> {
  const url = urlOf(text);
  await addressesOf(url, terms).catch((error: unknown) => {
    if (error instanceof RequestError) throw error;
    if (isErrno(error, "ENOTFOUND"))
      throw badCallback(`the host ${url.hostname} is not known to the master`, error);
  });
  return { url: url.href, ...terms };
}

/**
 * The addresses of a URL's host to which the master may connect. They must be those that it connects to, so that a name
 * does not lead elsewhere between check and use.
 * @throws RequestError `callback_refused`; errors of the look-up
 */
export async function addressesOf({ hostname }: URL, terms: AddressTerms): Promise<LookupAddress[]> {
  const host = withoutBrackets(hostname);
  const family = isIP(host);
  const found =
    family === 0 ? await lookup(host, { all: true, verbatim: true }) : [{ address: host, family }];
  const allowed = found.filter(({ address }) => checkAddress(canonical(address), terms) === undefined);
  if (allowed.length > 0) return allowed;
  // No reason is given, because it must not help an attacker to map the network.
  throw new RequestError(
    "callback_refused",
    "callback does not lead to an address that a webhook may have.",
    {
      details: {
        field: "callback",
        hint: "Loopback addresses are for clients on the master's machine; docs/webhooks.md has the rules.",
      },
    },
  );
}

function urlOf(text: string): URL {
  if (text.length > MAX_CALLBACK) throw badCallback(`at most ${MAX_CALLBACK} characters are possible`);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw badCallback("a URL such as https://example.org/hook is needed");
  if (url.username !== "" || url.password !== "")
    throw badCallback(
      "a URL without user and password is needed; the signature tells that it is this master",
    );
  url.hash = "";
  return url;
}

function badCallback(reason: string, cause?: unknown): RequestError {
  return new RequestError("bad_callback", `callback: ${reason}.`, { details: { field: "callback" }, cause });
}
