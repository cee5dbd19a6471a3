import type { CommandWords, OptionWords } from "./words.ts";

/**
 * Scripts for shells. Each has a table of what can follow a command, and walks over the words before the cursor to find
 * the command that they name.
 */

export function bashScript(words: readonly CommandWords[]): string {
  return `# manyhands completion bash: eval "$(manyhands completion bash)"
_manyhands_words() {
  case "$1" in
${words.map(({ path, commands, options, values }) => bashCase(path, [...commands, ...values, ...flagsOf(options)])).join("\n")}
  esac
}
_manyhands_values() {
  case "$1" in
${valueCases(words, (values) => `printf '%s\\n' ${values.map(quoted).join(" ")}`)}
    *) return 1 ;;
  esac
}
_manyhands() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" path="" next word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    next="\${path:+$path }$word"
    case "|${words.map(({ path }) => path).join("|")}|" in *"|$next|"*) path="$next" ;; esac
  done
  COMPREPLY=()
  local known
  if known="$(_manyhands_values "$path $before")"; then :
  else known="$(_manyhands_words "$path")"; fi
  while IFS= read -r word; do
    [[ -n "$word" && "$word" == "$current"* ]] && COMPREPLY+=("$word")
  done <<< "$known"
}
complete -o default -F _manyhands manyhands`;
}

export function zshScript(words: readonly CommandWords[]): string {
  return `#compdef manyhands
# manyhands completion zsh: eval "$(manyhands completion zsh)"
autoload -U +X bashcompinit && bashcompinit
${bashScript(words)}`;
}

export function fishScript(words: readonly CommandWords[]): string {
  const lines = words.flatMap(({ path, options, values, commands }) => {
    const at = `complete -c manyhands -n ${quoted(fishCondition(path, commands))}`;
    const below = words.filter((other) => parentOf(other.path) === path && other.path !== "");
    return [
      ...below.map((other) => `${at} -f -a ${quoted(lastOf(other.path))} -d ${quoted(other.description)}`),
      ...(values.length === 0 ? [] : [`${at} -f -a ${quoted(values.join(" "))}`]),
      ...options.map((option) => `${at} ${fishOption(option)}`),
    ];
  });
  return [`# manyhands completion fish | source`, ...lines].join("\n");
}

function bashCase(path: string, words: readonly string[]): string {
  return `    ${quoted(path)}) printf '%s\\n' ${words.map(quoted).join(" ")} ;;`;
}

/** A case for each option with known values, for its command. */
function valueCases(words: readonly CommandWords[], print: (values: readonly string[]) => string): string {
  return words
    .flatMap(({ path, options }) =>
      options
        .filter(({ values }) => values.length > 0)
        .map(
          ({ flags, values }) =>
            `    ${flags.map((flag) => quoted(`${path} ${flag}`)).join("|")}) ${print(values)} ;;`,
        ),
    )
    .join("\n");
}

function fishCondition(path: string, commands: readonly string[]): string {
  if (path === "") return "__fish_use_subcommand";
  const seen = path.split(" ").map((word) => `__fish_seen_subcommand_from ${word}`);
  const notBelow = commands.length === 0 ? [] : [`not __fish_seen_subcommand_from ${commands.join(" ")}`];
  return [...seen, ...notBelow].join("; and ");
}

function fishOption({ flags, description, takesValue, values }: OptionWords): string {
  const names = flags.map((flag) => (flag.startsWith("--") ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
  const value = values.length > 0 ? ` -x -a ${quoted(values.join(" "))}` : takesValue ? " -r" : "";
  return `${names.join(" ")}${value} -d ${quoted(description)}`;
}

function flagsOf(options: readonly OptionWords[]): string[] {
  return options.flatMap(({ flags }) => flags.filter((flag) => flag.startsWith("--")));
}

function parentOf(path: string): string {
  return path.split(" ").slice(0, -1).join(" ");
}

function lastOf(path: string): string {
  return path.split(" ").at(-1) ?? "";
}

/** A word of a shell; it may hold any character. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\\\''")}'`;
}
