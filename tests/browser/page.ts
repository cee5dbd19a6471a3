import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

/** A tab of a real browser, and what went wrong in it. */
export interface OpenTab {
  readonly page: Page;
  /** Errors of scripts, refusals by the page's policy, requests to other servers. */
  readonly faults: readonly string[];
  close(): Promise<void>;
}

/** Started once for a file of tests. */
let browser: Promise<Browser> | undefined;

/** Debian's Chromium, or the one that CHROMIUM names. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    // Root may not use the sandbox; a test runs the code of this repository only.
    args: ["--no-sandbox"],
  });
}

export async function closeBrowser(): Promise<void> {
  await (await browser)?.close();
  browser = undefined;
}

export async function openTab(address: string, options: BrowserContextOptions = {}): Promise<OpenTab> {
  browser ??= launchChromium();
  const context = await (await browser).newContext({ viewport: { width: 1280, height: 900 }, ...options });
  context.setDefaultTimeout(50_000);
  const page = await context.newPage();
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(`error: ${error.message}`));
  page.on("console", (message) => {
    // A master that was killed, and a sign-in that is missing, are told by the browser as failed loads.
    if (message.type() === "error" && !/Failed to load resource|ERR_/.test(message.text()))
      faults.push(`console: ${message.text()}`);
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(new URL(address).origin) && !/^(blob|data):/.test(request.url()))
      faults.push(`elsewhere: ${request.url()}`);
  });
  await page.goto(address);
  return { page, faults, close: () => context.close() };
}

/** Files as the file input takes them. */
export function textFiles(
  names: readonly string[],
  content = "A fine day by the sea. All is well.",
): SentFile[] {
  return names.map((name) => ({ name, mimeType: "text/plain", buffer: Buffer.from(content) }));
}

/** Files that keep a slave busy for seconds each, on disk: the browser reads them itself. @returns their paths */
export async function slowFiles(folder: string, number: number): Promise<string[]> {
  const paths = Array.from({ length: number }, (_, at) => join(folder, `slow-${at}.txt`));
  const content = "Many words make a slow file. ".repeat(20_000);
  await Promise.all(paths.map((path) => writeFile(path, content)));
  return paths;
}

export interface SentFile {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

/** Sends files by the Drop view and waits for the view of their job. @returns id of the job */
export async function sendFiles(page: Page, files: SentFile[] | string[], task?: string): Promise<string> {
  await page.getByLabel("Files", { exact: true }).setInputFiles(files);
  if (task !== undefined) await page.getByLabel("Task", { exact: true }).selectOption(task);
  await page.getByRole("button", { name: "Send files", exact: true }).click();
  await page.waitForURL(/\/jobs\/[0-9A-Z]{26}$/);
  return new URL(page.url()).pathname.split("/")[2] ?? "";
}

/** Waits for the progress bar of the shown job to be full. */
export async function untilEnded(page: Page, files: number): Promise<void> {
  await page.locator(`[role=progressbar][aria-label=Progress][aria-valuenow="${files}"]`).first().waitFor();
}

/** Closes a tab. @throws Error when something went wrong in it */
export async function closeFaultless(tab: OpenTab): Promise<void> {
  const { faults } = tab;
  await tab.close();
  if (faults.length > 0) throw new Error(`the page had faults: ${faults.join("; ")}`);
}
