import { render } from "preact";
import { startKeyboard } from "./app/keyboard.ts";
import { startPageKeys } from "./app/pageKeys.ts";
import { startRouter } from "./app/router.ts";
import { Shell } from "./app/shell.tsx";
import { startData } from "./app/start.ts";
import { startTheme } from "./app/theme.ts";

const root = document.getElementById("page");
if (root === null) throw new Error("index.html has no element #page.");
startTheme();
startRouter();
startKeyboard();
startPageKeys();
startData();
render(<Shell />, root);
