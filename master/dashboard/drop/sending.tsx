import { sentenceOf } from "../data/api.ts";
import { bytes, counted, duration } from "../ui/words.ts";
import { type RunningUpload, stopUpload, tryAgain, upload } from "./upload.ts";

/** An upload on its way: what is sent, how fast, and how long it takes; processing begins after it. */
export function Sending({ upload: now }: { readonly upload: RunningUpload }) {
  const { sending, sent, total, problem } = now;
  const share = total === 0 ? 1 : Math.min(1, sent / total);
  return (
    <section class="card sending" aria-label="Upload">
      <h2>
        Sending {counted(sending.files.length, "file")} for {sending.task}
      </h2>
      <div
        class="prog"
        role="progressbar"
        aria-label="Bytes sent"
        aria-valuenow={Math.round(share * 100)}
        aria-valuemin={0}
        aria-valuemax={100}
      >
        <i class="rn up" style={{ width: `${share * 100}%` }} />
      </div>
      <p class="quiet">{words(now)}</p>
      {problem === undefined ? (
        <div class="ends">
          <button type="button" onClick={stopUpload}>
            Stop
          </button>
        </div>
      ) : (
        <Failed upload={now} />
      )}
    </section>
  );
}

function words({ sent, total, speed }: RunningUpload): string {
  if (sent >= total)
    return "All is sent; the master writes it to its disk. You may leave the page after that.";
  const left = speed > 0 ? `, ${duration((total - sent) / speed)} left` : "";
  return `${bytes(sent)} of ${bytes(total)}, ${bytes(speed)}/s${left}. Processing begins when all is sent.`;
}

function Failed({ upload: { problem } }: { readonly upload: RunningUpload }) {
  return (
    <>
      <p class="note bad" role="alert">
        {sentenceOf(problem)}
      </p>
      <div class="ends">
        <button
          type="button"
          onClick={() => {
            upload.value = undefined;
          }}
        >
          Change files or options
        </button>
        <button type="button" class="p" onClick={tryAgain}>
          Send again
        </button>
      </div>
    </>
  );
}
