import type { Response } from "express";

/** Answers with JSON and a line end, so that the prompt of a shell does not stick to it. */
export function answerJson(res: Response, body: object): void {
  res.type("json").send(`${JSON.stringify(body)}\n`);
}
