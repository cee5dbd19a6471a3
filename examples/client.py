#!/usr/bin/env python3
"""Sends files to a master, waits for the job and saves the results. It needs nothing but Python 3.

    python3 examples/client.py <task> <files...>

MASTER_URL and CLIENT_TOKEN (or MANYHANDS_TOKEN) are read from the environment. The files are read into memory.
"""
import json, os, pathlib, sys, urllib.error, urllib.request, uuid

MASTER = os.environ.get("MASTER_URL", "http://127.0.0.1:5000").rstrip("/")
TOKEN = os.environ.get("CLIENT_TOKEN") or os.environ.get("MANYHANDS_TOKEN")


def ask(path, body=None, **headers):
    if TOKEN:
        headers["Authorization"] = f"Bearer {TOKEN}"
    try:
        with urllib.request.urlopen(urllib.request.Request(MASTER + path, body, headers)) as answer:
            return answer.read()
    except urllib.error.HTTPError as refused:
        sys.exit(f"{refused.code}: {json.load(refused)['error']}")


def form(boundary, task, field, paths):
    yield f'--{boundary}\r\nContent-Disposition: form-data; name="task_type"\r\n\r\n{task}\r\n'.encode()
    for path in paths:
        head = f'form-data; name="{field}"; filename="{path.name}"'
        yield f"--{boundary}\r\nContent-Disposition: {head}\r\n\r\n".encode() + path.read_bytes() + b"\r\n"
    yield f"--{boundary}--\r\n".encode()


def main(task, *files):
    field = {t["task_type"]: t["field"] for t in json.loads(ask("/tasks"))["tasks"]}[task]
    boundary = uuid.uuid4().hex
    body = b"".join(form(boundary, task, field, map(pathlib.Path, files)))
    kind = {"Content-Type": f"multipart/form-data; boundary={boundary}", "Prefer": "respond-async"}
    job = json.loads(ask("/assign_task", body, **kind))
    while job["state"] in ("queued", "running"):
        job = json.loads(ask(f"/jobs/{job['id']}?wait=60"))
    for file in job["files"]:
        print(file["state"], file["filename"], file.get("summary") or file.get("error"))
        if file["state"] == "done":
            pathlib.Path(pathlib.PurePosixPath(file["saved_as"]).name).write_bytes(ask(file["url"]))
    return 0 if job["state"] == "succeeded" else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
