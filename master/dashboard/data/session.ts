import { signal } from "@preact/signals";

/** The master refused a request without a valid token: the sign-in is shown. */
export const signedOut = signal(false);
