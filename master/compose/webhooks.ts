import type { Logger } from "../../shared/logger.ts";
import type { MasterConfig } from "../config.ts";
import { jobView } from "../http/views.ts";
import { WebhookDeliveries } from "../webhooks/deliveries.ts";
import { webhookSender } from "../webhooks/send.ts";
import type { Storage } from "./storage.ts";

export interface WebhooksInit {
  readonly config: MasterConfig;
  readonly logger: Logger;
  readonly version: string;
  readonly storage: Storage;
}

/** What tells the ends of jobs to their callbacks. */
export function createWebhooks({ config, logger, version, storage }: WebhooksInit): WebhookDeliveries {
  const { jobs, hub, results } = storage;
  return new WebhookDeliveries({
    jobs,
    hub,
    keys: config.webhookKeys,
    view: (job) => jobView(job, { results }),
    send: webhookSender(config.ca),
    agent: `manyhands/${version}`,
    logger,
  });
}
