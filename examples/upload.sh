#!/bin/sh
# Sends two texts to a running master (npm start) with curl, and fetches a result into the folder OUT (results/ by default).
set -eu
master=${MASTER_URL:-http://127.0.0.1:5000}
files=$(dirname "$0")/files
out=${OUT:-results}
mkdir -p "$out"

# One request is one job; the answer comes when all of it is done.
curl -fsS -F task_type=text -F 'options={"keywords":5}' \
  -F "texts=@$files/review.txt" -F "texts=@$files/letter-latin1.txt" \
  "$master/assign_task"

# A line a file, the moment it is done.
curl -fsSN -H 'Accept: application/x-ndjson' -F task_type=image -F "images=@$files/sunset.jpg" \
  "$master/assign_task" | tee /dev/stderr |
  # The first `url` of the stream is where the gray image is.
  sed -n 's/.*"type":"file".*"url":"\([^"]*\)".*/\1/p' | head -n 1 |
  while read -r path; do curl -fsS -o "$out/gray.png" "$master$path" && echo "saved $out/gray.png"; done
