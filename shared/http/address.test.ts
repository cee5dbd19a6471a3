import { expect, test } from "vitest";
import { hostAndPort, serviceUrl, withoutBrackets } from "./address.ts";

test.each([
  ["127.0.0.1", "127.0.0.1:5000"],
  ["::1", "[::1]:5000"],
  ["master.example", "master.example:5000"],
])("the host %s stands in a URL as %s, which gives it back", (host, shown) => {
  expect(hostAndPort(host, 5000)).toBe(shown);
  expect(withoutBrackets(new URL(`http://${shown}`).hostname)).toBe(host);
});

test("a service with a certificate has an https URL", () => {
  const tls = { cert: Buffer.from(""), key: Buffer.from("") };
  expect(serviceUrl({ host: "::1", port: 1, tls })).toBe("https://[::1]:1");
  expect(serviceUrl({ host: "::1", port: 1, tls: undefined })).toBe("http://[::1]:1");
});
