import { isIPv6 } from "node:net";
import type { networkInterfaces } from "node:os";
import { isLoopback } from "../../shared/access.ts";

export interface Listening {
  /** The host that the master listens on, as configured. */
  readonly host: string;
  readonly port: number;
  readonly isTls: boolean;
}

type Interfaces = ReturnType<typeof networkInterfaces>;

/** Where other machines of its networks reach this master: `http://10.0.0.2:4000`. None while it listens on loopback alone. */
export function originsOf({ host, port, isTls }: Listening, interfaces: Interfaces): string[] {
  return hostsOf(host, interfaces).map((name) => {
    const written = isIPv6(name) ? `[${name}]` : name;
    return `${isTls ? "https" : "http"}://${written}:${port}`;
  });
}

function hostsOf(host: string, interfaces: Interfaces): string[] {
  if (host !== "0.0.0.0" && host !== "::") return isLoopback(host) ? [] : [host];
  const all = Object.values(interfaces)
    .flatMap((list) => list ?? [])
    // An address of its own link needs the name of the interface, which differs on each machine.
    .filter(({ internal, address }) => !internal && !/^(?:fe[89ab]|169\.254\.)/i.test(address));
  const ipv4 = all.filter(({ family }) => family === "IPv4");
  const ipv6 = host === "::" ? all.filter(({ family }) => family === "IPv6") : [];
  return [...ipv4, ...ipv6].map(({ address }) => address);
}
