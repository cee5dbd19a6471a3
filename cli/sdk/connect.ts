import { RequestError } from "../../shared/errors.ts";
import type { CallOptions } from "./calls.ts";
import { type ConnectOptions, FleetClient } from "./fleet.ts";

/** The fleet of the functions below: the one that was connected last. */
let current: FleetClient | undefined;

/** A master that has answered: it can be reached and accepts the token. */
export async function connect({ signal, ...options }: ConnectOptions & CallOptions): Promise<FleetClient> {
  const fleet = new FleetClient(options);
  await fleet.tasks.list({ signal });
  current = fleet;
  return fleet;
}

/** `fleet.map` of the fleet that was connected last. @throws RequestError `bad_url` before `connect` */
export const map: FleetClient["map"] = (...call) => connected().map(...call);

/** `fleet.run` of the fleet that was connected last. @throws RequestError `bad_url` before `connect` */
export const run: FleetClient["run"] = (...call) => connected().run(...call);

/** `fleet.disconnect` of the fleet that was connected last. */
export function disconnect(): void {
  current?.disconnect();
  current = undefined;
}

function connected(): FleetClient {
  if (current !== undefined) return current;
  throw new RequestError("bad_url", "There is no fleet yet: await connect({ master }) first.");
}
