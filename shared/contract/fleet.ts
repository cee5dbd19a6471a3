import { z } from "zod";
import { fileWarning, MOST_WARNINGS } from "../warnings.ts";
import type { Immutable } from "./immutable.ts";
import { handoverName } from "./lease.ts";

/**
 * Messages between master and slave. Fields that the classic service does not have are optional, so that its slaves
 * and masters can take part.
 */

const portOnWire = z.coerce.number().int().min(1).max(65_535);

/** `POST /register`, slave to master. A slave without `version` is a classic one. */
export const registerRequest = z.object({
  slave_ip: z
    .string()
    .min(1)
    .max(255)
    .optional()
    .describe("address where the master calls the slave; without it the one that the request came from"),
  slave_port: z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .describe("port of the slave; 0: it has none, and `tunnel` names its connection"),
  tunnel: z
    .string()
    .regex(/^[\da-f-]{36}$/)
    .optional()
    .describe("id that a slave showed at `/tunnel`: the master calls it over the connection that it holds"),
  name: z.string().max(100).optional().describe("name of the slave"),
  version: z.string().max(40).optional().describe("its version of manyhands"),
  instance: z
    .string()
    .max(64)
    .optional()
    .describe("id of its process: a slave that starts again on the same port is another slave"),
  slots: z.number().int().min(1).max(1024).optional().describe("units that it can work on at a time"),
  tls: z.boolean().optional().describe("whether it listens by HTTPS"),
  steps: z
    .record(z.string(), z.record(z.string(), z.number().int()))
    .optional()
    .describe("versions of the steps that it can do, by task"),
  choices: z
    .record(z.string(), z.record(z.string(), z.array(z.string().max(64)).max(300)))
    .optional()
    .describe("values of options that it can do, by task and option: the languages of `ocr`"),
  handover: z
    .object({
      folder: z.string().min(1).max(4_096).describe("path of the folder"),
      proof: z
        .string()
        .regex(/^[0-9a-f]{32}$/)
        .describe("content of the file `proof` there: a master that reads it may hand files over"),
    })
    .optional()
    .describe("the slave's handover folder"),
  input_cache_bytes: z
    .number()
    .int()
    .min(1)
    .optional()
    .describe("most bytes of inputs that it keeps for later leases; without it it keeps none"),
  store: z
    .url({ protocol: /^https?$/ })
    .max(300)
    .optional()
    .describe(
      "server of the bucket: from there it fetches inputs itself where the master signs addresses for it",
    ),
});
export type RegisterRequest = z.infer<typeof registerRequest>;

/**
 * A slave is `pending` until its first valid answer. A `lost` slave is still polled and may come back. A slave that was
 * stopped in order is `gone`.
 */
export const SLAVE_STATES = ["pending", "alive", "draining", "lost", "gone"] as const;
export type SlaveState = (typeof SLAVE_STATES)[number];

/** Way between master and slave: the master connects to the slave, or the slave opens a connection and holds it. */
export const CONNECT_WAYS = ["direct", "out"] as const;
export type ConnectWay = (typeof CONNECT_WAYS)[number];

/** A master's answer to `POST /register`. */
export const registerAnswer = z.object({
  status: z.literal("success").describe("the slave is registered"),
  slave_id: z.string().describe("id of the slave"),
  state: z.enum(SLAVE_STATES).describe("its state"),
  reason: z
    .string()
    .optional()
    .describe("why the slave did not answer the master's polls; not for slaves of the classic service"),
  poll_seconds: z
    .number()
    .describe(
      "seconds between the master's polls; a slave that misses a few registers again, after 10 s at most",
    ),
});
export type RegisterAnswer = Immutable<z.infer<typeof registerAnswer>>;

/** `POST /slaves/check`: where a slave would listen. */
export const slaveCheck = registerRequest
  .pick({ slave_ip: true, tls: true })
  .extend({ slave_port: portOnWire.describe("port of the slave") });

