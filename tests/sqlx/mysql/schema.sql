CREATE TABLE owners (id BIGINT PRIMARY KEY);
INSERT INTO owners VALUES (1), (2), (3);
CREATE TABLE tasks (
    id BIGINT AUTO_INCREMENT PRIMARY KEY,
    name VARCHAR(255) NOT NULL UNIQUE,
    owner BIGINT REFERENCES owners (id),
    hours BIGINT CHECK (hours > 0)
);
INSERT INTO tasks (name, owner) VALUES ('paint', 1), ('mow', 1), ('sweep', 2);
