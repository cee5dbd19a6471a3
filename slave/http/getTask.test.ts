import { startTestSlave } from "../../tests/fixtures/slave/start.ts";
import { leaseContract } from "./getTask.contract.ts";

leaseContract(startTestSlave);
