import { afterEach } from "vitest";
import { type startTestSlave as Start, stopTestSlaves } from "../../tests/fixtures/slave/start.ts";
import { answersContract } from "./answers.contract.ts";
import { framesContract } from "./frames.contract.ts";
import { refusalsContract } from "./refusals.contract.ts";
import { workContract } from "./work.contract.ts";

/** What `POST /get_task` answers, whichever way a request comes to the slave. */
export function leaseContract(startTestSlave: typeof Start): void {
  afterEach(stopTestSlaves);
  answersContract(startTestSlave);
  refusalsContract(startTestSlave);
  framesContract(startTestSlave);
  workContract(startTestSlave);
}
