import { signedOut } from "../data/session.ts";
import { aliveSlaves, busy, link, problem, slots } from "../data/store.ts";
import { SignIn } from "../signIn/signIn.tsx";
import { Ask } from "../ui/ask.tsx";
import { Toasts } from "../ui/toast.tsx";
import { counted } from "../ui/words.ts";
import { Help, helpOpen } from "./help.tsx";
import { view } from "./router.ts";
import { Shown } from "./views.tsx";

/** The frame around every view: where one is, how the fleet is, and help. */
export function Shell() {
  if (signedOut.value) return <SignIn />;
  return (
    <>
      <a class="skip" href="#main">
        Skip to content
      </a>
      <Bar />
      {link.value === "broken" && (
        <div class="offline" role="status">
          The master does not answer. What you see is the last that it told; the page goes on by itself.
        </div>
      )}
      {link.value !== "broken" && problem.value !== undefined && (
        <div class="offline" role="status">
          {problem.value.error} New jobs are refused for now; accepted ones wait, and go on by themselves.
        </div>
      )}
      <main id="main" tabIndex={-1}>
        <Shown view={view.value} />
      </main>
      <Help />
      <Ask />
      <Toasts />
    </>
  );
}

const PLACES = [
  ["Drop", "/", ["drop"]],
  ["Jobs", "/jobs", ["jobs", "job"]],
  ["Slaves", "/slaves", ["slaves", "slave"]],
  ["Timeline", "/timeline", ["timeline"]],
] as const;

function Bar() {
  const { name } = view.value;
  return (
    <header class="bar">
      <a class="brand" href="/" aria-label="manyhands">
        <svg viewBox="0 0 24 24" aria-hidden="true">
          <path d="M4 13V9m4 5V5m4 9V3m4 11V5m4 8V9" />
          <path d="M4 13c0 5 3.6 8 8 8s8-3 8-8" />
        </svg>
        <span>manyhands</span>
      </a>
      <nav aria-label="Views">
        {PLACES.map(([title, href, names]) => (
          <a
            key={href}
            href={href}
            aria-current={(names as readonly string[]).includes(name) ? "page" : undefined}
          >
            {title}
          </a>
        ))}
      </nav>
      <Pulse />
    </header>
  );
}

/** Slots drawn one by one up to here; a larger fleet is told in words. */
const MOST_DOTS = 32;

function Pulse() {
  const taken = Math.min(busy.value, MOST_DOTS);
  const dots = Array.from({ length: Math.min(slots.value, MOST_DOTS) }, (_, at) => at);
  return (
    <div class="pulse">
      <span>
        {counted(aliveSlaves.value.length, "slave")}, {busy.value} of {counted(slots.value, "slot")} busy
      </span>
      <div class="dots" aria-hidden="true">
        {dots.map((at) => (
          <i key={at} class={at < taken ? "b" : ""} />
        ))}
      </div>
      <button
        type="button"
        class="small"
        aria-label="Help and settings"
        onClick={() => {
          helpOpen.value = true;
        }}
      >
        ?
      </button>
    </div>
  );
}
