//! What becomes of queries.

use super::*;

#[test]
fn queries_take_the_context() {
    assert_sql(
        quote!(sqlx::query_as::<_, Task>("SELECT 1").bind(id).fetch_all(&self.pool).await?),
        quote!(
            sqlx::query_as::<_, Task>("SELECT 1")
                .bind(id)
                .fetch_all(ctx.sql(&self.pool).literal(&__SQL[0]))
                .await?
        ),
    );
    assert_sql(
        quote!(query!("SELECT 1", a, b).execute(&mut *tx,).await),
        quote!(query!("SELECT 1", a, b).execute(ctx.sql(&mut *tx,).literal(&__SQL[0])).await),
    );
    assert_sql(
        quote!(while let Some(row) = raw_sql("SELECT 1").fetch(executor).try_next().await? {}),
        quote!(while let Some(row) =
            raw_sql("SELECT 1").fetch(ctx.sql(executor).literal(&__SQL[0])).try_next().await?
        {
        }),
    );
}

#[test]
fn the_executor_is_left_as_it_is_written() {
    assert_sql(
        quote!(sqlx::query("SELECT 1").execute(pool.as_ref::<A, B>()).await),
        quote!(sqlx::query("SELECT 1").execute(ctx.sql(pool.as_ref::<A, B>()).literal(&__SQL[0])).await),
    );
    let by_hand = quote!(sqlx::query("SELECT 1").execute(mine.sql(&self.pool)).await);
    assert_sql(by_hand.clone(), by_hand);
}

#[test]
fn variables_that_hold_queries_are_followed() {
    assert_sql(
        quote! {
            let q = sqlx::query("SELECT 1");
            let mut q = q.bind(1);
            let rows = q.fetch_all(&p).await?;
            let q = rows; q.execute(command);
        },
        quote! {
            let q = sqlx::query("SELECT 1");
            let mut q = q.bind(1);
            let rows = q.fetch_all(ctx.sql(&p).literal(&__SQL[0])).await?;
            let q = rows; q.execute(command);
        },
    );
}

#[test]
fn a_variable_means_what_it_was_until_it_is_bound() {
    assert_sql(
        quote!(let q = query("SELECT 1"); let q = q.execute(&p).await?; q.execute(c);),
        quote!(let q = query("SELECT 1"); let q = q.execute(ctx.sql(&p).literal(&__SQL[0])).await?; q.execute(c);),
    );
    assert_sql(
        quote!({ let q = query("SELECT 1"); q.execute(&p); } q.execute(c);),
        quote!({ let q = query("SELECT 1"); q.execute(ctx.sql(&p).literal(&__SQL[0])); } q.execute(c);),
    );
}

#[test]
fn not_everything_of_sqlx_is_a_query() {
    let connected = quote!(sqlx::SqlitePool::connect_lazy_with(o).execute("SELECT 1").await);
    assert_sql(connected.clone(), connected);
    assert_sql(
        quote!(let mut b = sqlx::QueryBuilder::new("SELECT 1"); b.build().execute(&p).await),
        quote!(let mut b = sqlx::QueryBuilder::new("SELECT 1"); b.build().execute(ctx.sql(&p).of(&__METHOD)).await),
    );
}

#[test]
fn what_is_only_called_a_query_counts_where_nobody_else_has_the_method() {
    let cached = quote!(query_cache().execute(key).await);
    assert_sql(cached.clone(), cached);
    assert_sql(
        quote!(query_tasks(id).fetch_all(&p).await),
        quote!(query_tasks(id).fetch_all(ctx.sql(&p).of(&__METHOD)).await),
    );
}

#[test]
fn builders_build_queries() {
    assert_sql(
        quote!(let mut b = QueryBuilder::new("SELECT 1"); b.push(1); b.build().execute(&p).await),
        quote!(let mut b = QueryBuilder::new("SELECT 1"); b.push(1); b.build().execute(ctx.sql(&p).of(&__METHOD)).await),
    );
    assert_sql(
        quote!(let mut b: QueryBuilder<Db> = make(); b.build().fetch(&p)),
        quote!(let mut b: QueryBuilder<Db> = make(); b.build().fetch(ctx.sql(&p).of(&__METHOD))),
    );
    assert_sql(
        quote!(self.b.build_query_as::<Task>().fetch_one(&p).await),
        quote!(self.b.build_query_as::<Task>().fetch_one(ctx.sql(&p).one().of(&__METHOD)).await),
    );
    assert_sql(
        quote!(b.build().fetch_optional(&p).await),
        quote!(b.build().fetch_optional(ctx.sql(&p).of(&__METHOD)).await),
    );
}

#[test]
fn closures_and_macros_are_reached() {
    assert_sql(
        quote!(pool.begin_with(|tx| Box::pin(async move { query("SELECT 1").execute(&mut **tx).await }))),
        quote!(pool.begin_with(|tx| Box::pin(async move {
            query("SELECT 1").execute(ctx.sql(&mut **tx).literal(&__SQL[0])).await
        }))),
    );
}

#[test]
fn other_executes_and_fetches_stay() {
    for body in [
        quote!(self.redis.execute(command).await),
        quote!(client.fetch(url).await),
        quote!(let client = Client::builder().build()?; client.execute(request).await),
        quote!(let client = Client::builder().build().unwrap(); client.execute(request).await),
        quote!(Command::builder().build().execute(shell)),
        quote!(self.query(id).execute(bus)),
        quote!(query.execute(connection)),
        quote!(sqlx::query("SELECT 1").fetch_one(a, b)),
        quote!(pool.execute("SELECT 1").await),
        quote!(sqlx::SqlitePool::connect(url).await?.execute("SELECT 1").await),
        quote!(sqlx::query("SELECT 1")),
    ] {
        assert_sql(body.clone(), body);
    }
}
