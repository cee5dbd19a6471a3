#!/bin/sh
# Sends a folder of mixed files: each file goes to one task by its extension. The results land in <results>/<task>/.
#
#   sh examples/mixed.sh <folder> <results>
set -eu
folder=$1
results=$2
cli=$(dirname "$0")/../cli
status=0
known=''

# send <task> <extension>...: one job with all files that have one of the extensions.
send() {
  task=$1
  shift
  set -f # no globbing in the words of $ours
  ours=''
  for extension; do ours="$ours -o -iname *.$extension"; done
  known="$known$ours"
  ours=${ours# -o }
  if [ -n "$(find "$folder" -type f \( $ours \) | head -n 1)" ]; then
    find "$folder" -type f \( $ours \) -print0 |
      xargs -0 node "$cli" upload "$task" --out "$results/$task" || status=1
  fi
}

send image jpg jpeg png webp avif gif bmp svg
send ocr tif tiff
send document pdf docx
send text txt text md log csv tsv srt html xml json
send audio wav

echo 'Not sent, because no task takes them:'
find "$folder" -type f ! \( ${known# -o } \)
exit $status
