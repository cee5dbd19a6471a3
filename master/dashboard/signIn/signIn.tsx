import { useState } from "preact/hooks";
import { ApiProblem, sendJson, sentenceOf } from "../data/api.ts";
import { signedOut } from "../data/session.ts";

/** Shown where the master asks for a token: it becomes a cookie that scripts cannot read. */
export function SignIn() {
  const [error, setError] = useState("");
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    try {
      await sendJson("POST", "/session", { token: String(form.get("token")) });
      signedOut.value = false;
    } catch (failure) {
      setError(isRefused(failure) ? "This is not the token of this master." : sentenceOf(failure));
    }
  };
  return (
    <main>
      <form class="card signin" onSubmit={(event) => void submit(event)}>
        <h1>Sign in to manyhands</h1>
        <label>
          Token
          <input type="password" name="token" required autoComplete="current-password" />
        </label>
        {error !== "" && (
          <p class="err" role="alert">
            {error}
          </p>
        )}
        <button type="submit" class="p">
          Sign in
        </button>
        <small class="quiet">
          It is the value of CLIENT_TOKEN or MANYHANDS_TOKEN on the master. The browser keeps no copy of it.
        </small>
      </form>
    </main>
  );
}

/** The master's own sentence is about a header of requests, which a person does not see. */
function isRefused(failure: unknown): boolean {
  return failure instanceof ApiProblem && failure.code === "unauthorized";
}
