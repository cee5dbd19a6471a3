import { expect, test } from "vitest";
import { refusal, translated } from "./errors.ts";

function ofServer(code: string): Error {
  return Object.assign(new Error("a message of the server"), { code, severity: "ERROR" });
}

test.each([
  ["a full disk", ofServer("53100"), "no_space"],
  ["a server that stops", ofServer("57P01"), "database_unavailable"],
  ["a server without a free connection", ofServer("53300"), "database_unavailable"],
  ["a statement that takes too long", ofServer("57014"), "database_unavailable"],
  ["a lock that is not given", ofServer("55P03"), "database_unavailable"],
  ["transactions that meet too often", ofServer("40P01"), "database_unavailable"],
  [
    "a connection that is refused",
    Object.assign(new Error("no"), { code: "ECONNREFUSED" }),
    "database_unavailable",
  ],
  ["a connection that ends", new Error("Connection terminated unexpectedly"), "database_unavailable"],
])("%s", (_, error, code) => {
  expect(translated(error)).toMatchObject({ code, cause: error });
});

test.each([
  ["one address", new Error("connect ECONNREFUSED 127.0.0.1:5432")],
  ["several addresses", new AggregateError([new Error("connect ECONNREFUSED 127.0.0.1:5432")], "")],
])("a server that is not there at the start is named with the reason: %s", (_, reason) => {
  const error = Object.assign(reason, { code: "ECONNREFUSED" });
  expect(refusal(error)).toMatchObject({
    code: "database_unavailable",
    message:
      "The database (DATABASE_URL) does not answer: connect ECONNREFUSED 127.0.0.1:5432. See that PostgreSQL runs, and that this machine reaches it.",
  });
});

test("a fault of a statement stays what it is", () => {
  const fault = ofServer("42601");
  expect(translated(fault)).toBe(fault);
});
