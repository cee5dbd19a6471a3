import type { FileView } from "../../../shared/contract/jobs.ts";

/** What a person can do about a failure, by its code; docs/errors.md has them all. */
const STEPS: Readonly<Record<string, string>> = {
  password_required: "Retry with the option password.",
  wrong_password: "Retry with the right password.",
  misnamed: "Rename the file, or retry with the option any name.",
  wrong_type: "Choose the task that reads such files.",
  unsupported_format: "Convert the file to a format that the task reads.",
  unsupported_encoding: "Save the text as UTF-8.",
  too_large: "Retry with a higher limit in the options, or split the file.",
  timed_out: "Split the file, or retry with a longer time budget.",
  out_of_memory: "Split the file, or give the slaves' children more memory.",
  missing_language: "Choose another language, or install it on the slaves.",
  unequal_length: "Correct the file, or retry with the option ragged.",
  corrupt_file: "Send a whole one.",
  empty_file: "Send the right file.",
  not_a_number: "Correct the file, or retry with the option missing.",
  no_numbers: "Check that the file holds numbers.",
  no_terms: "Send more text, or retry with other options for words.",
  poison: "Leave it out: it ended every process that tried it.",
  slave_lost: "Retry it.",
  cancelled: "Retry to have it done.",
  input_lost: "Send the file again.",
  no_slaves: "Start a slave, then retry.",
};

/** The error of a file in words, with the next step where there is one. */
export function nextStep({ error = "", code = "" }: Pick<FileView, "error" | "code">): string {
  const step = STEPS[code];
  return step === undefined || error.includes(step) ? error : `${error} ${step}`;
}
