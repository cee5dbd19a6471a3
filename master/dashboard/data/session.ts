import { signal } from "@preact/signals";
import type { SessionView } from "../../../shared/contract/session.ts";

/** The master refused a request without a valid token: the sign-in is shown. */
export const signedOut = signal(false);

/** Whether this master asks for tokens, and as whom the user is signed in. */
export const session = signal<SessionView>({ required: false, signed_in: true });
