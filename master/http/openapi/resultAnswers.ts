const RESULT_HEADERS = ["ETag", "Accept-Ranges", "Content-Disposition"] as const;
/** Headers of requests for a result. */
export const RESULT_ASKED = ["Range", "If-None-Match", "If-Range"] as const;
export const RESULT_ANSWERS = {
  200: { description: "The result.", content: { "*/*": "bytes" }, headers: RESULT_HEADERS },
  206: {
    description: "The bytes that `Range` asked for.",
    content: { "*/*": "bytes" },
    headers: [...RESULT_HEADERS, "Content-Range"],
  },
  304: { description: "The client has this result already.", content: {}, headers: ["ETag"] },
} as const;

export const KEPT_ANSWERS = {
  ...RESULT_ANSWERS,
  307: {
    description: "With `RESULTS_REDIRECT` a large result is fetched from the bucket; without the token.",
    content: {},
    headers: ["Location"],
  },
} as const;

export const LATEST_ANSWERS = {
  ...KEPT_ANSWERS,
  200: { ...RESULT_ANSWERS[200], headers: [...RESULT_HEADERS, "Content-Location"] },
} as const;
