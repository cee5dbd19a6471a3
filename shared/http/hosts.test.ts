import { request } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import { afterEach, expect, it } from "vitest";
import { createLogger } from "../logger.ts";
import { browserGuard, type HostOptions } from "./hosts.ts";
import { problemHandler } from "./problem.ts";

const LOOPBACK: HostOptions = { host: "127.0.0.1", allowedHosts: [], hasToken: false };
const closing: (() => void)[] = [];

afterEach(() => {
  for (const close of closing.splice(0)) close();
});

it.each([
  ["127.0.0.1:5000", {}],
  ["localhost:5000", {}],
  ["LOCALHOST", {}],
  ["localhost.:5000", {}],
  ["[::1]:5000", {}],
  ["127.5.5.5", {}],
  ["files.example:5000", { allowedHosts: ["Files.example"] }],
  ["anything.example", { allowedHosts: ["*"] }],
  ["10.1.2.3:5000", { host: "0.0.0.0" }],
  ["[fd00::1]:5000", { host: "::" }],
  ["big.example", { host: "big.example" }],
  ["any.example", { host: "0.0.0.0", hasToken: true }],
])("Host: %s is answered where %j", async (host, change) => {
  expect(await ask({ host }, change)).toBe(200);
});

it.each([
  ["evil.example:5000", {}],
  ["127.0.0.1.evil.example", {}],
  ["localhost.evil.example", {}],
  ["10.1.2.3", {}],
  ["127.0.0.1@evil.example", {}],
  ["[::1]x", {}],
  ["evil.example", { hasToken: true }],
  ["evil.example", { host: "0.0.0.0" }],
  ["evil.example", { host: "0.0.0.0", hasToken: true, allowedHosts: ["files.example"] }],
])("Host: %s is refused where %j", async (host, change) => {
  expect(await ask({ host }, change)).toBe("host_not_allowed");
});

it.each([
  [{ origin: "http://localhost:5000" }],
  [{ origin: "http://localhost:5000", "sec-fetch-site": "same-origin" }],
  [{ "sec-fetch-site": "none", "sec-fetch-mode": "navigate" }],
  [{ "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" }],
  [{ origin: "https://files.example" }],
])("a request with %j is answered", async (headers) => {
  expect(await ask({ host: "localhost:5000", ...headers }, { allowedHosts: ["files.example"] })).toBe(200);
});

it.each([
  [{ origin: "http://evil.example" }],
  [{ origin: "http://localhost:8080" }],
  [{ origin: "null" }],
  [{ origin: "http://localhost:5000.evil.example" }],
  [{ "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" }],
])("a request with %j is refused", async (headers) => {
  expect(await ask({ host: "localhost:5000", ...headers })).toBe("cross_site");
});

it("a form that another site sends by navigation is refused", async () => {
  const headers = { host: "localhost:5000", "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" };
  expect(await ask(headers, {}, "POST")).toBe("cross_site");
});

/** The status, or the code of the problem. */
async function ask(
  headers: Record<string, string>,
  change: Partial<HostOptions> = {},
  method = "GET",
): Promise<number | string> {
  const app = express();
  app.use(browserGuard({ ...LOOPBACK, ...change }));
  app.use((_req, res) => void res.send("fine"));
  app.use(problemHandler(createLogger("test", "silent")));
  const server = app.listen(0, "127.0.0.1");
  closing.push(() => server.close());
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  return await new Promise((resolve, reject) => {
    const sent = request({ port, host: "127.0.0.1", method, headers, agent: false }, (res) => {
      let text = "";
      res.on("data", (chunk) => {
        text += chunk;
      });
      res.on("end", () => resolve(res.statusCode === 200 ? 200 : JSON.parse(text).code));
    });
    sent.once("error", reject).end();
  });
}
