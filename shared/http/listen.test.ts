import { createServer, type Server } from "node:http";
import { afterEach, expect, test } from "vitest";
import { listenOn } from "./listen.ts";

const servers: Server[] = [];

function server(): Server {
  const made = createServer();
  servers.push(made);
  return made;
}

afterEach(() => {
  for (const one of servers.splice(0)) one.close();
});

test("port 0 becomes a free one", async () => {
  expect(await listenOn(server(), { host: "127.0.0.1", port: 0, role: "MASTER" })).toBeGreaterThan(0);
});

test("a port that is in use is port_in_use, with the variable to set", async () => {
  const port = await listenOn(server(), { host: "127.0.0.1", port: 0, role: "MASTER" });
  await expect(listenOn(server(), { host: "127.0.0.1", port, role: "MASTER" })).rejects.toMatchObject({
    code: "port_in_use",
    message: `Port ${port} of 127.0.0.1 is in use. Set MASTER_PORT to another port, or to 0 for a free one.`,
  });
});

test("an address of another machine is cannot_listen, with the variable to set", async () => {
  await expect(listenOn(server(), { host: "203.0.113.9", port: 0, role: "SLAVE" })).rejects.toMatchObject({
    code: "cannot_listen",
    message:
      "203.0.113.9 is no address of this machine. Set SLAVE_HOST to an address of this machine, or to 0.0.0.0 for all of them.",
  });
});
