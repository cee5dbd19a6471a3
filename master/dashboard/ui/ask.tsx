import { useState } from "preact/hooks";
import { sentenceOf } from "../data/api.ts";
import { question } from "../jobs/actions.tsx";
import { Dialog } from "./dialog.tsx";

const close = () => {
  question.value = undefined;
};

/** Asks before something is done that cannot be taken back. */
export function Ask() {
  const [error, setError] = useState("");
  const asked = question.value;
  if (asked === undefined) return null;
  const act = () =>
    asked.act().then(
      () => {
        setError("");
        close();
      },
      (failure: unknown) => setError(sentenceOf(failure)),
    );
  return (
    <Dialog title={asked.title} onClose={close}>
      <p>{asked.text}</p>
      {error !== "" && (
        <p class="err" role="alert">
          {error}
        </p>
      )}
      <div class="ends">
        <button type="button" onClick={close}>
          Keep
        </button>
        <button type="button" class="d" onClick={() => void act()}>
          {asked.verb}
        </button>
      </div>
    </Dialog>
  );
}