/** A master's answer to `POST /slaves/check`. */
export const slaveCheckAnswer = z.object({
  address: z.string().describe("host and port that the master called"),
  reached: z.boolean().describe("whether a slave answered there"),
  instance: z.string().exactOptional().describe("id of its process, where it tells it"),
  reason: z.string().exactOptional().describe("why the master did not reach it, for people"),
});
export type SlaveCheckAnswer = Immutable<z.infer<typeof slaveCheckAnswer>>;

/** `POST /sign_off`, slave to master: the slave stops. A classic master does not know it. */
export const signOff = registerRequest.pick({ slave_ip: true, slave_port: true, tunnel: true }).extend({
  instance: z.string().min(1).max(64).describe("as the slave registered it"),
  state: z
    .enum(["draining", "gone"])
    .describe("draining: it finishes its units and takes no more; gone: its process ends"),
});
export type SignOff = z.infer<typeof signOff>;

/** A master's answer to `POST /sign_off`. */
export const signOffAnswer = z.object({ status: z.literal("success").describe("the master knows it") });

/** `GET /check_status` of a slave. A classic slave says `status` only. */
export const checkStatusAnswer = z.object({
  status: z.literal("alive"),
  instance: z.string().optional(),
  version: z.string().optional(),
  slots: z.number().int().min(1).optional(),
  busy: z.number().int().min(0).optional(),
  waiting: z.number().int().min(0).optional(),
  draining: z.boolean().optional(),
  /** Load of the machine per core over the last minute. */
  cpu: z.number().optional(),
  /** Resident bytes of the slave and its children. */
  memory: z.number().optional(),
  working_on: z
    .array(z.object({ task: z.string(), step: z.string(), filename: z.string(), seconds: z.number() }))
    .optional(),
});
export type CheckStatusAnswer = z.infer<typeof checkStatusAnswer>;

export const FRAMES_TYPE = "application/vnd.manyhands.frames";
export const NDJSON_TYPE = "application/x-ndjson";

/** Header lines of the frame stream; a `part` that is not handed over is followed by `bytes` raw bytes. */
export const frameHeader = z.discriminatedUnion("type", [
  z.object({ type: z.literal("start"), unit: z.string() }),
  z.object({ type: z.literal("progress"), unit: z.string(), done: z.number().min(0).max(1).optional() }),
  z.object({
    type: z.literal("part"),
    unit: z.string(),
    filename: z.string(),
    bytes: z.number().int().min(0),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    /** Seconds for which the step ran. */
    seconds: z.number().min(0),
    summary: z.string().max(400).optional(),
    info: z.record(z.string(), z.json()).optional(),
    warnings: z.array(fileWarning).max(MOST_WARNINGS).optional(),
    /** Name of the part's file in the handover folder; then no bytes follow. */
    handover: handoverName.optional(),
  }),
  z.object({
    type: z.literal("failed"),
    unit: z.string(),
    filename: z.string(),
    code: z.string().max(100),
    error: z.string().max(2_000),
    seconds: z.number().min(0),
    /** The child ended while it worked on the unit (crash, memory): another try may succeed. */
    child_ended: z.boolean().optional(),
    /** The slave did not finish the unit (it stops, or its disk is full): the try does not count. */
    handed_back: z.boolean().optional(),
  }),
  /** A sign of life, sent every few seconds, so that silence means trouble. */
  z.object({ type: z.literal("beat") }),
  /** Always the last frame; a stream without it is broken. */
  z.object({ type: z.literal("end"), units: z.number().int() }),
]);
export type FrameHeader = z.infer<typeof frameHeader>;
export type PartFrame = Extract<FrameHeader, { type: "part" }>;

/** Seconds between beats. */
export const BEAT_SECONDS = 2;
/** A slave that has not been polled for this long registers again. */
export const REREGISTER_SECONDS = 10;
