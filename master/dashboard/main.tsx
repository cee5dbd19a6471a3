import { render } from "preact";
import { startKeyboard } from "./app/keyboard.ts";
import { startRouter } from "./app/router.ts";
import { Shell } from "./app/shell.tsx";
import { startTheme } from "./app/theme.ts";

const root = document.getElementById("page");
if (root === null) throw new Error("index.html has no element #page.");
startTheme();
startRouter();
startKeyboard();
render(<Shell />, root);
