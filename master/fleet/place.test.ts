import { expect, it } from "vitest";
import { outSlaveId, placeOf } from "./place.ts";

const NEAR = "127.0.0.1";
const TUNNEL = "1b4e28ba-2fa1-41d2-883f-0016d3cca427";

it("a slave that listens is called at its pinned address", async () => {
  const place = await placeOf({ slave_ip: NEAR, slave_port: 3000 }, NEAR, () => false);
  expect(place.ip).toBe(NEAR);
});

it("a slave that holds a connection has a name that nothing resolves, and no part of its secret id", async () => {
  const id = outSlaveId(TUNNEL);
  const place = await placeOf(
    { slave_ip: "169.254.169.254", slave_port: 0, tunnel: TUNNEL },
    NEAR,
    () => true,
  );
  expect(place).toEqual({ id, ip: `${id}.invalid` });
  expect(TUNNEL).not.toContain(id);
});

it("a connection that the master does not have is refused, and so is a slave without port and connection", async () => {
  const without = placeOf({ slave_port: 0, tunnel: TUNNEL }, NEAR, () => false);
  await expect(without).rejects.toMatchObject({ code: "no_tunnel", status: 409 });
  const nowhere = placeOf({ slave_ip: NEAR, slave_port: 0 }, NEAR, () => true);
  await expect(nowhere).rejects.toMatchObject({ code: "bad_registration", status: 400 });
});
