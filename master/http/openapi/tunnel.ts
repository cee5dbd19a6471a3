import type { Operation } from "./operation.ts";

/** The connection that a slave holds when its master cannot reach it. */
export const TUNNEL_OPERATIONS = {
  "GET /tunnel": {
    tag: "Slaves",
    summary: "A slave opens the connection over which the master calls it",
    description:
      "For slaves that the master cannot reach (`SLAVE_CONNECT=out`): the request asks for `Upgrade: manyhands-tunnel` and names the slave in `manyhands-tunnel-id`; the same id in `tunnel` of its registration. After 101 the connection carries many connections of HTTP/1.1, which the master opens.",
    access: "fleet",
    answers: { 101: { description: "The connection is the slave's.", content: {} } },
    errors: { 400: ["bad_registration"], 426: ["upgrade_required"], 503: ["too_many_slaves"] },
  },
} satisfies Record<string, Operation>;
