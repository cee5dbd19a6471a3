import { Counter, type Registry } from "prom-client";

/** Number of tries by what became of them. */
export type WebhookCounts = Readonly<Record<string, number>>;

export function webhookTries(registers: Registry[], webhooks: WebhookCounts): void {
  new Counter({
    name: "manyhands_webhook_deliveries_total",
    help: "Tries to send webhooks, by outcome: delivered, retried (another one comes), gone (410), failed (the last one).",
    labelNames: ["outcome"],
    registers,
    collect() {
      this.reset();
      for (const [outcome, count] of Object.entries(webhooks)) this.inc({ outcome }, count);
    },
  });
}
