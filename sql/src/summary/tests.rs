use super::{MAX_SUMMARY, OPERATIONS, OTHER, Summary, summarize};
use crate::tokens::Dialect;

/// A statement, its operation and table in the metrics (`-` for none), and its summary.
type Case = (&'static str, &'static str, &'static str, &'static str);

fn check(dialect: Dialect, cases: &[Case]) {
    for (sql, operation, table, text) in cases {
        let summary = summarize(sql, dialect);
        let found = (summary.operation, summary.table.as_deref().unwrap_or("-"), summary.text.as_str());
        assert_eq!(found, (*operation, *table, *text), "{sql}");
    }
}

#[test]
fn the_four_verbs() {
    check(
        Dialect::Sqlite,
        &[
            ("SELECT * FROM tasks", "SELECT", "tasks", "SELECT tasks"),
            ("select id from tasks where a = ?", "SELECT", "tasks", "select tasks"),
            ("SELECT 1", "SELECT", "-", "SELECT"),
            ("SELECT DISTINCT a FROM tasks ORDER BY b, c LIMIT 1, 2", "SELECT", "tasks", "SELECT tasks"),
            ("SELECT a, b FROM tasks t GROUP BY a, b HAVING count(*) > 1", "SELECT", "tasks", "SELECT tasks"),
            ("INSERT INTO tasks (a, b) VALUES (?, ?)", "INSERT", "tasks", "INSERT tasks"),
            ("INSERT INTO tasks DEFAULT VALUES", "INSERT", "tasks", "INSERT tasks"),
            ("INSERT INTO tasks VALUES (1), (2) RETURNING id, b", "INSERT", "tasks", "INSERT tasks"),
            ("INSERT OR REPLACE INTO tasks VALUES (1)", "INSERT", "tasks", "INSERT tasks"),
            ("REPLACE INTO tasks VALUES (1)", "REPLACE", "tasks", "REPLACE tasks"),
            ("UPDATE tasks SET a = 1, b = 2 WHERE c = ?", "UPDATE", "tasks", "UPDATE tasks"),
            ("UPDATE OR IGNORE tasks SET a = 1", "UPDATE", "tasks", "UPDATE tasks"),
            ("DELETE FROM tasks WHERE a = ?", "DELETE", "tasks", "DELETE tasks"),
            ("DELETE FROM tasks RETURNING a, b", "DELETE", "tasks", "DELETE tasks"),
            ("VALUES (1, 2), (3, 4)", "VALUES", "-", "VALUES"),
        ],
    );
}

#[test]
fn several_tables() {
    check(
        Dialect::Postgres,
        &[
            ("SELECT * FROM tasks JOIN users ON tasks.u = users.id", "SELECT", "tasks", "SELECT tasks users"),
            ("SELECT * FROM a, b, c WHERE a.x = b.y", "SELECT", "a", "SELECT a b c"),
            ("SELECT * FROM a AS x LEFT OUTER JOIN b y USING (id), c", "SELECT", "a", "SELECT a b c"),
            ("SELECT * FROM a NATURAL JOIN b CROSS JOIN c", "SELECT", "a", "SELECT a b c"),
            ("SELECT * FROM (a JOIN b ON a.x = b.x) JOIN c ON true", "SELECT", "a", "SELECT a b c"),
            ("SELECT * FROM tasks a JOIN tasks b ON a.x = b.y", "SELECT", "tasks", "SELECT tasks tasks"),
            ("INSERT INTO archive SELECT * FROM tasks", "INSERT", "archive", "INSERT archive SELECT tasks"),
            (
                "INSERT INTO archive (a) (SELECT a FROM tasks)",
                "INSERT",
                "archive",
                "INSERT archive SELECT tasks",
            ),
            ("UPDATE tasks t SET a = b.a FROM b WHERE b.id = t.id", "UPDATE", "tasks", "UPDATE tasks b"),
            ("UPDATE ONLY tasks SET a = (SELECT max(x) FROM b)", "UPDATE", "tasks", "UPDATE tasks SELECT b"),
            (
                "DELETE FROM tasks USING users, teams WHERE true",
                "DELETE",
                "tasks",
                "DELETE tasks users teams",
            ),
            ("DELETE FROM a USING b JOIN c USING (id) WHERE true", "DELETE", "a", "DELETE a b c"),
            ("SELECT a FROM x UNION ALL SELECT b FROM y", "SELECT", "x", "SELECT x SELECT y"),
            ("(SELECT a FROM x) UNION (SELECT b FROM y)", "SELECT", "x", "SELECT x SELECT y"),
            ("((SELECT a FROM x) EXCEPT SELECT b FROM y)", "SELECT", "x", "SELECT x SELECT y"),
            (
                "MERGE INTO stock s USING (SELECT * FROM sales) x ON s.id = x.id \
             WHEN MATCHED THEN UPDATE SET n = 1 WHEN NOT MATCHED THEN INSERT (id) VALUES (1)",
                "MERGE",
                "stock",
                "MERGE stock SELECT sales",
            ),
            (
                "MERGE INTO stock USING sales ON true WHEN MATCHED THEN DELETE",
                "MERGE",
                "stock",
                "MERGE stock sales",
            ),
        ],
    );
}

