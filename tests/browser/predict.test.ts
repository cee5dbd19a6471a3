import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { predict } from "../../shared/ml/rowsPredicted.ts";
import { type TrainedModel, trainedModel } from "../../shared/ml/trained.ts";
import { processHere } from "../../shared/tasks/inProcess.ts";
import { train } from "../../shared/tasks/train/index.ts";
import { closeBrowser, type OpenTab, openTab } from "./page.ts";

/** The program as the package ships it: a browser imports its modules as they are, without a bundler. */
const BUILT = join(import.meta.dirname, "../../dist");
const TABLE = join(import.meta.dirname, "../../examples/files/apples.csv");

const ROWS = [
  { weight_g: 160, diameter_mm: 68, colour: "red", sugar_brix: 13, acid_g: 8.2 },
  { weight_g: null, diameter_mm: "81", colour: "green", sugar_brix: 10.3, acid_g: 10.9 },
];

const server: Server = createServer((req, res) => {
  const { pathname } = new URL(req.url ?? "/", "http://localhost");
  if (pathname === "/") return void res.setHeader("content-type", "text/html").end("<title>page</title>");
  readFile(join(BUILT, pathname)).then(
    (code) => res.setHeader("content-type", "text/javascript").end(code),
    () => res.writeHead(404).end(),
  );
});

let tab: OpenTab;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  tab = await openTab(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
});
afterAll(async () => {
  await tab?.close();
  await closeBrowser();
  await new Promise((resolve) => server.close(resolve));
});

async function modelOf(options: object): Promise<TrainedModel> {
  const body = await readFile(TABLE);
  const [outcome] = await processHere(train, [{ filename: "apples.csv", body }], options);
  if (outcome?.ok !== true || !(outcome.body instanceof Uint8Array)) throw new Error("there is no model");
  return trainedModel.parse(JSON.parse(Buffer.from(outcome.body).toString("utf8")));
}

test.each([
  { model: "random-forest", trees: 20 },
  { model: "gradient-boosted-trees", trees: 20 },
  { model: "logistic-regression" },
  { model: "naive-bayes" },
  { model: "ridge", target: "acid_g" },
])("a browser predicts with %j what Node predicts, from the model file alone", async (options) => {
  const model = await modelOf({ ...options, test_share: 0 });
  const found = await tab.page.evaluate(`(async () => {
    const { predict } = await import("/shared/ml/rowsPredicted.js");
    return predict(${JSON.stringify(model)}, ${JSON.stringify(ROWS)});
  })()`);
  expect(found).toEqual(predict(model, ROWS));
  expect(tab.faults).toEqual([]);
});

test("a browser is told which row and column cannot be used", async () => {
  const model = await modelOf({ trees: 5, test_share: 0 });
  const said = await tab.page.evaluate(`(async () => {
    const { predict } = await import("/shared/ml/rowsPredicted.js");
    try { predict(${JSON.stringify(model)}, [{ colour: "blue" }]); } catch (error) { return error.name + ": " + error.message; }
  })()`);
  expect(said).toBe("TypeError: Row 0, column colour: the model cannot use blue.");
});
