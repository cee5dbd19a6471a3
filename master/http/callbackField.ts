import type { Request } from "express";
import { isLoopback } from "../../shared/access.ts";
import { RequestError } from "../../shared/errors.ts";
import { peerAddress } from "../../shared/http/token.ts";
import type { CallbackTarget } from "../record/callback.ts";
import { callbackTarget } from "../webhooks/target.ts";

/** Whether the master has a key that signs webhooks. */
export type Webhooks = "on" | "off";

/**
 * The form field `callback`: where the end of the job is told; undefined when it is not given or empty.
 * @throws RequestError `webhooks_off`, `bad_callback`, `callback_refused`
 */
export async function readCallback(
  req: Request,
  field: string | undefined,
  webhooks: Webhooks,
): Promise<CallbackTarget | undefined> {
  const text = field?.trim();
  if (text === undefined || text === "") return undefined;
  if (webhooks === "on") return await callbackTarget(text, { fromLoopback: isLoopback(peerAddress(req)) });
  throw new RequestError(
    "webhooks_off",
    "callback: this master sends no webhooks, because it has no secret to sign them. Its operator sets WEBHOOK_SECRET.",
    { details: { field: "callback" } },
  );
}
