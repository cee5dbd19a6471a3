import type { RequestHandler } from "express";
import { type SlaveCheckAnswer, slaveCheck } from "../../shared/contract/fleet.ts";
import { answerJson } from "../../shared/http/json.ts";
import { peerAddress } from "../../shared/http/token.ts";
import { checked } from "../../shared/schema.ts";
import { pinAddress } from "../fleet/address.ts";
import { newSlave, slaveId } from "../fleet/slave.ts";
import { whyUnanswered } from "../fleet/unanswered.ts";
import type { SlaveHttp } from "../lease/client.ts";
import { badRegistration } from "./fleet.ts";

/** Time of the answer. */
const PATIENCE_MS = 5_000;

/**
 * `POST /slaves/check`: the master asks `/check_status` there once, as it would ask a slave that registers, and tells
 * what came of it. It never sends the fleet's token there.
 */
export function checkSlave(slaveHttp: Pick<SlaveHttp, "check">): RequestHandler {
  return async (req, res) => {
    const parsed = checked(slaveCheck, req.body ?? {});
    if (!parsed.success) throw badRegistration(parsed.error);
    const ip = await pinAddress(parsed.data.slave_ip, peerAddress(req));
    const slave = newSlave(slaveId(ip, parsed.data.slave_port), ip, parsed.data);
    const { address } = slave;
    const answer: SlaveCheckAnswer = await slaveHttp.check(slave, AbortSignal.timeout(PATIENCE_MS)).then(
      ({ instance }) => ({ address, reached: true, ...(instance === undefined ? {} : { instance }) }),
      (error: unknown) => ({ address, reached: false, reason: whyUnanswered(error, slave) }),
    );
    answerJson(res, answer);
  };
}
