-- Times are seconds since 1970, in UTC.

CREATE TABLE users (
    id INTEGER PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

-- A session is known by the hash of its token: whoever reads the table cannot log in with it.
CREATE TABLE sessions (
    token_hash TEXT PRIMARY KEY,
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_of_user ON sessions (user_id);

CREATE TABLE subscriptions (
    user_id BIGINT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    plan TEXT NOT NULL,
    renews_at BIGINT,
    canceled_at BIGINT
);

CREATE TABLE residences (
    id INTEGER PRIMARY KEY,
    owner_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    address TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX residences_of_owner ON residences (owner_id);

CREATE TABLE contractors (
    id INTEGER PRIMARY KEY,
    owner_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    trade TEXT NOT NULL,
    phone TEXT,
    email TEXT,
    created_at BIGINT NOT NULL
);
CREATE INDEX contractors_of_owner ON contractors (owner_id);

CREATE TABLE tasks (
    id INTEGER PRIMARY KEY,
    residence_id BIGINT NOT NULL REFERENCES residences (id) ON DELETE CASCADE,
    contractor_id BIGINT REFERENCES contractors (id) ON DELETE SET NULL,
    title TEXT NOT NULL,
    notes TEXT NOT NULL,
    due_at BIGINT,
    repeat_days BIGINT,
    reminded_at BIGINT,
    completed_at BIGINT,
    created_at BIGINT NOT NULL
);
CREATE INDEX tasks_of_residence ON tasks (residence_id);
CREATE INDEX tasks_due ON tasks (due_at);

CREATE TABLE documents (
    id INTEGER PRIMARY KEY,
    residence_id BIGINT NOT NULL REFERENCES residences (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    mime_type TEXT NOT NULL,
    size_bytes BIGINT NOT NULL,
    object_key TEXT NOT NULL UNIQUE,
    thumbnail_key TEXT,
    created_at BIGINT NOT NULL
);
CREATE INDEX documents_of_residence ON documents (residence_id);

-- Objects that no document names: those of removed ones, and those of uploads that are under way. Once the time has come
-- they are removed from the store, and then from here.
CREATE TABLE discarded_objects (
    object_key TEXT PRIMARY KEY,
    remove_after BIGINT NOT NULL
);
CREATE INDEX discarded_objects_due ON discarded_objects (remove_after);

-- However a document is removed, also with its residence, its objects are not named any more.
CREATE TRIGGER documents_discard_objects AFTER DELETE ON documents BEGIN
    INSERT OR IGNORE INTO discarded_objects (object_key, remove_after) VALUES (OLD.object_key, 0);
    INSERT OR IGNORE INTO discarded_objects (object_key, remove_after)
        SELECT OLD.thumbnail_key, 0 WHERE OLD.thumbnail_key IS NOT NULL;
END;

CREATE TABLE devices (
    id INTEGER PRIMARY KEY,
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    platform TEXT NOT NULL,
    push_token TEXT NOT NULL UNIQUE,
    registered_at BIGINT NOT NULL,
    -- How often in a row its vendor did not know the token.
    refusals BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX devices_of_user ON devices (user_id);

CREATE TABLE notifications (
    id INTEGER PRIMARY KEY,
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    task_id BIGINT REFERENCES tasks (id) ON DELETE SET NULL,
    category TEXT NOT NULL,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    read_at BIGINT,
    created_at BIGINT NOT NULL,
    -- When the job that pushes it was enqueued. The row is written with what it tells of, the job comes behind.
    enqueued_at BIGINT
);
CREATE INDEX notifications_of_user ON notifications (user_id);
CREATE INDEX notifications_waiting ON notifications (id) WHERE enqueued_at IS NULL;

-- Who was told what is to be done on a day, counted from 1970.
CREATE TABLE digests (
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    day BIGINT NOT NULL,
    PRIMARY KEY (user_id, day)
);

-- What has reached a device: a push that is tried again leaves it out.
CREATE TABLE deliveries (
    notification_id BIGINT NOT NULL REFERENCES notifications (id) ON DELETE CASCADE,
    device_id BIGINT NOT NULL REFERENCES devices (id) ON DELETE CASCADE,
    PRIMARY KEY (notification_id, device_id)
);
CREATE INDEX deliveries_of_device ON deliveries (device_id);
