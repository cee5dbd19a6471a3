#!/bin/sh
# The mean of three days of temperatures, hour by hour, as CSV.
set -eu
master=${MASTER_URL:-http://127.0.0.1:5000}
files=$(dirname "$0")/files

answer=$(curl -fsS -F task_type=mean -F "numbers=@$files/temperatures-monday.txt" \
  -F "numbers=@$files/temperatures-tuesday.txt" -F "numbers=@$files/temperatures-wednesday.txt" "$master/assign_task")

# The means belong to the whole job: the answer names them under `attachments`.
path=$(printf %s "$answer" | jq -er '.attachments[].url | select(endswith(".csv"))')
curl -fsS "$master$path"
