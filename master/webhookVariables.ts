import { secret } from "../shared/access.ts";

/** Variables of the master for webhooks. */
export const WEBHOOK_VARIABLES = {
  webhookSecret: secret(
    "WEBHOOK_SECRET",
    "Secret that signs webhooks: `whsec_` and base64. Several are separated by commas, and each signs. Without one a `callback` is refused.",
  ),
  webhookSecretFile: secret("WEBHOOK_SECRET_FILE", "File that holds WEBHOOK_SECRET."),
} as const;
