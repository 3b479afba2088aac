//! Which texts of statements are read.

use super::*;

/// The texts of a body, each with what is known of it.
fn texts(body: TokenStream) -> Vec<String> {
    let block = block(quote!());
    let statements = Rewriter::new(&block).body(&method(), body, SqlTraced::All, false).statements;
    let texts = statements.literals.iter().map(|Literal { text, summary }| {
        let table = summary.table.as_deref().unwrap_or("-");
        let scope = if summary.one_table { "only" } else { "first" };
        format!("{text}: {} {scope} {table}", summary.operation)
    });
    texts.collect()
}

#[test]
fn plain_strings_are_read() {
    let body = quote! {
        query("SELECT 1 FROM a").fetch_all(&p).await;
        sqlx::query_as::<_, (i64, i64)>(r"SELECT 1 FROM b JOIN c",).bind(1).fetch_all(&p).await;
        query_scalar_with("DELETE FROM d", arguments).execute(&p).await;
        sqlx::raw_sql("UPDATE e SET f = 1; SELECT 1").execute(&p).await;
    };
    assert_eq!(
        texts(body),
        [
            "SELECT 1 FROM a: SELECT only a",
            "SELECT 1 FROM b JOIN c: SELECT first b",
            "DELETE FROM d: DELETE only d",
            "UPDATE e SET f = 1; SELECT 1: UPDATE only e",
        ],
    );
}

#[test]
fn macros_have_their_text_where_they_take_it() {
    let body = quote! {
        query!("SELECT 1 FROM a", 1).fetch_all(&p).await;
        sqlx::query_as!(Pair<A, B>, "SELECT 1 FROM b", 1).fetch_all(&p).await;
        query_as_unchecked!(Task, "SELECT 1 FROM c").fetch_all(&p).await;
        query_scalar!("SELECT 1 FROM d").fetch_one(&p).await;
    };
    let tables: Vec<_> = texts(body).iter().map(|text| text[text.len() - 1..].to_owned()).collect();
    assert_eq!(tables, ["a", "b", "c", "d"]);
}

#[test]
fn the_same_text_is_read_once() {
    assert_sql(
        quote! {
            query("SELECT 1 FROM a").execute(&p).await;
            query("SELECT 1 FROM b").execute(&p).await;
            query("SELECT 1 FROM a").execute(&q).await;
        },
        quote! {
            query("SELECT 1 FROM a").execute(ctx.sql(&p).literal(&__SQL[0])).await;
            query("SELECT 1 FROM b").execute(ctx.sql(&p).literal(&__SQL[1])).await;
            query("SELECT 1 FROM a").execute(ctx.sql(&q).literal(&__SQL[0])).await;
        },
    );
}

#[test]
fn a_variable_keeps_its_text_and_a_rebound_one_has_another() {
    assert_sql(
        quote! {
            let q = query("SELECT 1 FROM a").bind(1);
            q.execute(&p).await;
            let q = query(text);
            q.execute(&p).await;
        },
        quote! {
            let q = query("SELECT 1 FROM a").bind(1);
            q.execute(ctx.sql(&p).literal(&__SQL[0])).await;
            let q = query(text);
            q.execute(ctx.sql(&p).of(&__METHOD)).await;
        },
    );
}

#[test]
fn everything_else_is_known_by_its_method() {
    for query in [
        quote!(query(text)),
        quote!(query(&format!("SELECT {columns} FROM a"))),
        quote!(query("SELECT 1 " + "FROM a")),
        quote!(query!("SELECT 1 " + "FROM a")),
        quote!(query(b"SELECT 1 FROM a")),
        quote!(query(1)),
        quote!(query()),
        quote!(query("")),
        quote!(query(concat!("SELECT 1"))),
        quote!(query_as!(Task)),
        quote!(query_as!(Task < "SELECT 1 FROM a")),
        quote!(query_file!("src/a.sql")),
        quote!(query_file_as!(Task, "src/a.sql")),
        quote!(query_statement("SELECT 1 FROM a")),
        quote!(sqlx::query_later("SELECT 1 FROM a")),
    ] {
        assert_sql(
            quote!(#query.fetch_all(&p).await),
            quote!(#query.fetch_all(ctx.sql(&p).of(&__METHOD)).await),
        );
    }
}

#[test]
fn a_text_that_dialects_read_differently_is_left_to_the_runtime() {
    // A name in MySQL, a string elsewhere; a string that ends, or does not.
    for text in ["SELECT 1 FROM a WHERE b = \"c\" OR d = 'e\\' FROM f --'", "SELECT 1 # FROM a\nFROM b"] {
        let query = quote!(query(#text));
        assert_sql(
            quote!(#query.fetch_all(&p).await),
            quote!(#query.fetch_all(ctx.sql(&p).of(&__METHOD)).await),
        );
    }
}

#[test]
fn a_text_that_is_too_long_is_left_to_the_runtime() {
    let long = format!("SELECT 1 FROM a WHERE b IN ({})", "?, ".repeat(6_000));
    assert_eq!(texts(quote!(query(#long).fetch_all(&p).await)), [""; 0]);
}
