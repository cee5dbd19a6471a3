import { sendJson } from "../data/api.ts";
import { signedOut } from "../data/session.ts";

/** Ends the session of this browser. A master without tokens lets it in again at once. */
export async function signOut(): Promise<void> {
  await sendJson("DELETE", "/session");
  signedOut.value = true;
}
