/**
 * Versions of the schema, oldest first; never change one that was released, add one.
 * Client text (file names, errors) is kept as JSON: it may hold a NUL, at which plain text would be cut.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE jobs (
    id TEXT PRIMARY KEY,
    task TEXT NOT NULL,
    state TEXT NOT NULL,
    options TEXT NOT NULL,
    priority REAL NOT NULL,
    seed INTEGER NOT NULL,
    total INTEGER NOT NULL,
    done INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    cancelled INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    started_at INTEGER,
    ended_at INTEGER,
    retry_of TEXT,
    replace_names INTEGER NOT NULL,
    failure TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX jobs_by_state ON jobs (state, id);
  CREATE INDEX jobs_by_task ON jobs (task, id);

  -- input_key and result_key: what of the store belongs to the job, for its removal.
  CREATE TABLE files (
    job TEXT NOT NULL,
    idx INTEGER NOT NULL,
    state TEXT NOT NULL,
    input_key TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    filename TEXT NOT NULL,
    result_name TEXT NOT NULL,
    replaced_by TEXT,
    result_key TEXT,
    outcome TEXT,
    PRIMARY KEY (job, idx)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE parts (
    job TEXT NOT NULL,
    map TEXT NOT NULL,
    idx INTEGER NOT NULL,
    digest TEXT NOT NULL,
    part_key TEXT,
    part TEXT NOT NULL,
    PRIMARY KEY (job, map, idx)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE attachments (
    job TEXT NOT NULL,
    wanted TEXT NOT NULL,
    name TEXT NOT NULL,
    key TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    PRIMARY KEY (job, wanted)
  ) STRICT, WITHOUT ROWID;

  -- idx is null for an attachment.
  CREATE TABLE names (
    task TEXT NOT NULL,
    name_key TEXT NOT NULL,
    name TEXT NOT NULL,
    job TEXT NOT NULL,
    idx INTEGER,
    PRIMARY KEY (task, name_key)
  ) STRICT, WITHOUT ROWID
  `,
  `
  CREATE INDEX names_by_job ON names (job, idx);

  CREATE TABLE requests (
    request_key TEXT PRIMARY KEY,
    digest TEXT NOT NULL,
    job TEXT NOT NULL,
    expires_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX requests_by_job ON requests (job);
  CREATE INDEX requests_by_expiry ON requests (expires_at)
  `,
  `
  ALTER TABLE jobs ADD COLUMN budgets TEXT;
  -- What a job that is over holds in the store; null until that was looked at.
  ALTER TABLE jobs ADD COLUMN kept_bytes INTEGER;
  CREATE INDEX jobs_by_end ON jobs (ended_at, id, kept_bytes) WHERE ended_at IS NOT NULL
  `,
  `
  ALTER TABLE jobs ADD COLUMN client TEXT;
  CREATE INDEX jobs_by_client ON jobs (client, id);

  -- Keys are each client's own; those from before stand where no token is asked for.
  ALTER TABLE requests RENAME TO old_requests;
  CREATE TABLE requests (
    client TEXT NOT NULL,
    request_key TEXT NOT NULL,
    digest TEXT NOT NULL,
    job TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (client, request_key)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO requests SELECT '', request_key, digest, job, expires_at FROM old_requests;
  DROP TABLE old_requests;
  CREATE INDEX requests_by_job ON requests (job);
  CREATE INDEX requests_by_expiry ON requests (expires_at)
  `,
  `
  ALTER TABLE jobs ADD COLUMN speculation TEXT;
  ALTER TABLE parts ADD COLUMN stored_at INTEGER
  `,
  `
  -- Null once the job is over.
  ALTER TABLE jobs ADD COLUMN secrets TEXT;
  UPDATE jobs SET options = json_remove(options, '$.password')
    WHERE task = 'document' AND ended_at IS NOT NULL
  `,
  `
  ALTER TABLE attachments ADD COLUMN replaced_by TEXT;
  -- Only files whose names were taken over.
  CREATE INDEX files_by_replacing_job ON files (replaced_by) WHERE replaced_by IS NOT NULL
  `,
  "ALTER TABLE jobs ADD COLUMN warnings TEXT",
  `
  -- Null for files that the end of the job ended. Older versions kept it in the outcome.
  ALTER TABLE files ADD COLUMN end_order INTEGER;
  UPDATE files SET
    end_order = coalesce(json_extract(outcome, '$.endOrder'), json_extract(outcome, '$.order')),
    outcome = json_remove(outcome, '$.endOrder', '$.order')
    WHERE outcome IS NOT NULL;
  CREATE INDEX files_by_end ON files (job, end_order) WHERE end_order IS NOT NULL;

  -- Sums over the files that have ended; the patch leaves out a start that is not known.
  ALTER TABLE jobs ADD COLUMN work TEXT;
  UPDATE jobs SET work = (
    SELECT json_patch('{}', json_object(
      'files', COUNT(*),
      'seconds', TOTAL(json_extract(outcome, '$.seconds')),
      'resultBytes', TOTAL(json_extract(outcome, '$.resultBytes')),
      'startedAt', MIN(json_extract(outcome, '$.startedAt')),
      'slaves', json((
        SELECT json_group_object(slave, files) FROM (
          SELECT json_extract(outcome, '$.slave') AS slave, COUNT(*) AS files FROM files
            WHERE job = jobs.id AND json_extract(outcome, '$.slave') IS NOT NULL GROUP BY 1
        )
      ))
    )) FROM files WHERE job = jobs.id AND end_order IS NOT NULL
  ) WHERE done + failed > 0;

  -- Large jobs that are written or removed in several transactions. open_end: end of the files that their job ended,
  -- as JSON; null: the rows of a job that is not there, to be deleted.
  CREATE TABLE unfinished (job TEXT PRIMARY KEY, open_end TEXT) STRICT, WITHOUT ROWID
  `,
  `
  -- Of a name with a number: the key of the plain name. Both are null for a plain name.
  ALTER TABLE names ADD COLUMN plain_key TEXT;
  ALTER TABLE names ADD COLUMN number INTEGER;
  CREATE INDEX names_by_number ON names (task, plain_key, number) WHERE plain_key IS NOT NULL;
  -- JSON, as the file name; null when it is the file name.
  ALTER TABLE files ADD COLUMN path TEXT
  `,
  `
  -- JSON. Jobs of older versions get the name that a job without folders gets; the quotes are those of the JSON text.
  ALTER TABLE jobs ADD COLUMN name TEXT;
  UPDATE jobs SET name = (
    SELECT CASE WHEN total = 1 THEN filename
      ELSE substr(filename, 1, length(filename) - 1) || ' and ' || (total - 1) || ' more"' END
    FROM files WHERE job = jobs.id AND idx = 0
  );
  CREATE INDEX failed_files ON files (job, idx) WHERE state = 'failed'
  `,
  `
  -- Spans of slots (resolution 0) and sums of intervals: see TimelineTable. base: the time that those of the body are
  -- told from.
  CREATE TABLE timeline (
    resolution INTEGER NOT NULL,
    until INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    base INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (resolution, until, seq)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE timeline_slaves (seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
  CREATE INDEX timeline_slaves_by_time ON timeline_slaves (at, seq)
  `,
  "ALTER TABLE jobs ADD COLUMN request_id TEXT",
  `
  -- next_at: null while the job has not ended, and when its webhook is delivered or given up. body: null until it is
  -- made; a row with a body outlives its job until then. last: what the last try brought, as JSON.
  CREATE TABLE callbacks (
    job TEXT PRIMARY KEY,
    url TEXT NOT NULL,
    origin TEXT NOT NULL,
    from_loopback INTEGER NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    next_at INTEGER,
    last TEXT,
    body TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX callbacks_by_time ON callbacks (next_at, job, origin) WHERE next_at IS NOT NULL
  `,
  `
  -- client, sha256, job: empty where there is none. pieces: keys of the store as JSON.
  CREATE TABLE uploads (
    id TEXT PRIMARY KEY,
    client TEXT NOT NULL,
    metadata TEXT NOT NULL,
    length INTEGER NOT NULL,
    received INTEGER NOT NULL,
    pieces TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    job TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX uploads_by_expiry ON uploads (expires_at, id)
  `,
  `
  -- refresh or off; null: recorded results are used.
  ALTER TABLE jobs ADD COLUMN cache TEXT;
  -- JSON: the result that was on record when the job was created.
  ALTER TABLE files ADD COLUMN cached TEXT;
  -- Results of jobs that are over which may serve other files: see ReusableTable and reuseKeys.ts.
  CREATE TABLE reusable (
    reuse_key TEXT NOT NULL,
    -- The job whose slaves made the result: a copy is as old as what it was copied from.
    made_by TEXT NOT NULL,
    job TEXT NOT NULL,
    idx INTEGER NOT NULL,
    PRIMARY KEY (reuse_key, made_by, job, idx)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX reusable_by_job ON reusable (job)
  `,
  `
  -- Index of an earlier file of the job whose result serves this file, too.
  ALTER TABLE files ADD COLUMN twin_of INTEGER;
  -- 17: the characters of a digest in a key, with the colon, see reuseKeys.ts.
  CREATE INDEX reusable_by_input ON reusable (substr(reuse_key, 1, 17), job, idx)
  `,
];
