import { expect, it } from "vitest";
import { AppError } from "../../shared/errors.ts";
import { whyUnanswered } from "./unanswered.ts";

const slave = { baseUrl: "https://10.0.0.7:3000", connect: "direct", registeredAt: 2, lastSeen: 1 } as const;

function failure(code: string, message = "failed"): Error {
  return Object.assign(new Error(message), { code });
}

it.each([
  ["ERR_CANCELED", "does not answer (timeout): open this port, or set SLAVE_IP"],
  ["ECONNREFUSED", "does not answer (connection refused): open this port, or set SLAVE_IP"],
  ["EHOSTUNREACH", "does not answer (no route): open this port, or set SLAVE_IP"],
  ["EINVAL", "does not answer (no route): open this port, or set SLAVE_IP"],
  ["CERT_HAS_EXPIRED", "has a certificate that has expired"],
  [
    "DEPTH_ZERO_SELF_SIGNED_CERT",
    "has a certificate that is not trusted: set TLS_CA at the master to the certificate of its authority",
  ],
  ["ODD", "gives no valid answer: failed"],
])("%s: the slave %s", (code, reason) => {
  expect(whyUnanswered(failure(code), slave)).toBe(`https://10.0.0.7:3000 ${reason}`);
});

it("a certificate for another address is named with the addresses that it has", () => {
  const message =
    "Hostname/IP does not match certificate's altnames: IP: 10.0.0.7 is not in the cert's list: 10.0.0.8";
  expect(whyUnanswered(failure("ERR_TLS_CERT_ALTNAME_INVALID", message), slave)).toBe(
    "https://10.0.0.7:3000 has a certificate for another address (10.0.0.8): give it one with its address, or set SLAVE_IP to a name in it",
  );
});

it("an answer that is no slave's is named", () => {
  const error = new AppError("bad_status", "The slave answered 404.");
  expect(whyUnanswered(error, slave)).toBe(
    "https://10.0.0.7:3000 gives no valid answer: The slave answered 404.",
  );
});

it("a slave that has not registered since its last answer needs no open port", () => {
  expect(whyUnanswered(failure("ERR_CANCELED"), { ...slave, lastSeen: 3 })).toBe(
    "https://10.0.0.7:3000 does not answer (timeout)",
  );
});

it("of a slave that connects out the reason names its connection", () => {
  const out = { ...slave, connect: "out" } as const;
  expect(whyUnanswered(failure("ECONNRESET"), out)).toBe("its connection to this master ended");
  expect(whyUnanswered(failure("ERR_CANCELED"), out)).toBe(
    "it does not answer over the connection that it holds",
  );
});