#[test]
fn selects_in_parentheses() {
    check(
        Dialect::Postgres,
        &[
            ("SELECT * FROM (a JOIN (SELECT * FROM b) s ON true), c", "SELECT", "a", "SELECT a SELECT b c"),
            ("SELECT * FROM (SELECT * FROM a) s, c", "SELECT", "c", "SELECT SELECT a c"),
            ("SELECT * FROM ((a JOIN b ON true) JOIN c ON true)", "SELECT", "a", "SELECT a b c"),
            ("SELECT * FROM a WHERE id IN (SELECT x FROM b)", "SELECT", "a", "SELECT a SELECT b"),
            (
                "SELECT * FROM a WHERE EXISTS (SELECT 1 FROM b WHERE b.x = a.x)",
                "SELECT",
                "a",
                "SELECT a SELECT b",
            ),
            ("SELECT (SELECT count(*) FROM b) FROM a", "SELECT", "a", "SELECT SELECT b a"),
            (
                "SELECT x FROM (SELECT * FROM orders o JOIN customers c ON true) s",
                "SELECT",
                "orders",
                "SELECT SELECT orders customers",
            ),
            ("SELECT * FROM a, LATERAL (SELECT * FROM b) l, c", "SELECT", "a", "SELECT a SELECT b c"),
            ("SELECT ARRAY(SELECT x FROM b) FROM a", "SELECT", "a", "SELECT SELECT b a"),
            ("SELECT * FROM (VALUES (1, 2)) v, b", "SELECT", "b", "SELECT b"),
        ],
    );
}

#[test]
fn from_is_not_always_a_clause() {
    check(
        Dialect::Postgres,
        &[
            ("SELECT EXTRACT(year FROM due) FROM tasks", "SELECT", "tasks", "SELECT tasks"),
            ("SELECT substring(name from 1 for 2) FROM tasks", "SELECT", "tasks", "SELECT tasks"),
            (
                "SELECT TRIM(BOTH 'x' FROM name), trim(from name) FROM tasks",
                "SELECT",
                "tasks",
                "SELECT tasks",
            ),
            ("SELECT overlay(a placing b from 2) FROM tasks", "SELECT", "tasks", "SELECT tasks"),
            ("SELECT a FROM tasks WHERE b IS DISTINCT FROM c", "SELECT", "tasks", "SELECT tasks"),
            ("SELECT a IS NOT DISTINCT FROM b FROM tasks", "SELECT", "tasks", "SELECT tasks"),
            ("SELECT * FROM generate_series(1, 10) AS g", "SELECT", "-", "SELECT"),
            (
                "SELECT * FROM tasks t, unnest(t.ids) WITH ORDINALITY u, b",
                "SELECT",
                "tasks",
                "SELECT tasks b",
            ),
            ("SELECT * FROM ROWS FROM (f(1), g(2)) r JOIN b ON true", "SELECT", "b", "SELECT b"),
            ("SELECT * FROM a LEFT JOIN LATERAL f(a.x) ON true", "SELECT", "a", "SELECT a"),
            (
                "SELECT count(*) FILTER (WHERE x) OVER (PARTITION BY a, b) FROM tasks",
                "SELECT",
                "tasks",
                "SELECT tasks",
            ),
            ("SELECT * FROM $1", "SELECT", "-", "SELECT"),
            ("SELECT 'FROM users' FROM tasks", "SELECT", "tasks", "SELECT tasks"),
        ],
    );
}

