import { as } from "../shared/env.ts";

/** Variables of the master for what clients may do, and who goes first. */
export const CLIENT_VARIABLES = {
  idempotencySeconds: {
    name: "IDEMPOTENCY_SECONDS",
    schema: as.seconds,
    fallback: "86400",
    meaning: "Time for which an Idempotency-Key stands for its job.",
  },
  jobs: {
    name: "JOBS",
    schema: as.oneOf(["all", "own"] as const),
    fallback: "all",
    meaning:
      "`all`: every client sees every job. `own`: a client sees only the jobs sent with its token; tokens then need names (`CLIENT_TOKEN=scanner:…,office:…`).",
  },
  clientWeights: {
    name: "CLIENT_WEIGHTS",
    schema: as.weights,
    fallback: "",
    meaning:
      "Weights of clients, by the names of their tokens: `alice=3,batch=0.5`. While both wait, alice gets six times the leases of batch.",
    unset: "1 each",
  },
} as const;
