#!/bin/sh
# From a table to predictions, with curl and jq: learns the species of irises from iris.csv by a random forest, prints how good
# the model is and what it looks at, and predicts the flowers of iris-new.csv with it. The model stays with the master.
set -eu
master=${MASTER_URL:-http://127.0.0.1:5000}
files=$(dirname "$0")/files

# Sends a job, fails with the sentence of its error, and prints the member of the answer that the first argument names.
send() {
  wanted=$1
  shift
  curl -sS "$@" "$master/assign_task" | jq -er "if .error then error(.error) else $wanted end"
}

model=$(send '.files[0].url' -F task_type=train -F 'options={"target":"target","folds":5}' -F "tables=@$files/iris.csv")
curl -fsS "$master$model" | jq -r '
  "right in \(.metrics.cross_validation.accuracy * 1000 | round / 10) % of the rows of 5 folds",
  (.features | sort_by(-.importance)[] | "  \(.name): \(.importance * 1000 | round / 10) %")'

# The model is named, not sent: by the last part of its address.
predictions=$(send '.files[0].url' -F task_type=predict -F "options={\"model\":\"${model##*/}\"}" -F "tables=@$files/iris-new.csv")
curl -fsS "$master$predictions" -o iris_predictions.csv
echo "saved iris_predictions.csv: $(($(wc -l < iris_predictions.csv) - 1)) flowers"
