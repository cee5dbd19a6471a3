import { createHmac } from "node:crypto";
import { ConfigError } from "../../shared/errors.ts";

const PREFIX = "whsec_";
/** Bytes of a key, by the specification of Standard Webhooks. */
const SIZE = { least: 24, most: 64 };

/**
 * Keys of WEBHOOK_SECRET, which may hold several, separated by commas: each signs, so that receivers change from the old
 * one to the new one in their own time.
 * @throws ConfigError, which does not repeat the secret
 */
export function webhookKeys(secret: string | undefined): readonly Buffer[] {
  const given = secret?.split(/[\s,]+/).filter(Boolean) ?? [];
  return given.map((one) => {
    const encoded = one.startsWith(PREFIX) ? one.slice(PREFIX.length) : "";
    const key = Buffer.from(encoded, "base64");
    const isWhole = key.toString("base64").replace(/=+$/, "") === encoded.replace(/=+$/, "");
    if (isWhole && key.length >= SIZE.least && key.length <= SIZE.most) return key;
    throw new ConfigError(
      `WEBHOOK_SECRET must be ${PREFIX} and the base64 of ${SIZE.least} to ${SIZE.most} random bytes, such as the output of: echo ${PREFIX}$(openssl rand -base64 32)`,
    );
  });
}

export interface WebhookMessage {
  /** The same for each try; without a full stop, because the signed text is split there. */
  readonly id: string;
  /** Seconds since 1970 of this try. */
  readonly timestamp: number;
  readonly body: string;
}

/** The headers of Standard Webhooks (https://www.standardwebhooks.com). */
export function signedHeaders(
  keys: readonly Buffer[],
  { id, timestamp, body }: WebhookMessage,
): Record<"webhook-id" | "webhook-timestamp" | "webhook-signature", string> {
  const signed = `${id}.${timestamp}.${body}`;
  const signatures = keys.map((key) => `v1,${createHmac("sha256", key).update(signed).digest("base64")}`);
  return {
    "webhook-id": id,
    "webhook-timestamp": String(timestamp),
    "webhook-signature": signatures.join(" "),
  };
}
