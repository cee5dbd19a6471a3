import { useEffect, useState } from "preact/hooks";
import type { Stats } from "../../../shared/contract/about.ts";
import { getJson, sendJson, sentenceOf } from "../data/api.ts";
import { session } from "../data/session.ts";
import { Command } from "../ui/command.tsx";
import { toast } from "../ui/toast.tsx";
import { counted } from "../ui/words.ts";

/** More hands: on the master's machine by a click, on another one by a command. */
export function AddSlaves() {
  return (
    <section class="card add" aria-label="Add more">
      <header>
        <h2>Add slaves</h2>
      </header>
      <div class="two">
        <Local />
        <Remote />
      </div>
    </section>
  );
}

function Local() {
  const [error, setError] = useState("");
  const [isBusy, setBusy] = useState(false);
  const start = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const wish = { count: Number(form.get("count")), slots: Number(form.get("slots")) };
    setBusy(true);
    setError("");
    try {
      await sendJson("POST", "/slaves", wish);
      toast(`${counted(wish.count, "slave")} started.`);
    } catch (failure) {
      setError(sentenceOf(failure));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void start(event)}>
      <h3>On the master's machine</h3>
      <div class="fields">
        <label>
          Slaves
          <input type="number" name="count" min={1} max={64} defaultValue="1" required />
        </label>
        <label>
          Slots of each
          <input type="number" name="slots" min={1} max={1024} defaultValue="1" required />
        </label>
        <button type="submit" class="p" disabled={isBusy}>
          {isBusy ? "Starting…" : "Start"}
        </button>
      </div>
      {error !== "" && (
        <p class="err" role="alert">
          {error}
        </p>
      )}
    </form>
  );
}

function Remote() {
  const [token, setToken] = useState("");
  const [isOut, setOut] = useState(false);
  const origins = useOrigins();
  const asked = session.value.required;
  const shown = asked ? `FLEET_TOKEN=${token === "" ? "<token>" : quoted(token)} ` : "";
  const way = isOut ? "SLAVE_CONNECT=out" : "SLAVE_HOST=0.0.0.0";
  const command = `MASTER_URL=${origins[0] ?? location.origin} ${way} ${shown}npx manyhands slave`;
  return (
    <div>
      <h3>On another machine</h3>
      <p class="quiet">It needs Node 20 or newer. Copy the command and run it there.</p>
      {asked && (
        <label>
          The fleet's token, for the command; it stays in this page
          <input
            type="password"
            autoComplete="off"
            value={token}
            onInput={(event) => setToken(event.currentTarget.value)}
          />
        </label>
      )}
      <label class="check">
        <input type="checkbox" checked={isOut} onInput={(event) => setOut(event.currentTarget.checked)} />
        The master cannot reach it: it is behind a router or a firewall
      </label>
      <Command text={command} />
      {origins.length === 0 && (
        <p class="quiet">
          The master listens on its own machine only: no other one reaches it. Start it with
          MASTER_HOST=0.0.0.0 and MANYHANDS_TOKEN, and the command has its address.
        </p>
      )}
      {origins.length > 1 && (
        <p class="quiet">
          The master has several addresses. If the machine does not reach this one, use{" "}
          {origins.slice(1).join(" or ")}.
        </p>
      )}
    </div>
  );
}

/** Addresses of the master for other machines, the likeliest first: the one by which this page was opened, if it is no loopback. */
function useOrigins(): readonly string[] {
  const { hostname, origin } = location;
  const isLocal = /^(localhost|127\.|\[::1\])/.test(hostname);
  const [origins, setOrigins] = useState<readonly string[]>([origin]);
  useEffect(() => {
    if (!isLocal) return;
    const leaving = new AbortController();
    getJson<Stats>("/stats", leaving.signal).then(
      (stats) => setOrigins(stats.origins),
      // Without an answer the command keeps the address of the page.
      () => undefined,
    );
    return () => leaving.abort();
  }, [isLocal]);
  return origins;
}

/** As a shell takes it. */
function quoted(text: string): string {
  return /^[\w.+=/-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