#[test]
fn verbs_are_not_always_operations() {
    check(
        Dialect::Postgres,
        &[
            (
                "INSERT INTO a (x) VALUES ($1) ON CONFLICT (x) DO UPDATE SET y = 1, z = 2",
                "INSERT",
                "a",
                "INSERT a",
            ),
            ("INSERT INTO a SELECT * FROM b ON CONFLICT DO NOTHING", "INSERT", "a", "INSERT a SELECT b"),
            ("SELECT * FROM tasks FOR UPDATE OF tasks SKIP LOCKED", "SELECT", "tasks", "SELECT tasks"),
            ("SELECT * FROM tasks FOR NO KEY UPDATE", "SELECT", "tasks", "SELECT tasks"),
            (
                "SELECT replace(a, 'x', 'y'), left(replace(a, b, c), 1) FROM tasks",
                "SELECT",
                "tasks",
                "SELECT tasks",
            ),
            ("GRANT SELECT, INSERT ON tasks TO ann", "GRANT", "-", "GRANT"),
            (
                "CREATE TABLE a (b INT REFERENCES c (d) ON DELETE CASCADE ON UPDATE SET NULL)",
                "CREATE",
                "a",
                "CREATE TABLE a",
            ),
        ],
    );
    check(
        Dialect::MySql,
        &[
            (
                "INSERT INTO a SELECT * FROM b ON DUPLICATE KEY UPDATE x = 1, y = 2",
                "INSERT",
                "a",
                "INSERT a SELECT b",
            ),
            ("INSERT IGNORE INTO a VALUES (1)", "INSERT", "a", "INSERT a"),
        ],
    );
}

#[test]
fn common_table_expressions() {
    check(
        Dialect::Postgres,
        &[
            (
                "WITH x AS (SELECT * FROM a) SELECT * FROM x JOIN b ON true",
                "SELECT",
                "b",
                "SELECT a SELECT b",
            ),
            ("WITH x AS (SELECT * FROM a) SELECT * FROM X", "SELECT", "a", "SELECT a SELECT"),
            (
                "WITH x (p, q) AS MATERIALIZED (SELECT 1, 2), y AS (SELECT * FROM x) SELECT * FROM y",
                "SELECT",
                "-",
                "SELECT SELECT SELECT",
            ),
            ("WITH x AS (SELECT 1) UPDATE tasks SET a = 1 FROM x", "UPDATE", "tasks", "SELECT UPDATE tasks"),
            (
                "WITH x AS (SELECT id FROM a) INSERT INTO b SELECT * FROM x",
                "INSERT",
                "b",
                "SELECT a INSERT b SELECT",
            ),
            (
                "WITH gone AS (DELETE FROM a RETURNING *) INSERT INTO b SELECT * FROM gone",
                "INSERT",
                "b",
                "DELETE a INSERT b SELECT",
            ),
            ("WITH x AS (UPDATE a SET b = 1 RETURNING c) SELECT * FROM x", "SELECT", "a", "UPDATE a SELECT"),
            (
                "WITH RECURSIVE x AS (SELECT 1 UNION SELECT n FROM x JOIN a ON true) SELECT * FROM x",
                "SELECT",
                "a",
                "SELECT SELECT a SELECT",
            ),
            // Not recursive: within its own body the name is the table's.
            (
                "WITH tasks AS (SELECT * FROM tasks) SELECT * FROM tasks",
                "SELECT",
                "tasks",
                "SELECT tasks SELECT",
            ),
            (
                "SELECT * FROM (WITH x AS (SELECT 1) SELECT * FROM x, a) s, x",
                "SELECT",
                "x",
                "SELECT SELECT SELECT a x",
            ),
            ("WITH x AS (SELECT 1) SELECT * FROM app.x", "SELECT", "app.x", "SELECT SELECT app.x"),
            (
                "INSERT INTO b WITH x AS (SELECT * FROM a) SELECT * FROM x",
                "INSERT",
                "b",
                "INSERT b SELECT a SELECT",
            ),
            ("WITH \"X y\" AS (SELECT 1) SELECT * FROM \"X y\"", "SELECT", "-", "SELECT SELECT"),
            (
                "CREATE VIEW v AS WITH x AS (SELECT * FROM a) SELECT * FROM x",
                "CREATE",
                "v",
                "CREATE VIEW v SELECT a SELECT",
            ),
        ],
    );
}

