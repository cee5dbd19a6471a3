import type { Request, RequestHandler } from "express";
import type { z } from "zod";
import type { SlaveView } from "../../shared/contract/about.ts";
import {
  type RegisterAnswer,
  registerRequest,
  signOff,
  type signOffAnswer,
} from "../../shared/contract/fleet.ts";
import { AppError, RequestError } from "../../shared/errors.ts";
import { answerJson } from "../../shared/http/json.ts";
import { peerAddress } from "../../shared/http/token.ts";
import { checked, firstFault, sentenceOf } from "../../shared/schema.ts";
import { isOurs } from "../classic/kind.ts";
import type { SlaveRegistry } from "../fleet/registry.ts";
import type { Sight } from "./clients.ts";
import type { TellingMasters } from "./otherMasters.ts";
import { slaveView } from "./views.ts";

export interface RegisterSlaveDeps {
  readonly registry: Pick<SlaveRegistry, "register">;
  readonly pollSeconds: number;
  /** Whether the request showed the fleet's token; a classic slave may be admitted by its address. */
  readonly showedToken: (req: Request) => boolean;
}

/** `POST /register`: answered at once; the slave gets work after its first valid answer to a poll. */
export function registerSlave({ registry, pollSeconds, showedToken }: RegisterSlaveDeps): RequestHandler {
  return async (req, res) => {
    const parsed = checked(registerRequest, req.body ?? {});
    if (!parsed.success) throw badRegistration(parsed.error);
    const from = { address: peerAddress(req), showedToken: showedToken(req) };
    const slave = await registry.register(parsed.data, from);
    const answer: RegisterAnswer = {
      status: "success",
      slave_id: slave.id,
      state: slave.state,
      ...(isOurs(slave) && slave.reason !== undefined ? { reason: slave.reason } : {}),
      poll_seconds: pollSeconds,
    };
    answerJson(res, answer);
  };
}

/** `POST /sign_off`: a slave that is stopped in order is gone, not lost. */
export function signOffSlave(registry: Pick<SlaveRegistry, "signOff">): RequestHandler {
  return async (req, res) => {
    const parsed = checked(signOff, req.body ?? {});
    if (!parsed.success) throw badRegistration(parsed.error);
    await registry.signOff(parsed.data, peerAddress(req));
    answerJson(res, { status: "success" } satisfies z.infer<typeof signOffAnswer>);
  };
}

/** The error for what a slave says of itself. */
export function badRegistration(error: z.ZodError): RequestError {
  const fault = firstFault(error, "");
  return new RequestError("bad_registration", "slave_ip and slave_port are required", {
    details: { field: fault.field, hint: `${sentenceOf(fault)}.` },
  });
}

export interface ListSlavesDeps {
  readonly registry: Pick<SlaveRegistry, "all">;
  readonly masters: Pick<TellingMasters, "withOthers">;
  readonly sight: Sight;
}

/** `GET /slaves` */
export function listSlaves({ registry, masters, sight }: ListSlavesDeps): RequestHandler {
  return (_req, res) => {
    const own = registry.all().map((slave) => slaveView(slave, sight));
    answerJson(res, { slaves: masters.withOthers(own) });
  };
}

export interface ShowSlaveDeps {
  readonly registry: Pick<SlaveRegistry, "get">;
  readonly masters: Pick<TellingMasters, "withOthers">;
  readonly sight: Sight;
}

/** `GET /slaves/<id>` */
export function showSlave(deps: ShowSlaveDeps): RequestHandler {
  return (req, res) => {
    answerJson(res, slaveNamed(deps, req));
  };
}

/** The slave that the path of a request names, at this master or at another one. @throws AppError `no_such_slave` (404) */
export function slaveNamed({ registry, masters, sight }: ShowSlaveDeps, req: Request): SlaveView {
  const own = registry.get(String(req.params.id));
  const view = own && slaveView(own, sight);
  const slave = masters.withOthers(view === undefined ? [] : [view]).find(({ id }) => id === req.params.id);
  // Masters of which this one is not among the living do not show its own slaves.
  const shown = slave ?? view;
  if (shown !== undefined) return shown;
  throw new AppError("no_such_slave", "There is no such slave.", { status: 404 });
}
