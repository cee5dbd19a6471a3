import { expect, test } from "vitest";
import { messageOf } from "./assignViews.ts";

const counted = { task: "ocr", total: 2, done: 0, failed: 0, cancelled: 0 };

test.each([
  [{ done: 2 }, "Ocr processing complete"],
  [{ done: 1, failed: 1 }, "OCR finished: 1 of 2 files done, 1 failed."],
  [{ failed: 2 }, "OCR finished: 0 of 2 files done, 2 failed."],
  [
    { total: 3, done: 1, failed: 1, cancelled: 1 },
    "OCR was cancelled: 1 of 3 files done, 1 failed, 1 cancelled.",
  ],
  [{ task: "mean", total: 1, failed: 1 }, "Mean finished: 0 of 1 file done, 1 failed."],
])("the message for %j is: %s", (counts, message) => {
  expect(messageOf({ ...counted, ...counts })).toBe(message);
});