#[test]
fn names_as_written() {
    check(
        Dialect::Postgres,
        &[
            (r#"SELECT * FROM "Task List""#, "SELECT", "Task List", r#"SELECT "Task List""#),
            (r#"SELECT * FROM app."Tasks" t"#, "SELECT", "app.Tasks", r#"SELECT app."Tasks""#),
            ("SELECT * FROM app . tasks", "SELECT", "app.tasks", "SELECT app.tasks"),
            ("SELECT * FROM Größen", "SELECT", "Größen", "SELECT Größen"),
            (r#"UPDATE "a""b" SET c = 1"#, "UPDATE", r#"a"b"#, r#"UPDATE "a""b""#),
            ("TRUNCATE TABLE ONLY a, b", "TRUNCATE", "a", "TRUNCATE a b"),
        ],
    );
    check(
        Dialect::Sqlite,
        &[
            ("SELECT * FROM `tasks`", "SELECT", "tasks", "SELECT `tasks`"),
            ("SELECT * FROM [my tasks], \"b\"", "SELECT", "my tasks", "SELECT [my tasks] \"b\""),
            ("SELECT * FROM main.tasks", "SELECT", "main.tasks", "SELECT main.tasks"),
        ],
    );
}

#[test]
fn comments_and_strings_say_nothing() {
    check(
        Dialect::Postgres,
        &[
            ("-- FROM users\nSELECT * FROM tasks", "SELECT", "tasks", "SELECT tasks"),
            (
                "/* a /* nested */ FROM users */ SELECT * FROM /* x */ tasks -- , users",
                "SELECT",
                "tasks",
                "SELECT tasks",
            ),
            ("SELECT 'it''s FROM users' FROM tasks", "SELECT", "tasks", "SELECT tasks"),
            (r"SELECT E'\' FROM users' FROM tasks", "SELECT", "tasks", "SELECT tasks"),
            ("SELECT $$ FROM users $$, $a$ $$ FROM users $a$ FROM tasks", "SELECT", "tasks", "SELECT tasks"),
            ("  \n\t SELECT\n*\nFROM\n\ntasks;\n", "SELECT", "tasks", "SELECT tasks"),
            ("DO $$ BEGIN DELETE FROM tasks; END $$", "DO", "-", "DO"),
        ],
    );
}

#[test]
fn definitions() {
    check(
        Dialect::Postgres,
        &[
            (
                "CREATE TABLE IF NOT EXISTS tasks (id INT, CHECK (a > 0))",
                "CREATE",
                "tasks",
                "CREATE TABLE tasks",
            ),
            ("CREATE TEMP TABLE t AS SELECT * FROM tasks", "CREATE", "t", "CREATE TABLE t SELECT tasks"),
            (
                "CREATE TABLE p PARTITION OF tasks FOR VALUES FROM (MINVALUE) TO (1)",
                "CREATE",
                "p",
                "CREATE TABLE p",
            ),
            ("CREATE OR REPLACE VIEW v AS SELECT * FROM tasks", "CREATE", "v", "CREATE VIEW v SELECT tasks"),
            (
                "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON tasks (a)",
                "CREATE",
                "tasks",
                "CREATE INDEX i tasks",
            ),
            ("CREATE INDEX ON tasks USING gin (a)", "CREATE", "tasks", "CREATE INDEX tasks"),
            ("CREATE EXTENSION IF NOT EXISTS pgcrypto", "CREATE", "-", "CREATE EXTENSION pgcrypto"),
            (
                "CREATE FUNCTION f() RETURNS int AS 'x' LANGUAGE sql; SELECT 1",
                "CREATE",
                "-",
                "CREATE FUNCTION f",
            ),
            (
                "CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM b; END",
                "CREATE",
                "-",
                "CREATE TRIGGER t",
            ),
            ("CREATE POLICY p ON tasks FOR SELECT", "CREATE", "-", "CREATE"),
            ("ALTER TABLE IF EXISTS ONLY tasks ADD COLUMN a INT", "ALTER", "tasks", "ALTER TABLE tasks"),
            ("DROP TABLE IF EXISTS a, b CASCADE", "DROP", "a", "DROP TABLE a b"),
            ("DROP INDEX i", "DROP", "-", "DROP INDEX i"),
            ("DROP TRIGGER t ON a; SELECT 1", "DROP", "-", "DROP TRIGGER t SELECT"),
        ],
    );
}

#[test]
fn everything_else() {
    check(
        Dialect::Postgres,
        &[
            ("BEGIN", "BEGIN", "-", "BEGIN"),
            ("START TRANSACTION ISOLATION LEVEL SERIALIZABLE", "START", "-", "START"),
            ("COMMIT;", "COMMIT", "-", "COMMIT"),
            ("ROLLBACK TO SAVEPOINT _sqlx_savepoint_1", "ROLLBACK", "-", "ROLLBACK"),
            ("SAVEPOINT a", "SAVEPOINT", "-", "SAVEPOINT"),
            ("SET search_path TO app", "SET", "-", "SET"),
            ("SHOW TABLES FROM app", "SHOW", "-", "SHOW"),
            ("CALL app.clean_up(1)", "CALL", "-", "CALL app.clean_up"),
            ("COPY tasks (a) FROM STDIN", "COPY", "tasks", "COPY tasks"),
            ("COPY (SELECT * FROM tasks) TO STDOUT", "COPY", "tasks", "COPY SELECT tasks"),
            (
                "EXPLAIN (ANALYZE, FORMAT JSON) SELECT * FROM tasks",
                "EXPLAIN",
                "tasks",
                "EXPLAIN SELECT tasks",
            ),
            (
                "EXPLAIN ANALYZE WITH x AS (SELECT 1) SELECT * FROM x, b",
                "EXPLAIN",
                "b",
                "EXPLAIN SELECT SELECT b",
            ),
            ("LOCK TABLE tasks IN EXCLUSIVE MODE", "LOCK", "tasks", "LOCK tasks"),
            ("PRAGMA foreign_keys = ON", "PRAGMA", "-", "PRAGMA foreign_keys"),
            ("BEGIN; INSERT INTO a VALUES (1); COMMIT", "BEGIN", "a", "BEGIN INSERT a COMMIT"),
            ("SELECT 1; SELECT * FROM b", "SELECT", "b", "SELECT SELECT b"),
        ],
    );
}

#[test]
fn what_is_not_known_is_other() {
    check(
        Dialect::Postgres,
        &[
            ("", OTHER, "-", ""),
            ("   -- nothing\n", OTHER, "-", ""),
            (";;;", OTHER, "-", ""),
            ("FROBNICATE tasks FROM users", OTHER, "-", ""),
            ("\"SELECT\" * FROM tasks", OTHER, "-", ""),
            ("'SELECT' FROM tasks", OTHER, "-", ""),
            ("= SELECT FROM tasks", OTHER, "-", ""),
            ("FROBNICATE (SELECT * FROM a)", OTHER, "-", ""),
            ("averyveryverylongword x", OTHER, "-", ""),
            ("FROBNICATE; SELECT * FROM tasks", OTHER, "tasks", "SELECT tasks"),
            (")))) SELECT * FROM tasks", "SELECT", "tasks", "SELECT tasks"),
        ],
    );
}

#[test]
fn one_table_and_one_statement() {
    let facts = |sql| {
        let Summary { one_table, one_statement, .. } = summarize(sql, Dialect::Postgres);
        (one_table, one_statement)
    };
    assert_eq!(facts("SELECT * FROM tasks"), (true, true));
    assert_eq!(facts("SELECT * FROM tasks a JOIN TASKS b ON true;"), (true, true));
    assert_eq!(facts("SELECT * FROM tasks, users"), (false, true));
    assert_eq!(facts("INSERT INTO b WITH x AS (SELECT * FROM b) SELECT * FROM x"), (true, true));
    assert_eq!(facts("EXPLAIN SELECT 1"), (false, true));
    assert_eq!(facts("(SELECT 1)"), (false, true));
    assert_eq!(facts("DELETE FROM a; DELETE FROM a"), (true, false));
    assert_eq!(facts(""), (false, false));
}

#[test]
fn a_long_summary_is_cut_between_words() {
    let tables: Vec<_> = (0..200).map(|table| format!("table_{table}")).collect();
    let text = summarize(&format!("SELECT * FROM {}", tables.join(", ")), Dialect::Sqlite).text;
    assert!(text.len() <= MAX_SUMMARY && text.len() > MAX_SUMMARY - 12, "{text}");
    assert!(text.starts_with("SELECT table_0 table_1 ") && !text.ends_with(' '));
    assert!(tables.iter().any(|table| text.ends_with(table.as_str())), "{text}");

    let long = "x".repeat(MAX_SUMMARY);
    assert_eq!(summarize(&format!("SELECT * FROM {long}, b"), Dialect::Sqlite).text, "SELECT");
}

/// Pieces that mean something, in any order, with any byte between them.
#[test]
fn garbage_is_survived() {
    const PIECES: &[&str] = &[
        "SELECT",
        "FROM",
        "WITH",
        "RECURSIVE",
        "AS",
        "(",
        ")",
        ",",
        ";",
        ".",
        "'",
        "\"",
        "`",
        "[",
        "]",
        "$",
        "$$",
        "$a$",
        "--",
        "/*",
        "*/",
        "\n",
        "E'",
        "\\",
        "INSERT INTO",
        "UPDATE",
        "DELETE",
        "MERGE",
        "USING",
        "JOIN",
        "ON",
        "CREATE",
        "TABLE",
        "INDEX",
        "EXPLAIN",
        "VALUES",
        "SET",
        "é",
        "\u{1F980}",
        "\0",
        "1e",
        "1e+",
        "0x",
        "?",
        ":",
        "::",
        "@",
        "#",
        "tasks",
        "ROWS",
        "LATERAL",
        "TRIGGER",
        "COPY",
        "EXECUTE",
    ];
    let mut state = 7_u64;
    let mut random = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).expect("31 bits fit") % below
    };
    for _ in 0..20_000 {
        let mut sql = String::new();
        for _ in 0..random(24) {
            sql.push_str(PIECES[random(PIECES.len())]);
            if random(2) == 0 {
                sql.push(' ');
            }
        }
        for dialect in [Dialect::Postgres, Dialect::MySql, Dialect::Sqlite, Dialect::Other] {
            let summary = summarize(&sql, dialect);
            assert!(summary.operation == OTHER || OPERATIONS.contains(&summary.operation), "{sql}");
            assert!(summary.text.len() <= MAX_SUMMARY, "{sql}");
            crate::mask(&sql, dialect);
        }
    }
}

/// What is quadratic in these would take minutes.
#[test]
fn hard_texts_come_to_an_end() {
    let hard = [
        "(".repeat(1 << 17),
        "$a".repeat(1 << 16),
        "/*".repeat(1 << 16),
        "WITH a AS (SELECT 1), ".repeat(1 << 13),
        "SELECT * FROM a, ".repeat(1 << 16),
        "'\\".repeat(1 << 16),
        "a.".repeat(1 << 16),
    ];
    for sql in &hard {
        for dialect in [Dialect::Postgres, Dialect::MySql, Dialect::Sqlite] {
            assert!(summarize(sql, dialect).text.len() <= MAX_SUMMARY);
        }
    }
}
