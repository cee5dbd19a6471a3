import { z } from "zod";

/** The option `max_pages` of the tasks that read PDFs. */
export const maxPages = z
  .int()
  .min(1)
  .max(100_000)
  .default(5_000)
  .describe("A PDF with more pages is refused as too_large.");
