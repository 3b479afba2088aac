use super::mask;
use crate::dialect::Dialect;

fn check(dialect: Dialect, cases: &[(&str, &str)]) {
    for (sql, expected) in cases {
        assert_eq!(mask(sql, dialect).as_deref().unwrap_or(sql), *expected, "{sql}");
    }
}

#[test]
fn a_text_of_placeholders_is_left_as_it_is() {
    for sql in ["SELECT a1 FROM t2 WHERE b = $1\n  AND c IN (?, ?2, :d)", "", "COMMIT", "a::int[]", "a/**/b"]
    {
        assert_eq!(mask(sql, Dialect::Sqlite), None, "{sql}");
    }
}

#[test]
fn comments_leave_what_keeps_their_sides_apart() {
    check(
        Dialect::MySql,
        &[
            ("SELECT a -- for Ann\nFROM t /* Ann */", "SELECT a \nFROM t "),
            ("SELECT 1/*x*/+2", "SELECT ? +?"),
            ("SELECT 5--/* Ann */3", "SELECT ?--/**/?"),
            ("/*!40101 SET a = 'Ann'*/", "  SET a = ? "),
        ],
    );
}

/// By what stands around it.
#[test]
fn double_quotes_where_they_may_be_strings() {
    for dialect in [Dialect::Sqlite, Dialect::Other] {
        check(
            dialect,
            &[
                // Nothing says that names are in double quotes here.
                (r#"SELECT "Ann", id FROM tasks"#, "SELECT ?, id FROM tasks"),
                (r#"SELECT * FROM tasks WHERE "Ann" = name"#, "SELECT * FROM tasks WHERE ? = name"),
                (r#"SELECT "id" FROM "tasks""#, r#"SELECT "id" FROM "tasks""#),
                (r#"SELECT "Hello, Ann" FROM "tasks""#, r#"SELECT ? FROM "tasks""#),
                (r#"SELECT "Hello, Ann"."x""#, r#"SELECT "Hello, Ann"."x""#),
                (r#"SELECT a AS "due date" FROM t"#, r#"SELECT a AS "due date" FROM t"#),
                (r#"SELECT upper("Ann") FROM "t""#, r#"SELECT upper(?) FROM "t""#),
                (r#"SELECT * FROM f("Ann"), "t""#, r#"SELECT * FROM f(?), "t""#),
                (r#"SELECT * FROM "t" WHERE NOT ("a" = 'Ann')"#, r#"SELECT * FROM "t" WHERE NOT ("a" = ?)"#),
                // Either may be the string.
                (r#"SELECT * FROM "t" WHERE "Ann" = "a""#, r#"SELECT * FROM "t" WHERE ? = ?"#),
                (r#"SELECT * FROM "t" WHERE a IS "Ann""#, r#"SELECT * FROM "t" WHERE a IS ?"#),
                (
                    r#"SELECT * FROM "t" WHERE a IS DISTINCT FROM "Ann" AND "b" IS DISTINCT FROM ?"#,
                    r#"SELECT * FROM "t" WHERE a IS DISTINCT FROM ? AND "b" IS DISTINCT FROM ?"#,
                ),
                (r#"SELECT trim("a" FROM "Ann") FROM "t""#, r#"SELECT trim(? FROM ?) FROM "t""#),
                (r#"SELECT "a" INTO "x y" FROM "t""#, r#"SELECT "a" INTO "x y" FROM "t""#),
                (r#"UPDATE "t" SET "a" = ("Ann")"#, r#"UPDATE "t" SET "a" = (?)"#),
                (r#"INSERT INTO "t" VALUES ("a"), ("b")"#, r#"INSERT INTO "t" VALUES (?), (?)"#),
                (
                    r#"INSERT INTO "t" ("a b") SELECT "c" FROM "d" ON CONFLICT ("a b") DO NOTHING"#,
                    r#"INSERT INTO "t" ("a b") SELECT "c" FROM "d" ON CONFLICT ("a b") DO NOTHING"#,
                ),
                (
                    r#"CREATE TABLE "t" ("a b" TEXT CHECK ("a b" <> "Ann"), UNIQUE ("a b"))"#,
                    r#"CREATE TABLE "t" ("a b" TEXT CHECK (? <> ?), UNIQUE ("a b"))"#,
                ),
                (
                    r#"WITH "x y" ("a b") AS (SELECT 1) SELECT * FROM "x y""#,
                    r#"WITH "x y" ("a b") AS (SELECT ?) SELECT * FROM "x y""#,
                ),
                (
                    r#"ALTER TABLE "t" RENAME COLUMN "a b" TO "c d""#,
                    r#"ALTER TABLE "t" RENAME COLUMN "a b" TO "c d""#,
                ),
            ],
        );
    }
}

#[test]
fn what_is_set_is_a_value_without_quotes_too() {
    for dialect in Dialect::ALL {
        check(
            dialect,
            &[
                ("SET a = Ann, b TO Bob; SET c = ON", "SET a = ?, b TO ?; SET c = ON"),
                ("SET a TO Ann, Bob", "SET a TO ?, ?"),
                ("SET LOCAL app.name = Ann", "SET LOCAL app.name = ?"),
                ("SET a = concat(b, c)", "SET a = concat(b, c)"),
                ("ALTER ROLE ann SET a = Ann", "ALTER ROLE ann SET a = ?"),
                ("PRAGMA key(Ann)", "PRAGMA key(?)"),
                ("PRAGMA main.key = Ann", "PRAGMA main.key = ?"),
                ("CREATE USER a IDENTIFIED BY Ann", "CREATE USER a IDENTIFIED BY ?"),
                ("UPDATE t SET a = b, c = d", "UPDATE t SET a = b, c = d"),
                ("ALTER TABLE t RENAME TO u", "ALTER TABLE t RENAME TO u"),
            ],
        );
    }
}
