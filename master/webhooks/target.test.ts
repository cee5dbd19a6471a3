import { expect, test } from "vitest";
import { addressesOf, callbackTarget } from "./target.ts";

const NEAR = { fromLoopback: true };
const FAR = { fromLoopback: false };

test.each([
  ["http://127.0.0.1:9/hook?a=b#part", "http://127.0.0.1:9/hook?a=b", NEAR],
  ["HTTP://LOCALHOST/", "http://localhost/", NEAR],
  ["https://10.0.0.7/", "https://10.0.0.7/", FAR],
  ["https://[2a01:4f8::7]:8443/x", "https://[2a01:4f8::7]:8443/x", FAR],
])("%s is taken as %s", async (text, url, terms) => {
  expect(await callbackTarget(text, terms)).toEqual({ url, ...terms });
});

test.each([
  ["no URL", "example.org"],
  ["another scheme", "ftp://example.org/"],
  ["a script", "javascript:alert(1)"],
  ["a file", "file:///etc/passwd"],
  ["a user", "http://user@example.org/"],
  ["a password", "http://:secret@example.org/"],
  ["too long", `http://example.org/${"x".repeat(2_000)}`],
  ["a name that cannot be", "http://unknown.invalid/"],
])("%s is bad_callback", async (_, text) => {
  await expect(callbackTarget(text, NEAR)).rejects.toMatchObject({ code: "bad_callback", status: 400 });
});

test.each([
  ["http://169.254.169.254/latest/meta-data/", NEAR],
  ["http://[::ffff:169.254.169.254]/", NEAR],
  ["http://[fd00:ec2::254]/", FAR],
  ["http://[64:ff9b::a9fe:a9fe]/", NEAR],
  ["http://100.100.100.200/", FAR],
  ["http://0.0.0.0/", NEAR],
  ["http://0/", NEAR],
  ["http://[::]/", NEAR],
  ["http://224.0.0.1/", NEAR],
  ["http://127.0.0.1/", FAR],
  ["http://2130706433/", FAR],
  ["http://0x7f.1/", FAR],
  ["http://127.1/", FAR],
  ["http://[::1]/", FAR],
  ["http://[::ffff:127.0.0.1]/", FAR],
  ["http://localhost:6379/", FAR],
])("%s is callback_refused for %j", async (text, terms) => {
  await expect(callbackTarget(text, terms)).rejects.toMatchObject({ code: "callback_refused", status: 400 });
});

test("the addresses to connect to are those that were checked", async () => {
  expect(await addressesOf(new URL("http://[::1]/"), NEAR)).toEqual([{ address: "::1", family: 6 }]);
  const found = await addressesOf(new URL("http://localhost/"), NEAR);
  expect(found.map(({ address }) => address)).toContain("127.0.0.1");
});
