import { lookup } from "node:dns/promises";
import ipaddr from "ipaddr.js";
import { RequestError } from "../../shared/errors.ts";
import { withoutBrackets } from "../../shared/http/address.ts";

/** Kinds of address that no slave may have: an attacker could make the master send requests there. */
const REFUSED = new Set([
  ...["unspecified", "broadcast", "multicast", "linkLocal"],
  // IPv6 addresses that a network translates to IPv4: the IPv4 address could be any of the above.
  ...["rfc6145", "rfc6052", "6to4", "teredo"],
]);
/** Metadata services of clouds at addresses that are not link-local. */
const METADATA = new Set(["fd00:ec2::254", "100.100.100.200", "168.63.129.16"]);

/**
 * Resolves the address of a slave once and for all: a name that later points elsewhere does not redirect the
 * master.
 * @throws RequestError `slave_address_refused`
 */
export async function pinAddress(announced: string | undefined, remote: string): Promise<string> {
  const from = canonical(remote);
  const ip = announced === undefined ? from : canonical(await resolve(announced));
  const kind = ipaddr.parse(ip).range();
  const loopbackFromOutside = kind === "loopback" && ipaddr.parse(from).range() !== "loopback";
  if (REFUSED.has(kind) || METADATA.has(ip) || loopbackFromOutside) throw refused();
  return ip;
}

/** The canonical text of an address; IPv4 inside IPv6 becomes IPv4. */
export function canonical(address: string): string {
  const bare = withoutBrackets(address).split("%")[0] ?? "";
  if (!ipaddr.isValid(bare)) throw refused();
  return ipaddr.process(bare).toString();
}

async function resolve(host: string): Promise<string> {
  if (ipaddr.isValid(host)) return host;
  if (!/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?\.?$/i.test(host)) throw refused();
  try {
    return (await lookup(host, { verbatim: true })).address;
  } catch (cause) {
    throw new RequestError("slave_address_unknown", "slave_ip is a name that cannot be resolved.", {
      cause,
      details: { field: "slave_ip" },
    });
  }
}

/** The error gives no reason, because it must not help an attacker to map the network. */
function refused(): RequestError {
  return new RequestError("slave_address_refused", "slave_ip is not an address that a slave can have.", {
    details: { field: "slave_ip" },
  });
}
