import { expect, test } from "vitest";
import { canonical, pinAddress } from "./address.ts";

test.each([
  ["127.0.0.1", "127.0.0.1", "127.0.0.1"],
  [undefined, "::ffff:10.1.2.3", "10.1.2.3"],
  ["10.0.0.7", "10.0.0.9", "10.0.0.7"],
  ["192.168.1.5", "127.0.0.1", "192.168.1.5"],
  ["192.0.2.2", "192.0.2.2", "192.0.2.2"],
  ["198.18.0.5", "198.18.0.1", "198.18.0.5"],
  ["100.64.0.7", "100.64.0.1", "100.64.0.7"],
  ["fd12:3456::7", "fd12:3456::1", "fd12:3456::7"],
  ["2001:db8::7", "2001:db8::1", "2001:db8::7"],
  ["2a01:4f8::7", "2a01:4f8::1", "2a01:4f8::7"],
  ["::1", "::1", "::1"],
  ["localhost", "127.0.0.1", canonicalLoopback],
])("%s announced from %s is called at %s", async (announced, remote, expected) => {
  const pinned = await pinAddress(announced, remote);
  if (typeof expected === "string") expect(pinned).toBe(expected);
  else expect(expected()).toContain(pinned);
});

test.each([
  ["169.254.169.254", "10.0.0.9"],
  ["::ffff:169.254.169.254", "10.0.0.9"],
  ["0.0.0.0", "10.0.0.9"],
  ["::", "10.0.0.9"],
  ["224.0.0.1", "10.0.0.9"],
  ["255.255.255.255", "10.0.0.9"],
  ["fe80::1", "10.0.0.9"],
  ["ff02::1", "10.0.0.9"],
  ["fd00:ec2::254", "10.0.0.9"],
  ["64:ff9b::a9fe:a9fe", "10.0.0.9"],
  ["2002:a9fe:a9fe::1", "10.0.0.9"],
  ["64:ff9b:1::a9fe:a9fe", "10.0.0.9"],
  ["::ffff:0:a9fe:a9fe", "10.0.0.9"],
  ["2001:0:53aa:64c:0:0:5601:5601", "10.0.0.9"],
  ["::7f00:1", "127.0.0.1"],
  ["::a9fe:a9fe", "10.0.0.9"],
  ["::a01:203", "10.0.0.9"],
  ["::169.254.169.254", "10.0.0.9"],
  ["192.0.0.192", "10.0.0.9"],
  ["::ffff:192.0.0.192", "10.0.0.9"],
  ["fd20:ce::254", "10.0.0.9"],
  ["fd00:c1::a9fe:a9fe", "10.0.0.9"],
  ["100.100.100.200", "10.0.0.9"],
  ["240.0.0.1", "10.0.0.9"],
  ["192.88.99.1", "10.0.0.9"],
  ["192.175.48.1", "10.0.0.9"],
  ["fec0::1", "10.0.0.9"],
  ["100::1", "10.0.0.9"],
  ["2001:20::1", "10.0.0.9"],
  ["0.1.2.3", "10.0.0.9"],
  ["127.0.0.1", "10.0.0.9"],
  ["::ffff:127.0.0.1", "10.0.0.9"],
  ["a b", "127.0.0.1"],
  ["host/path", "127.0.0.1"],
  ["user@host", "127.0.0.1"],
])("%s announced from %s is refused", async (announced, remote) => {
  await expect(pinAddress(announced, remote)).rejects.toMatchObject({
    code: "slave_address_refused",
    status: 400,
  });
});

test("an IPv4 address inside IPv6 is told as IPv4", () => {
  expect(canonical("::ffff:1.2.3.4")).toBe("1.2.3.4");
});

function canonicalLoopback(): string[] {
  return ["127.0.0.1", "::1"];
}

test("a slave on another machine that announces its loopback address is told what to set", async () => {
  await expect(pinAddress("127.0.0.1", "10.0.0.7")).rejects.toThrow(
    "The slave registered as 127.0.0.1, which this master cannot reach. Set SLAVE_HOST=0.0.0.0 on the slave",
  );
});
