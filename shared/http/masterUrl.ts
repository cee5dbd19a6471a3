import { as } from "../env.ts";
import { MASTER_URL_FORMS, masterUrl } from "./masterAddress.ts";

/** Schema of `MASTER_URL`: one master or several. */
export const masterUrls = as.list.transform((list, { issues }): string[] => {
  const urls = list.map((text) => ({ text, url: masterUrl(text) }));
  const bad = urls.filter(({ url }) => url === undefined).map(({ text }) => `${text} is not an address`);
  const message = `${bad.join(", ") || "there is no address"}; needed: ${MASTER_URL_FORMS}`;
  if (bad.length > 0 || urls.length === 0) issues.push({ code: "custom", message, input: list });
  return urls.flatMap(({ url }) => url ?? []);
});
