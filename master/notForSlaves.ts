/** Variables with secrets of the master and its clients, which slaves that the master starts do not get. */
export const NOT_FOR_SLAVES = [
  "DATABASE_URL",
  "QUEUE_URL",
  "MANYHANDS_TOKEN",
  "MANYHANDS_TOKEN_FILE",
  "FLEET_TOKEN_FILE",
  "CLIENT_TOKEN",
  "CLIENT_TOKEN_FILE",
  "STORE_ACCESS_KEY",
  "STORE_SECRET_KEY",
  "STORE_SECRET_KEY_FILE",
  "WEBHOOK_SECRET",
  "WEBHOOK_SECRET_FILE",
] as const;
