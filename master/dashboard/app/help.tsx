import { signal } from "@preact/signals";
import { session } from "../data/session.ts";
import { signOut } from "../signIn/signOut.ts";
import { Dialog } from "../ui/dialog.tsx";
import { lettersOn, setLetters, shortcuts } from "./keyboard.ts";
import { setTheme, THEMES, type Theme, theme } from "./theme.ts";

export const helpOpen = signal(false);

const close = () => {
  helpOpen.value = false;
};

/** Keys that work here, and the settings of this browser. */
export function Help() {
  if (!helpOpen.value) return null;
  return (
    <Dialog title="Keyboard and settings" onClose={close}>
      <dl class="keys">
        {shortcuts().map(({ key, what }) => (
          <>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </>
        ))}
      </dl>
      <div class="settings">
        <ThemeChoice />
        <label class="check">
          <input
            type="checkbox"
            checked={lettersOn.value}
            onChange={(event) => setLetters(event.currentTarget.checked ? "on" : "off")}
          />
          Single letters are shortcuts
        </label>
        <div class="ends">
          {session.value.required && (
            <button type="button" onClick={() => void signOut()}>
              Sign out {session.value.client}
            </button>
          )}
          <button type="button" class="p" onClick={close}>
            Close
          </button>
        </div>
      </div>
    </Dialog>
  );
}

function ThemeChoice() {
  return (
    <label>
      Colours
      <select value={theme.value} onChange={(event) => setTheme(event.currentTarget.value as Theme)}>
        {THEMES.map((name) => (
          <option key={name} value={name}>
            {name === "system" ? "as the device" : name}
          </option>
        ))}
      </select>
    </label>
  );
}
