/** Values of options, by the options' names. */
export type OptionChoices = Readonly<Record<string, readonly string[]>>;

/**
 * Values of a task's options that every one of these slaves can do; slaves that do not tell are left out. Undefined while
 * none tells.
 */
export function choicesOf(
  task: string,
  slaves: readonly { readonly choices: Readonly<Record<string, OptionChoices>> }[],
): OptionChoices | undefined {
  const common = new Map<string, readonly string[]>();
  for (const { choices } of slaves) {
    const own = Object.hasOwn(choices, task) ? choices[task] : undefined;
    for (const [option, values] of Object.entries(own ?? {}))
      common.set(option, common.get(option)?.filter((one) => values.includes(one)) ?? values.toSorted());
  }
  return common.size === 0 ? undefined : Object.fromEntries(common);
}
