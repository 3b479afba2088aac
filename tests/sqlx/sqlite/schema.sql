CREATE TABLE owners (id INTEGER PRIMARY KEY);
INSERT INTO owners VALUES (1), (2), (3);
CREATE TABLE tasks (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    owner INTEGER REFERENCES owners (id),
    hours INTEGER CHECK (hours > 0)
);
INSERT INTO tasks (name, owner) VALUES ('paint', 1), ('mow', 1), ('sweep', 2);
