import type { RequestHandler } from "express";
import type { SessionView } from "../../shared/contract/session.ts";
import { sessionWish } from "../../shared/contract/session.ts";
import { RequestError } from "../../shared/errors.ts";
import { answerJson } from "../../shared/http/json.ts";
import { checked, firstFault, sentenceOf } from "../../shared/schema.ts";
import type { Guards } from "./guard.ts";
import { clearSessionCookie, sessionIdOf, setSessionCookie } from "./sessionCookie.ts";
import type { Sessions } from "./sessions.ts";

export interface SessionDeps {
  readonly sessions: Sessions;
  readonly guards: Pick<Guards, "clientWith" | "clientOf" | "sameOrigin">;
  /** Whether clients must show a token. */
  readonly required: boolean;
}

/** `POST /session`: a right token becomes a cookie. A session that the browser had ends. */
export function signIn({ sessions, guards, required }: SessionDeps): RequestHandler {
  return (req, res) => {
    const parsed = checked(sessionWish, req.body ?? {});
    if (!parsed.success) throw badSession(sentenceOf(firstFault(parsed.error, "")));
    const client = guards.clientWith(req, parsed.data.token);
    const before = sessionIdOf(req);
    if (before !== undefined) sessions.end(before, res);
    if (required) setSessionCookie(res, sessions.open(client));
    res.set("Cache-Control", "no-store").status(204).end();
  };
}

/** `GET /session` */
export function showSession({ guards, required }: SessionDeps): RequestHandler {
  return (req, res) => {
    const client = guards.clientOf(req, res);
    const signedIn = required && client !== undefined;
    const view: SessionView = { required, signed_in: signedIn, ...(signedIn ? { client } : {}) };
    answerJson(res.set("Cache-Control", "no-store"), view);
  };
}

/** `DELETE /session`; also right for a browser without a session. */
export function signOut({ sessions, guards }: SessionDeps): RequestHandler {
  return (req, res) => {
    const id = sessionIdOf(req);
    if (id !== undefined) {
      guards.sameOrigin(req);
      sessions.end(id, res);
      clearSessionCookie(res);
    }
    res.set("Cache-Control", "no-store").status(204).end();
  };
}

function badSession(sentence: string): RequestError {
  return new RequestError("bad_session", `${sentence}.`, {
    details: { field: "token", hint: 'Send {"token": "<a client\'s token>"} as application/json.' },
  });
}
