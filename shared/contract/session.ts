import { z } from "zod";
import type { Immutable } from "./immutable.ts";

/** `POST /session`: a browser signs in. */
export const sessionWish = z.strictObject({
  token: z.string().min(1).max(1024).describe("a client's token"),
});

/** `GET /session`. */
export const sessionView = z.object({
  required: z.boolean().describe("whether this master asks clients for a token"),
  signed_in: z.boolean().describe("whether the request has a session, or a right token"),
  client: z.string().exactOptional().describe("name of the token; only where the request is signed in"),
});
export type SessionView = Immutable<z.infer<typeof sessionView>>;
