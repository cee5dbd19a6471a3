/**
 * Versions of the schema, oldest first; never change one that was released, add one. Columns have the meaning that they
 * have in `sqlite/schema.ts`, with these differences:
 * - client text is JSON in TEXT, as PostgreSQL stores no NUL; `jsonb` refuses it too;
 * - texts have the collation "C": ids sort by their bytes, and LIKE folds the case of ASCII only;
 * - what is searched for inside of JSON has a column of its own, made by `searchKey`.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE jobs (
    id TEXT COLLATE "C" PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL,
    task TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    options TEXT NOT NULL,
    secrets TEXT,
    priority DOUBLE PRECISION NOT NULL,
    seed BIGINT NOT NULL,
    total INTEGER NOT NULL,
    done INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    cancelled INTEGER NOT NULL,
    bytes BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    started_at BIGINT,
    ended_at BIGINT,
    retry_of TEXT,
    client TEXT COLLATE "C",
    request_id TEXT,
    budgets TEXT,
    speculation TEXT,
    warnings TEXT,
    work TEXT,
    failure TEXT,
    kept_bytes BIGINT,
    replace_names INTEGER NOT NULL,
    -- Search keys of the slaves that did its files, each between line ends.
    slave_keys TEXT COLLATE "C",
    code_key TEXT COLLATE "C"
  ) WITH (fillfactor = 70);
  CREATE INDEX jobs_by_state ON jobs (state, id);
  CREATE INDEX jobs_by_task ON jobs (task, id);
  CREATE INDEX jobs_by_client ON jobs (client, id);
  CREATE INDEX jobs_by_end ON jobs (ended_at, id) INCLUDE (kept_bytes) WHERE ended_at IS NOT NULL;

  CREATE TABLE files (
    job TEXT COLLATE "C" NOT NULL,
    idx INTEGER NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    input_key TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    filename TEXT COLLATE "C" NOT NULL,
    path TEXT COLLATE "C",
    result_name TEXT COLLATE "C" NOT NULL,
    replaced_by TEXT COLLATE "C",
    result_key TEXT,
    outcome TEXT,
    end_order INTEGER,
    slave_key TEXT COLLATE "C",
    code_key TEXT COLLATE "C",
    PRIMARY KEY (job, idx)
  );
  CREATE INDEX files_by_end ON files (job, end_order) WHERE end_order IS NOT NULL;
  CREATE INDEX failed_files ON files (job, idx) WHERE state = 'failed';
  CREATE INDEX files_by_replacing_job ON files (replaced_by) WHERE replaced_by IS NOT NULL;

  CREATE TABLE parts (
    job TEXT COLLATE "C" NOT NULL,
    map TEXT COLLATE "C" NOT NULL,
    idx INTEGER NOT NULL,
    digest TEXT NOT NULL,
    part_key TEXT,
    part TEXT NOT NULL,
    stored_at BIGINT,
    PRIMARY KEY (job, map, idx)
  );

  -- wanted is JSON.
  CREATE TABLE attachments (
    job TEXT COLLATE "C" NOT NULL,
    wanted TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    key TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    replaced_by TEXT COLLATE "C",
    PRIMARY KEY (job, wanted)
  );

  CREATE TABLE names (
    task TEXT COLLATE "C" NOT NULL,
    name_key TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    job TEXT COLLATE "C" NOT NULL,
    idx INTEGER,
    plain_key TEXT COLLATE "C",
    number BIGINT,
    PRIMARY KEY (task, name_key)
  );
  CREATE INDEX names_by_job ON names (job, idx);
  CREATE INDEX names_by_number ON names (task, plain_key, number) WHERE plain_key IS NOT NULL;

  CREATE TABLE requests (
    client TEXT COLLATE "C" NOT NULL,
    request_key TEXT COLLATE "C" NOT NULL,
    digest TEXT NOT NULL,
    job TEXT COLLATE "C" NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (client, request_key)
  );
  CREATE INDEX requests_by_job ON requests (job);
  CREATE INDEX requests_by_expiry ON requests (expires_at);

  -- Changes of many files that are not whole: see UnfinishedChanges. Any master may complete them.
  CREATE TABLE unfinished (job TEXT COLLATE "C" PRIMARY KEY, open_end TEXT);

  CREATE TABLE callbacks (
    job TEXT COLLATE "C" PRIMARY KEY,
    url TEXT NOT NULL,
    origin TEXT NOT NULL,
    from_loopback INTEGER NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    next_at BIGINT,
    last TEXT,
    body TEXT
  );
  CREATE INDEX callbacks_by_time ON callbacks (next_at, job) WHERE next_at IS NOT NULL;

  CREATE TABLE timeline (
    resolution INTEGER NOT NULL,
    until BIGINT NOT NULL,
    seq INTEGER NOT NULL,
    base BIGINT NOT NULL,
    bytes INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (resolution, until, seq)
  );
  CREATE TABLE timeline_slaves (
    seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at BIGINT NOT NULL,
    body TEXT NOT NULL
  );
  CREATE INDEX timeline_slaves_by_time ON timeline_slaves (at, seq)
  `,
  // Times by the clock of the database. A place is a data folder; a store, a bucket with its prefix.
  `
  CREATE TABLE masters (
    id TEXT COLLATE "C" PRIMARY KEY,
    place TEXT COLLATE "C" NOT NULL,
    store TEXT NOT NULL,
    url TEXT NOT NULL,
    version TEXT NOT NULL,
    state TEXT NOT NULL,
    started_at TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
    seen_at TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp()
  ) WITH (fillfactor = 50);
  ALTER TABLE jobs ADD COLUMN master TEXT COLLATE "C", ADD COLUMN cancel_wish TEXT;
  CREATE INDEX unfinished_jobs ON jobs (id) WHERE state IN ('queued', 'running');
  ALTER TABLE callbacks ADD COLUMN sender TEXT COLLATE "C", ADD COLUMN sender_until TIMESTAMPTZ
  `,
  `
  -- client, sha256, job: empty where there is none. pieces: keys of the store as JSON.
  CREATE TABLE uploads (
    id TEXT COLLATE "C" PRIMARY KEY,
    client TEXT COLLATE "C" NOT NULL,
    metadata TEXT COLLATE "C" NOT NULL,
    length BIGINT NOT NULL,
    received BIGINT NOT NULL,
    pieces TEXT COLLATE "C" NOT NULL,
    sha256 TEXT COLLATE "C" NOT NULL,
    job TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
  );
  CREATE INDEX uploads_by_expiry ON uploads (expires_at, id)
  `,
  `
  ALTER TABLE jobs ADD COLUMN cache TEXT;
  -- made_by: the job whose slaves made the result that was on record; null: this job's.
  ALTER TABLE files ADD COLUMN cached TEXT, ADD COLUMN made_by TEXT COLLATE "C",
    ADD COLUMN reuse_key TEXT COLLATE "C"
  `,
  // By itself: the lock of the columns is held for a moment, and readers go on while the index is built.
  `
  CREATE INDEX results_by_key ON files (reuse_key, coalesce(made_by, job), job, idx) WHERE reuse_key IS NOT NULL
  `,
  // Index of an earlier file of the job whose result serves this file, too.
  "ALTER TABLE files ADD COLUMN twin_of INTEGER",
  // By itself, as above. 17: the characters of a digest in a key, with the colon, see reuseKeys.ts.
  `
  CREATE INDEX results_by_input ON files (substr(reuse_key, 1, 17), job, idx) WHERE reuse_key IS NOT NULL
  `,
];
