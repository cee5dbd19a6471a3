import type { Tls } from "../listening.ts";

/** Host and port as in URLs: an IPv6 address stands in brackets. */
export function hostAndPort(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** A host as in URLs without the brackets of an IPv6 address, as sockets take it. */
export function withoutBrackets(host: string): string {
  return host.replace(/^\[|\]$/g, "");
}

export interface ServiceAddress {
  readonly host: string;
  readonly port: number;
  /** Undefined: plain HTTP. */
  readonly tls: Tls | undefined;
}

/** `http://host:port` or `https://host:port`. */
export function serviceUrl({ host, port, tls }: ServiceAddress): string {
  return `${tls === undefined ? "http" : "https"}://${hostAndPort(host, port)}`;
}
