import type { NetworkInterfaceInfo } from "node:os";
import { expect, test } from "vitest";
import { originsOf } from "./origins.ts";

function one(address: string, internal: boolean): NetworkInterfaceInfo {
  const rest = { netmask: "", mac: "", internal, cidr: null };
  return address.includes(":")
    ? { ...rest, address, family: "IPv6", scopeid: 0 }
    : { ...rest, address, family: "IPv4" };
}

const INTERFACES = {
  lo: [one("127.0.0.1", true), one("::1", true)],
  eth0: [one("fe80::1", false), one("2001:db8::7", false), one("10.0.0.2", false)],
  usb0: [one("169.254.3.4", false)],
};

test.each([
  ["127.0.0.1", []],
  ["localhost", []],
  ["::1", []],
  ["0.0.0.0", ["http://10.0.0.2:4000"]],
  ["::", ["http://10.0.0.2:4000", "http://[2001:db8::7]:4000"]],
  ["192.168.1.5", ["http://192.168.1.5:4000"]],
  ["2001:db8::7", ["http://[2001:db8::7]:4000"]],
])("a master that listens on %s is reached from other machines at %j", (host, origins) => {
  expect(originsOf({ host, port: 4000, isTls: false }, INTERFACES)).toEqual(origins);
});

test("with a certificate the address begins with https", () => {
  expect(originsOf({ host: "0.0.0.0", port: 443, isTls: true }, INTERFACES)).toEqual([
    "https://10.0.0.2:443",
  ]);
});
