import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { assign, fixture, type RunningFleet, startFleet } from "./fleet.ts";

let fleet: RunningFleet;
beforeAll(async () => {
  fleet = await startFleet();
  await fleet.slave();
  await fleet.alive(1);
});
afterAll(() => fleet?.stop());

const SCRIPT = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script></svg>';

test("inputs come back byte for byte, pictures and sounds to be shown, all others to be saved", async () => {
  const image = await fixture("image/24-bit.bmp");
  const large = Buffer.alloc(400_000, "a word ");
  const pictures = await inputsOf("image", "images", [
    { name: "a b.BMP", body: image },
    { name: "drawing.svg", body: Buffer.from(SCRIPT) },
  ]);
  expect(pictures).toEqual([
    [200, "image/bmp", 'inline; filename="a b.BMP"', image.length],
    [200, "image/svg+xml", 'attachment; filename="drawing.svg"', SCRIPT.length],
  ]);
  const sound = await fixture("audio/tagged.wav");
  expect(await inputsOf("audio", "audio_files", [{ name: "tagged.wav", body: sound }])).toEqual([
    [200, "audio/wav", 'inline; filename="tagged.wav"', sound.length],
  ]);
  expect(
    await inputsOf("text", "texts", [
      { name: "page.html", body: Buffer.from("<script>alert(1)</script> words") },
      { name: "large.txt", body: large },
    ]),
  ).toEqual([
    [200, "application/octet-stream", 'attachment; filename="page.html"', 31],
    [200, "application/octet-stream", 'attachment; filename="large.txt"', large.length],
  ]);
});

test("an input may run nothing, a range of it is sent, and one that the client has is not sent again", async () => {
  const { job_id } = (
    await assign(fleet.master.url, [{ name: "n.txt", body: Buffer.from("0123456789") }], { task: "text" })
  ).body;
  const url = `${fleet.master.url}/jobs/${job_id}/files/0/input`;
  const whole = await fetch(url);
  expect(whole.headers.get("content-security-policy")).toMatch(/^sandbox; default-src 'none'/);
  expect(whole.headers.get("x-content-type-options")).toBe("nosniff");
  const part = await fetch(url, { headers: { range: "bytes=2-4" } });
  expect([part.status, part.headers.get("content-range"), await part.text()]).toEqual([
    206,
    "bytes 2-4/10",
    "234",
  ]);
  const etag = whole.headers.get("etag") ?? "";
  expect((await fetch(url, { headers: { "if-none-match": etag, "cache-control": "" } })).status).toBe(304);
  for (const index of ["1", "-1", "x", "1e0", "00000000000001"])
    expect((await fetch(url.replace("/0/", `/${index}/`))).status).toBe(404);
});

test("an input that is not kept any more is inputs_gone", async () => {
  const body = Buffer.alloc(400_000, "a word ");
  const { job_id } = (await assign(fleet.master.url, [{ name: "large.txt", body }], { task: "text" })).body;
  await rm(join(fleet.folder, "data", "master", "spool"), { recursive: true, force: true });
  const answer = await fetch(`${fleet.master.url}/jobs/${job_id}/files/0/input`);
  expect([answer.status, await answer.json()]).toMatchObject([410, { code: "inputs_gone" }]);
});

async function inputsOf(task: string, field: string, files: readonly { name: string; body: Buffer }[]) {
  const { job_id } = (await assign(fleet.master.url, files, { task, field })).body;
  return await Promise.all(
    files.map(async ({ body }, index) => {
      const answer = await fetch(`${fleet.master.url}/jobs/${job_id}/files/${index}/input`);
      const got = Buffer.from(await answer.arrayBuffer());
      expect(got.equals(body)).toBe(true);
      return [
        answer.status,
        answer.headers.get("content-type"),
        answer.headers.get("content-disposition"),
        got.length,
      ];
    }),
  );
}
