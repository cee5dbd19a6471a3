import { sessionView, sessionWish } from "../../../shared/contract/session.ts";
import { JSON_TYPE, type Operation, TOKEN_ERRORS } from "./operation.ts";

/** Sessions of browsers. */
export const SESSION_OPERATIONS = {
  "POST /session": {
    tag: "About",
    summary: "Signs a browser in with a token",
    description:
      "The cookie lets its browser in as the token does, `EventSource`, downloads and pictures included, until 12 hours after its " +
      "last request, until `DELETE /session` or a restart of the master. Requests that change something then need the same origin.",
    access: "open",
    body: { json: sessionWish, required: true },
    answers: {
      204: {
        description: "Signed in; without a cookie where no token is asked for.",
        content: {},
        headers: ["Set-Cookie"],
      },
    },
    errors: { 400: ["bad_session", "bad_json"], 413: ["too_large"], ...TOKEN_ERRORS },
  },
  "GET /session": {
    tag: "About",
    summary: "Tells whether a token is asked for, and who is signed in",
    access: "open",
    answers: { 200: { description: "The session.", content: { [JSON_TYPE]: sessionView } } },
    errors: { 429: ["too_many_attempts"] },
  },
  "DELETE /session": {
    tag: "About",
    summary: "Signs the browser out, and ends its open streams",
    access: "open",
    answers: { 204: { description: "Signed out.", content: {}, headers: ["Set-Cookie"] } },
    errors: { 403: ["bad_origin"] },
  },
} as const satisfies Record<string, Operation>;
