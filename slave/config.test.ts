import { availableParallelism, hostname } from "node:os";
import { expect, it } from "vitest";
import { readSlaveConfig } from "./config.ts";

it("without variables a slave has a slot per core, this host's name, and stays on this machine", () => {
  expect(readSlaveConfig({})).toMatchObject({
    masterUrls: ["http://127.0.0.1:5000"],
    host: "127.0.0.1",
    port: 3000,
    announced: undefined,
    name: hostname(),
    slots: availableParallelism(),
    tasks: [],
    childMemory: 400 * 2 ** 20,
    smallFile: 64 * 1024,
    token: undefined,
  });
});

it("several masters may be listed", () => {
  const { masterUrls } = readSlaveConfig({ MASTER_URL: "http://a:5000, https://b, 10.0.0.7:5000" });
  expect(masterUrls).toEqual(["http://a:5000", "https://b", "http://10.0.0.7:5000"]);
});

it.each([
  [{ SLAVE_PORT: "x", CHILD_MEMORY: "much" }, /SLAVE_PORT=x.*[\s\S]*CHILD_MEMORY=much/],
  [{ MASTER_URL: "ftp://a" }, /MASTER_URL=ftp:\/\/a: .*host:port, http:\/\/host:port or https:/],
  [{ SLAVE_HOST: "0.0.0.0" }, /SLAVE_HOST=0.0.0.0.*FLEET_TOKEN.*MANYHANDS_TOKEN.*ALLOW_ANONYMOUS/],
])("%o is refused with a sentence that names the variables", (env, message) => {
  expect(() => readSlaveConfig(env)).toThrow(message);
});

it.each([[{ FLEET_TOKEN: "t" }], [{ MANYHANDS_TOKEN: "t" }], [{ ALLOW_ANONYMOUS: "true" }]])(
  "with %o it may listen everywhere",
  (env) => {
    expect(readSlaveConfig({ SLAVE_HOST: "0.0.0.0", ...env }).host).toBe("0.0.0.0");
  },
);
