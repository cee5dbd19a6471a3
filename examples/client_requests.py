#!/usr/bin/env python3
"""Sends files to a master with the package requests, follows the job's events and saves each result as it comes.

    python3 examples/client_requests.py <task> <files...>

MASTER_URL and CLIENT_TOKEN (or MANYHANDS_TOKEN) are read from the environment. The files are read into memory.
"""
import json, os, pathlib, sys, uuid
import requests

MASTER = os.environ.get("MASTER_URL", "http://127.0.0.1:5000").rstrip("/")
TOKEN = os.environ.get("CLIENT_TOKEN") or os.environ.get("MANYHANDS_TOKEN")

session = requests.Session()
if TOKEN:
    session.headers["Authorization"] = f"Bearer {TOKEN}"


def ask(method, path, **more):
    answer = session.request(method, MASTER + path, **more)
    if not answer.ok:
        sys.exit(f"{answer.status_code}: {answer.json()['error']}")
    return answer


def events(job):
    """Yields (name, data) of each event until the job ends; a broken connection is made again behind the last one."""
    last = "0"
    while True:
        try:
            with ask("GET", f"/jobs/{job}/events", headers={"Last-Event-ID": last}, stream=True, timeout=60) as answer:
                name = ""
                for line in answer.iter_lines(decode_unicode=True):
                    field, _, value = line.partition(": ")
                    if field == "id":
                        last = value
                    elif field == "event":
                        name = value
                    elif field == "data":
                        yield name, json.loads(value)
                        if name == "end":
                            return
        except requests.ConnectionError:
            continue


def main(task, *paths):
    field = {t["task_type"]: t["field"] for t in ask("GET", "/tasks").json()["tasks"]}[task]
    files = [(field, (pathlib.Path(path).name, pathlib.Path(path).read_bytes())) for path in paths]
    # The key makes a repeated request the same job.
    headers = {"Prefer": "respond-async", "Idempotency-Key": uuid.uuid4().hex}
    job = ask("POST", "/assign_task", data={"task_type": task}, files=files, headers=headers).json()
    for name, data in events(job["id"]):
        if name == "file":
            print(data["state"], data["filename"], data.get("summary") or data.get("error"))
            if data["state"] == "done":
                result = ask("GET", data["url"])
                pathlib.Path(pathlib.PurePosixPath(data["saved_as"]).name).write_bytes(result.content)
        if name == "end":
            return 0 if data["state"] == "succeeded" else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
