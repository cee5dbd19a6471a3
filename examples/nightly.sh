#!/bin/sh
# Sends the files of a folder to a task, fetches the results, and moves the files that are done to <folder>-done.
# Files that failed stay for the next run. The exit code is that of the upload.
#
#   sh examples/nightly.sh <task> <folder> <results>
set -eu
task=$1
folder=$2
results=$3
cli=$(dirname "$0")/../cli

[ -n "$(find "$folder" -maxdepth 1 -type f ! -name '.*' | head -n 1)" ] || exit 0
report=$(mktemp)
trap 'rm -f "$report"' EXIT
status=0
node "$cli" upload "$task" "$folder"/* --out "$results" --json > "$report" || status=$?
mkdir -p "$folder-done"
jq -r '.files[]? | select(.saved_to) | .path' "$report" |
  while IFS= read -r path; do mv -- "$path" "$folder-done/"; done
jq -r '.error // empty, (.files[]? | select(.state != "done") | "\(.path): \(.error)")' "$report" >&2
exit $status
