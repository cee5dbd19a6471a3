import { afterAll, afterEach, expect, test } from "vitest";
import { migrateDatabase } from "../../master/record/postgres/migrate.ts";
import { type RunningFleet, startFleet } from "../e2e/fleet.ts";
import { startPostgres } from "../fixtures/engines/postgresServer.ts";
import {
  closeBrowser,
  closeFaultless,
  type OpenTab,
  openTab,
  sendFiles,
  slowFiles,
  textFiles,
  untilEnded,
} from "./page.ts";

let fleet: RunningFleet;
let tab: OpenTab;

afterEach(async () => {
  try {
    await closeFaultless(tab);
  } finally {
    await fleet.stop();
  }
});

afterAll(() => closeBrowser());

test("a master that is killed and started again goes on before the eyes of its user", async () => {
  fleet = await startFleet();
  await fleet.slave();
  await fleet.alive(1);
  tab = await openTab(fleet.master.url);
  const { page } = tab;
  const files = await slowFiles(fleet.folder, 24);
  await sendFiles(page, files);
  await expect
    .poll(async () =>
      Number(await page.getByRole("progressbar", { name: "Progress" }).getAttribute("aria-valuenow")),
    )
    .toBeGreaterThan(1);
  await fleet.master.kill("SIGKILL");
  await page.getByText("The master does not answer.").waitFor();
  await fleet.restartMaster();
  await page.getByText("The master does not answer.").waitFor({ state: "detached" });
  await untilEnded(page, files.length);
}, 120_000);

test("a master whose database is silent says so on the page, until it is back", async () => {
  const server = await startPostgres();
  try {
    await migrateDatabase({ url: server.url });
    fleet = await startFleet({ DATABASE_URL: server.url });
    await fleet.slave();
    await fleet.alive(1);
    tab = await openTab(fleet.master.url);
    const { page } = tab;
    const banner = page.getByRole("status").filter({ hasText: "The master's database does not answer." });
    await page.getByText("1 slave, 0 of 1 slot busy").waitFor();
    await server.freeze();
    await banner.getByText("New jobs are refused for now").waitFor();
    await server.thaw();
    await banner.waitFor({ state: "detached" });
    await sendFiles(page, textFiles(["one.txt"]));
    await untilEnded(page, 1);
  } finally {
    await fleet.master.kill("SIGKILL");
    await server.remove();
  }
}, 60_000);

test("without a slave a job waits, says why, and goes on with the first slave that is started", async () => {
  fleet = await startFleet({ NO_SLAVES_SECONDS: "600" });
  tab = await openTab(fleet.master.url);
  const { page } = tab;
  await sendFiles(page, textFiles(["one.txt", "two.txt"]));
  await page.getByText("No slave is alive: the files wait until one registers.").waitFor();
  await page.getByRole("link", { name: "Slaves", exact: true }).click();
  await page.getByText("No slave has registered.").waitFor();
  await page.getByRole("button", { name: "Start", exact: true }).click();
  await page.getByText("1 slave alive").waitFor();
  await page.getByRole("link", { name: "Jobs", exact: true }).click();
  await page.getByRole("region", { name: "Jobs" }).getByText("done", { exact: true }).first().waitFor();
}, 60_000);

test("a token lets a browser in, a wrong one does not, and signing out ends it", async () => {
  fleet = await startFleet({
    CLIENT_TOKEN: "a-token-that-is-long",
    FLEET_TOKEN: "another-token-that-is-long",
  });
  tab = await openTab(`${fleet.master.url}/jobs`);
  const { page } = tab;
  await page.getByLabel("Token").fill("wrong");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("alert").getByText("This is not the token of this master.").waitFor();
  await page.getByLabel("Token").fill("a-token-that-is-long");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Jobs" }).waitFor();
  await page.reload();
  await page.getByText("No jobs yet.").waitFor();
  expect(await page.evaluate("document.cookie")).toBe("");
  await page.getByRole("link", { name: "Slaves", exact: true }).click();
  const add = page.getByRole("region", { name: "Add more" });
  await add.getByText(`MASTER_URL=${fleet.master.url} SLAVE_HOST=0.0.0.0 FLEET_TOKEN=<token> npx`).waitFor();
  await add.getByLabel("The fleet's token").fill("another 'token");
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await add.getByRole("button", { name: "Copy" }).click();
  await add.getByRole("button", { name: "Copied" }).waitFor();
  expect(await page.evaluate("navigator.clipboard.readText()")).toBe(
    `MASTER_URL=${fleet.master.url} SLAVE_HOST=0.0.0.0 FLEET_TOKEN='another '\\''token' npx manyhands slave`,
  );
  await add.getByText("The master listens on its own machine only").waitFor();
  // Sessions end with the master's process, as they do when they were not used for long.
  await fleet.master.kill("SIGKILL");
  await fleet.restartMaster();
  await page.getByLabel("Token", { exact: true }).fill("a-token-that-is-long");
  await page.getByRole("button", { name: "Sign in" }).click();
  await add.waitFor();
  await page.getByRole("button", { name: "Help and settings" }).click();
  await page.getByRole("button", { name: /^Sign out/ }).click();
  await page.getByLabel("Token").waitFor();
});
