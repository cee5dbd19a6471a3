import type { DeclaredVariable } from "../settings/declared.ts";
import { strangeVariables } from "../settings/misspelt.ts";
import { type Surroundings, settingsOf } from "../settings/settings.ts";
import { type DoctorFinding, ok, problem, warning } from "./finding.ts";

/** Variables of manyhands that cannot be used or look misspelt. */
export function variablesState(declared: readonly DeclaredVariable[], here: Surroundings): DoctorFinding[] {
  const check = "variables";
  const bad = settingsOf(declared, here).filter((setting) => setting.problem !== undefined);
  const strange = strangeVariables(
    declared.map(({ variable }) => variable.name),
    here,
  );
  const found = [
    ...bad.map(({ name, value, problem: fault }) =>
      problem(check, `${name}=${value ?? ""}: ${fault ?? ""}`, "docs/configuration.md says what is valid."),
    ),
    ...strange.map(({ name, source, meant }) =>
      warning(
        check,
        `${name} (${source}) is no variable of manyhands.`,
        meant === undefined
          ? "Remove it, or see docs/configuration.md."
          : `Write ${meant}, if that is meant.`,
      ),
    ),
  ];
  return found.length > 0 ? found : [ok(check, "all can be used")];
}

const PROXIES = ["http_proxy", "https_proxy", "all_proxy"];

/** Our programs use no proxy; curl, Python and browsers obey these variables. */
export function proxyState({ env }: Surroundings, url: string): DoctorFinding {
  const check = "proxy";
  const set = Object.keys(env).filter((name) => PROXIES.includes(name.toLowerCase()) && env[name]?.trim());
  const { hostname } = new URL(url);
  const spared = (env.no_proxy ?? env.NO_PROXY ?? "").split(/[,\s]+/).filter(Boolean);
  const isSpared = spared.some(
    (host) => host === "*" || hostname === host || hostname.endsWith(`.${host.replace(/^\./, "")}`),
  );
  if (set.length === 0) return ok(check, "no variable sets one");
  if (isSpared) return ok(check, `${set.join(", ")} set, and NO_PROXY spares ${hostname}`);
  return warning(
    check,
    `${set.join(", ")}: curl, Python and browsers send requests for ${hostname} through this proxy. manyhands itself uses none.`,
    `Add ${hostname} to NO_PROXY (and no_proxy).`,
  );
}
