import { useEffect } from "preact/hooks";
import { bindKeys, type Shortcut } from "../app/keyboard.ts";

/** Keys that work while the component is shown. `deps` name what their functions read. */
export function useKeys(keys: readonly Shortcut[], deps: readonly unknown[]): void {
  useEffect(() => bindKeys(keys), deps);
}
