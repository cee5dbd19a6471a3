import { lookup } from "node:dns/promises";
import ipaddr from "ipaddr.js";
import { isLoopback } from "../../shared/access.ts";
import { RequestError } from "../../shared/errors.ts";
import { withoutBrackets } from "../../shared/http/address.ts";

/** Kinds of address, by the names of ipaddr.js, to which the master sends no requests: no slave may have one. */
const REFUSED = new Set([
  ...[
    "unspecified",
    "broadcast",
    "multicast",
    "linkLocal",
    "deprecatedSiteLocal",
    "discard",
    "segmentRouting",
  ],
  ...[
    "as112",
    "as112v6",
    "amt",
    "benchmarking",
    "deprecatedOrchid",
    "orchid2",
    "droneRemoteIdProtocolEntityTags",
  ],
  // IPv6 addresses that a network translates to IPv4: the IPv4 address could be any of the above.
  ...["rfc6145", "rfc6052", "6to4", "teredo"],
]);

/**
 * Further networks of this kind. Ranges for documentation and for measurements are not among them: private
 * networks use them.
 */
const RESERVED = [
  ...["192.0.0.0/24", "192.88.99.0/24", "240.0.0.0/4"],
  // IPv4 addresses as the last 32 bits of IPv6, an outdated form; and what the IETF assigns to protocols.
  ...["::/96", "2001::/23"],
  // Metadata services of clouds at addresses that are not link-local.
  ...["100.100.100.200/32", "168.63.129.16/32", "fd00:ec2::254/128", "fd20:ce::254/128"],
  ...["fd00:c1::a9fe:a9fe/128", "fd00:42::42/128"],
].map((network) => ipaddr.parseCIDR(network));

/**
 * Resolves the address of a slave once and for all: a name that later points elsewhere does not redirect the
 * master.
 * @throws RequestError `slave_address_refused`
 */
export async function pinAddress(announced: string | undefined, remote: string): Promise<string> {
  const from = canonical(remote);
  const ip = announced === undefined ? from : canonical(await resolve(announced));
  const fault = checkAddress(ip, { fromLoopback: isLoopback(from) });
  if (fault === "loopback") throw elsewhere(ip);
  if (fault === "reserved") throw refused();
  return ip;
}

export interface AddressTerms {
  /** Who asks for requests to the address is on this machine. */
  readonly fromLoopback: boolean;
}

/**
 * Why the master sends no requests to an address that someone else names; undefined: it does. Loopback addresses are for
 * those who are on this machine, private ones for all.
 * @param ip a canonical address
 */
export function checkAddress(
  ip: string,
  { fromLoopback }: AddressTerms,
): "loopback" | "reserved" | undefined {
  if (isLoopback(ip)) return fromLoopback ? undefined : "loopback";
  return isReserved(ipaddr.parse(ip)) ? "reserved" : undefined;
}

function isReserved(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  const isIn = ([network, bits]: (typeof RESERVED)[number]) =>
    address.kind() === network.kind() && address.match(network, bits);
  return REFUSED.has(address.range()) || RESERVED.some(isIn);
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

/** A slave on another machine that listens on its own loopback address. */
function elsewhere(ip: string): RequestError {
  const remedy = "Set SLAVE_HOST=0.0.0.0 on the slave, or SLAVE_IP to its own address.";
  return new RequestError(
    "slave_address_refused",
    `The slave registered as ${ip}, which this master cannot reach. ${remedy}`,
    { details: { field: "slave_ip" } },
  );
}

/** The error gives no reason, because it must not help an attacker to map the network. */
function refused(): RequestError {
  return new RequestError("slave_address_refused", "slave_ip is not an address that a slave can have.", {
    details: { field: "slave_ip" },
  });
}
