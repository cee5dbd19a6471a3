// Receives webhooks, verifies their signatures and prints what became of each job, once. Node's standard library is enough:
//   WEBHOOK_SECRET=whsec_… node examples/webhook.mjs 8080
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import { buffer } from "node:stream/consumers";

const key = Buffer.from((process.env.WEBHOOK_SECRET ?? "").replace(/^whsec_/, ""), "base64");
if (key.length === 0)
  throw new Error("WEBHOOK_SECRET is not set. It is the secret that the master signs with.");

/** Seconds that clocks may differ; an older webhook may be one that was recorded and is sent again. */
const TOLERANCE = 300;
/** Ids that were seen: a webhook may come twice. */
const seen = new Set();

function isGenuine(headers, body) {
  const { "webhook-id": id, "webhook-timestamp": time, "webhook-signature": signatures = "" } = headers;
  if (!(Math.abs(Date.now() / 1000 - Number(time)) < TOLERANCE)) return false;
  const signed = Buffer.concat([Buffer.from(`${id}.${time}.`), body]);
  const expected = createHmac("sha256", key).update(signed).digest();
  return signatures.split(" ").some((one) => {
    const given = Buffer.from(one.replace(/^v1,/, ""), "base64");
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
}

const server = createServer(async (req, res) => {
  const body = await buffer(req);
  if (!isGenuine(req.headers, body)) return res.writeHead(401).end("The signature is wrong.\n");
  // First the answer, then the work: the master waits 15 seconds.
  res.writeHead(204).end();
  const id = req.headers["webhook-id"];
  if (seen.has(id)) return;
  seen.add(id);
  const { type, data } = JSON.parse(body.toString("utf8"));
  console.log(`${type} ${data.id} ${data.name}: ${data.counts.done} of ${data.counts.total} files done`);
});

server.listen(Number(process.argv[2] ?? 8080), "127.0.0.1", () =>
  console.log(`waiting for webhooks at http://127.0.0.1:${server.address().port}/`),
);
