/** Columns of `--output csv`. They stay as they are: scripts read them. */

export const JOB_FIELDS = [
  ...["id", "name", "task_type", "state"],
  ...["counts.total", "counts.queued", "counts.running", "counts.done", "counts.failed", "counts.cancelled"],
  ...["bytes", "priority", "created_at", "started_at", "ended_at", "retry_of", "code", "error"],
];

export const FILE_FIELDS = [
  ...[
    "index",
    "filename",
    "path",
    "state",
    "bytes",
    "slave",
    "attempts",
    "seconds",
    "started_at",
    "ended_at",
  ],
  ...["url", "saved_as", "summary", "code", "error"],
];

export const RESULT_FIELDS = [
  ...["index", "filename", "path", "name", "url", "saved_as", "saved_to"],
  ...["save_failure.code", "save_failure.error"],
];

export const SLAVE_FIELDS = [
  ...["id", "name", "address", "state", "version", "classic", "slots", "busy", "waiting", "done", "failed"],
  ...["cpu", "memory", "last_seen", "tasks", "reason", "connect"],
];

export const TASK_FIELDS = ["task_type", "title", "field", "extensions", "result", "summary"];

export const OPTION_FIELDS = ["name", "default", "type", "enum", "minimum", "maximum", "description"];

export const BULK_FIELDS = ["id", "outcome", "code", "error"];
