#!/bin/sh
# Sends files with curl, and again after a broken connection. The key makes the master recognise the request, so that
# there is one job however often it is sent. The results come as one zip in the folder OUT (results/ by default).
#
#   sh examples/retry.sh <task> <files>...
set -eu
master=${MASTER_URL:-http://127.0.0.1:5000}
token=${CLIENT_TOKEN:-${MANYHANDS_TOKEN:-}}
out=${OUT:-results}
mkdir -p "$out"
task=$1
shift

# curl tries again after errors of the connection, 429 and 5xx; it waits as long as Retry-After says.
ask() {
  curl -sS --retry 8 --retry-connrefused --retry-all-errors ${token:+-H "Authorization: Bearer $token"} "$@"
}

# Prints a member of a JSON answer, or fails with the sentence of its error.
member() {
  jq -er "if .error then error(.error) else $1 end"
}

tasks=$(ask "$master/tasks")
field=$(printf %s "$tasks" | member ".tasks[] | select(.task_type == \"$task\") | .field") || {
  echo "There is no task $task." >&2
  exit 2
}
for file; do
  set -- "$@" -F "$field=@$file"
  shift
done
key=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
job=$(ask -H "Idempotency-Key: $key" -H 'Prefer: respond-async' -F "task_type=$task" "$@" "$master/assign_task" | member .job_id)
state=queued
while [ "$state" = queued ] || [ "$state" = running ]; do
  state=$(ask "$master/jobs/$job?wait=60" | member .state)
done
ask -o "$out/$job.zip" "$master/jobs/$job/results.zip"
echo "job $job $state: $out/$job.zip"
[ "$state" = succeeded ]
