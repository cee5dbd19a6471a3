import { describe, expect, test } from "vitest";
import { ConfigError } from "../../shared/errors.ts";
import { signedHeaders, webhookKeys } from "./keys.ts";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

describe("the secret", () => {
  test.each([undefined, "", "  "])("%j is none", (secret) => {
    expect(webhookKeys(secret)).toEqual([]);
  });

  test("several, separated by commas, spaces or lines, are several keys", () => {
    const other = `whsec_${Buffer.alloc(64, 7).toString("base64")}`;
    expect(webhookKeys(`${SECRET}, ${other}\n${SECRET}`).map(({ length }) => length)).toEqual([24, 64, 24]);
  });

  test.each([
    "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "whsec_not base64",
    "whsec_!!!!9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    `whsec_${Buffer.alloc(23).toString("base64")}`,
    `whsec_${Buffer.alloc(65).toString("base64")}`,
  ])("%j is refused, and not repeated in the message", (secret) => {
    expect(messageOf(secret)).toMatch(
      /^WEBHOOK_SECRET must be whsec_ and the base64 of 24 to 64 random bytes/,
    );
    expect(messageOf(secret)).not.toContain(secret);
  });

  test("a prefix alone is refused", () => {
    expect(messageOf("whsec_")).toMatch(/^WEBHOOK_SECRET must be/);
  });
});

function messageOf(secret: string): string {
  try {
    webhookKeys(secret);
    return "it was taken";
  } catch (error) {
    return error instanceof ConfigError ? error.message : "another error";
  }
}

test("a message has the signature that the tools of Standard Webhooks make", () => {
  const message = {
    id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
    timestamp: 1_614_265_330,
    body: '{"test": 2432232314}',
  };
  expect(signedHeaders(webhookKeys(SECRET), message)).toEqual({
    "webhook-id": message.id,
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  });
});

test("each key signs: receivers know one of them", () => {
  const keys = webhookKeys(`${SECRET},whsec_${Buffer.alloc(32, 1).toString("base64")}`);
  const signature = signedHeaders(keys, { id: "msg_1", timestamp: 1, body: "{}" })["webhook-signature"];
  expect(signature).toMatch(/^v1,[\w+/]{43}= v1,[\w+/]{43}=$/);
});
