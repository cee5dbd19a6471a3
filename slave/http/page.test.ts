import { createHash } from "node:crypto";
import { afterEach, expect, it } from "vitest";
import { startTestSlave, stopTestSlaves } from "../../tests/fixtures/slave/start.ts";
import { slavePage } from "./page.ts";

afterEach(stopTestSlaves);

const HTML = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };
const CONFIG = { name: "scanner", masterUrls: ["http://10.0.0.1:5000"] };

it("a browser gets a page that shows the slots, without scripts, and that loads itself again", async () => {
  const { url } = await startTestSlave({ SLAVE_SLOTS: "2" });
  const answer = await fetch(url, { headers: HTML });
  expect(answer.headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect(answer.headers.get("refresh")).toBe("5");
  const page = await answer.text();
  const style = /<style>(.*)<\/style>/s.exec(page)?.[1] ?? "";
  const digest = createHash("sha256").update(style).digest("base64");
  expect(answer.headers.get("content-security-policy")).toBe(
    `default-src 'none'; style-src 'sha256-${digest}'; frame-ancestors 'none'`,
  );
  expect(page).toContain("<b>0 of 2</b> slots busy");
  expect(page.match(/idle/g)).toHaveLength(2);
  expect(page).not.toMatch(/<script/i);
});

it.each([{}, { accept: "*/*" }, { accept: "application/json" }, { accept: "text/plain" }])(
  "a program with %j gets the sentence",
  async (headers) => {
    const { url } = await startTestSlave({ FLEET_TOKEN: "secret" });
    expect(await (await fetch(url, { headers: { ...headers } })).text()).toBe("Slave is working");
  },
);

it("with a token in force, a browser is asked for it", async () => {
  const { url } = await startTestSlave({ FLEET_TOKEN: "secret" });
  const refused = await fetch(url, { headers: HTML });
  expect([refused.status, refused.headers.get("www-authenticate")]).toEqual([
    401,
    expect.stringMatching(/^Basic realm="manyhands"/),
  ]);
  const basic = (token: string) => `Basic ${Buffer.from(`me:${token}`).toString("base64")}`;
  const status = async (token: string) =>
    (await fetch(url, { headers: { ...HTML, authorization: basic(token) } })).status;
  expect([await status("wrong"), await status("secret")]).toEqual([401, 200]);
});

it("shows what each slot does and for how long, and names of files and masters as text", () => {
  const filename = '<script>alert(1)</script>&".pdf';
  const page = slavePage(
    { name: "<b>x", masterUrls: ["http://a/?<i>"] },
    {
      status: "alive",
      version: "1.2.3",
      slots: 3,
      busy: 2,
      waiting: 1,
      memory: 50 * 2 ** 20,
      working_on: [
        { task: "ocr", step: "page", filename, seconds: 200.7 },
        { task: "text", step: "analyse", filename: "a.txt", seconds: 7_500 },
      ],
    },
  );
  expect(page).toContain("&#60;script&#62;alert(1)&#60;/script&#62;&#38;&#34;.pdf");
  expect(page).toContain("<td>3 min 20 s</td>");
  expect(page).toContain("<td>2 h 5 min</td>");
  expect(page).toContain("<b>2 of 3</b> slots busy, 1 files wait here, 50 MB of memory");
  expect(page).not.toMatch(/<script|<b>x|<i>/);
});

it("says that a slave stops", () => {
  expect(slavePage(CONFIG, { status: "alive", draining: true })).toContain(
    "it finishes its files and then stops",
  );
});
