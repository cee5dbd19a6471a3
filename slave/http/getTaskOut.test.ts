import { afterEach } from "vitest";
import { closeDoors, startOutTestSlave } from "../../tests/fixtures/slave/startOut.ts";
import { leaseContract } from "./getTask.contract.ts";

/** The same over the connection that a slave holds to its master. */
afterEach(closeDoors);
leaseContract(startOutTestSlave);
