// What `quote!` makes is passed on as it is, for the sake of the cases.
#![allow(clippy::needless_pass_by_value)]

use proc_macro2::TokenStream;
use quote::quote;

use super::*;
use crate::args::{BlockArgs, MethodArgs};
use crate::errors::Errors;
use crate::item::Item;
use crate::preset::SERVICE;

fn rewritten(fields: &[&str], sql: bool, body: TokenStream) -> String {
    let fields: Vec<TokenStream> = fields.iter().map(|field| field.parse().expect("tokens")).collect();
    let args = if fields.is_empty() { quote!() } else { quote!(calls(#(#fields),*)) };
    let block = block(args);
    Rewriter::new(&block).body(body, sql, false).body.to_string()
}

fn block(args: TokenStream) -> Block {
    let mut errors = Errors::default();
    let args = BlockArgs::parse(args, &mut errors);
    let item = Item::parse(&SERVICE, quote!(impl A {})).expect("an impl block");
    let block = Block::new(&SERVICE, args, MethodArgs::default(), item, &mut errors);
    assert!(errors.is_empty());
    block
}

#[track_caller]
fn assert_calls(body: TokenStream, expected: TokenStream) {
    assert_eq!(rewritten(&["tasks", "users"], false, body), expected.to_string());
}

#[track_caller]
fn assert_sql(body: TokenStream, expected: TokenStream) {
    assert_eq!(rewritten(&[], true, body), expected.to_string());
}

mod calls {
    use super::*;

    #[test]
    fn awaited_calls_take_the_context() {
        assert_calls(quote!(self.tasks.list(id).await?), quote!(self.tasks.list_ctx(ctx, id).await?));
        assert_calls(quote!(&self.tasks.all().await), quote!(&self.tasks.all_ctx(ctx).await));
        assert_calls(
            quote!(self.tasks.get::<Vec<u8>>(id).await),
            quote!(self.tasks.get_ctx::<Vec<u8>>(ctx, id).await),
        );
    }

    #[test]
    fn calls_in_arguments_blocks_and_macros_are_reached() {
        assert_calls(
            quote!(self.tasks.list(self.users.id().await?).await),
            quote!(self.tasks.list_ctx(ctx, self.users.id_ctx(ctx).await?).await),
        );
        assert_calls(
            quote!(if ok {
                println!("{}", self.tasks.count().await)
            }),
            quote!(if ok {
                println!("{}", self.tasks.count_ctx(ctx).await)
            }),
        );
    }

    #[test]
    fn whole_arguments_of_join_are_awaited() {
        assert_calls(
            quote!(tokio::join!(self.tasks.a(1), self.users.b(), self.tasks.c().boxed())),
            quote!(tokio::join!(self.tasks.a_ctx(ctx, 1), self.users.b_ctx(ctx), self.tasks.c().boxed())),
        );
        assert_calls(
            quote!(try_join!(biased; self.tasks.a(), pair(self.tasks.b()))),
            quote!(try_join!(biased; self.tasks.a_ctx(ctx), pair(self.tasks.b()))),
        );
    }

    #[test]
    fn futures_of_select_are_awaited_and_handlers_are_code() {
        assert_calls(
            quote!(select! {
                a = self.tasks.a() => last = self.tasks.cached(),
                Some(b) = self.users.b(), if ready => { self.tasks.c().await }
            }),
            quote!(select! {
                a = self.tasks.a_ctx(ctx) => last = self.tasks.cached(),
                Some(b) = self.users.b_ctx(ctx), if ready => { self.tasks.c_ctx(ctx).await }
            }),
        );
    }

    #[test]
    fn nothing_else_is_renamed() {
        for body in [
            quote!(let tasks = self.tasks.clone();),
            quote!(self.tasks.finder().find(id).await),
            quote!(self.tasks.list(id).boxed().await),
            quote!(self.list(id).await),
            quote!(self.other.list(id).await),
            quote!(other.self_.tasks.list(id).await),
            quote!(spawn(self.tasks.list(id))),
            quote!(self.tasks.list_ctx(ctx, id).await),
            quote!((self.tasks.callback)(id).await),
            quote!(0..self.tasks.len()),
        ] {
            assert_calls(body.clone(), body);
        }
    }

    #[test]
    fn nested_items_have_another_self() {
        let items = quote! {
            fn f(&self) { self.tasks.list() .await }
            impl<T: Into<U>> A<T> for B { async fn f(&self) { self.tasks.list().await } }
            macro_rules! m { () => { self.tasks.list().await } }
        };
        assert_calls(items.clone(), items);
    }

    #[test]
    fn fields_may_be_numbers() {
        assert_eq!(
            rewritten(&["0"], false, quote!(self.0.list().await)),
            quote!(self.0.list_ctx(ctx).await).to_string(),
        );
    }

    #[test]
    fn it_is_known_which_fields_were_called() {
        let block = block(quote!(calls(tasks, users)));
        let mut rewriter = Rewriter::new(&block);
        assert!(rewriter.body(quote!(self.users.a().await), false, false).names_ctx);
        assert!(!rewriter.body(quote!(self.tasks.len()), false, false).is_changed);
        assert_eq!(rewriter.findings.called, [false, true]);
    }

    #[test]
    fn paths_may_be_longer() {
        assert_eq!(
            rewritten(
                &["repos.tasks"],
                false,
                quote!(self.repos.tasks.list().await + self.repos.list().await)
            ),
            quote!(self.repos.tasks.list_ctx(ctx).await + self.repos.list().await).to_string(),
        );
    }

    #[test]
    fn what_outlives_the_body_asks_for_the_context_anew() {
        let block = block(quote!(calls(tasks)));
        let rewritten = Rewriter::new(&block).body(quote!(async { self.tasks.a(1).await }), false, true);
        assert_eq!(
            rewritten.body.to_string(),
            quote!(async { self.tasks.a_ctx(::spanweave::Ctx::current(), 1).await }).to_string(),
        );
        assert!(rewritten.is_changed && !rewritten.names_ctx);
    }

    #[test]
    fn a_strict_block_knows_what_is_awaited_and_not_listed() {
        let block = block(quote!(strict, calls(tasks), untraced(lock)));
        let mut rewriter = Rewriter::new(&block);
        let body = quote! {
            self.tasks.list().await;
            self.lock.lock().await.push(1);
            join!(self.cache.get(1), self.tasks.len());
            self.cache.get(2).await;
            self.pool.acquire().await?.ping();
            self.names.len();
            self.help().await;
        };
        rewriter.body(body, false, false);
        let unlisted: Vec<_> = rewriter.findings.unlisted.iter().map(|found| found.name.as_str()).collect();
        assert_eq!(unlisted, ["cache", "pool"]);
    }
}

mod sql {
    use super::*;

    #[test]
    fn queries_take_the_context() {
        assert_sql(
            quote!(sqlx::query_as::<_, Task>("…").bind(id).fetch_all(&self.pool).await?),
            quote!(sqlx::query_as::<_, Task>("…").bind(id).fetch_all(ctx.sql(&self.pool)).await?),
        );
        assert_sql(
            quote!(query!("…", a, b).execute(&mut *tx,).await),
            quote!(query!("…", a, b).execute(ctx.sql(&mut *tx,)).await),
        );
        assert_sql(
            quote!(while let Some(row) = raw_sql("…").fetch(executor).try_next().await? {}),
            quote!(while let Some(row) = raw_sql("…").fetch(ctx.sql(executor)).try_next().await? {}),
        );
    }

    #[test]
    fn the_executor_is_left_as_it_is_written() {
        assert_sql(
            quote!(sqlx::query("…").execute(pool.as_ref::<A, B>()).await),
            quote!(sqlx::query("…").execute(ctx.sql(pool.as_ref::<A, B>())).await),
        );
        let by_hand = quote!(sqlx::query("…").execute(mine.sql(&self.pool)).await);
        assert_sql(by_hand.clone(), by_hand);
    }

    #[test]
    fn variables_that_hold_queries_are_followed() {
        assert_sql(
            quote! {
                let q = sqlx::query("…");
                let mut q = q.bind(1);
                let rows = q.fetch_all(&p).await?;
                let q = rows; q.execute(command);
            },
            quote! {
                let q = sqlx::query("…");
                let mut q = q.bind(1);
                let rows = q.fetch_all(ctx.sql(&p)).await?;
                let q = rows; q.execute(command);
            },
        );
    }

    #[test]
    fn a_variable_means_what_it_was_until_it_is_bound() {
        assert_sql(
            quote!(let q = query("…"); let q = q.execute(&p).await?; q.execute(c);),
            quote!(let q = query("…"); let q = q.execute(ctx.sql(&p)).await?; q.execute(c);),
        );
        assert_sql(
            quote!({ let q = query("…"); q.execute(&p); } q.execute(c);),
            quote!({ let q = query("…"); q.execute(ctx.sql(&p)); } q.execute(c);),
        );
    }

    #[test]
    fn not_everything_of_sqlx_is_a_query() {
        let connected = quote!(sqlx::SqlitePool::connect_lazy_with(o).execute("…").await);
        assert_sql(connected.clone(), connected);
        assert_sql(
            quote!(let mut b = sqlx::QueryBuilder::new("…"); b.build().execute(&p).await),
            quote!(let mut b = sqlx::QueryBuilder::new("…"); b.build().execute(ctx.sql(&p)).await),
        );
    }

    #[test]
    fn what_is_only_called_a_query_counts_where_nobody_else_has_the_method() {
        let cached = quote!(query_cache().execute(key).await);
        assert_sql(cached.clone(), cached);
        assert_sql(
            quote!(query_tasks(id).fetch_all(&p).await),
            quote!(query_tasks(id).fetch_all(ctx.sql(&p)).await),
        );
    }

    #[test]
    fn builders_build_queries() {
        assert_sql(
            quote!(let mut b = QueryBuilder::new("…"); b.push(1); b.build().execute(&p).await),
            quote!(let mut b = QueryBuilder::new("…"); b.push(1); b.build().execute(ctx.sql(&p)).await),
        );
        assert_sql(
            quote!(let mut b: QueryBuilder<Db> = make(); b.build().fetch(&p)),
            quote!(let mut b: QueryBuilder<Db> = make(); b.build().fetch(ctx.sql(&p))),
        );
        assert_sql(
            quote!(self.b.build_query_as::<Task>().fetch_one(&p).await),
            quote!(self.b.build_query_as::<Task>().fetch_one(ctx.sql(&p)).await),
        );
        assert_sql(
            quote!(b.build().fetch_optional(&p).await),
            quote!(b.build().fetch_optional(ctx.sql(&p)).await),
        );
    }

    #[test]
    fn closures_and_macros_are_reached() {
        assert_sql(
            quote!(pool.begin_with(|tx| Box::pin(async move { query("…").execute(&mut **tx).await }))),
            quote!(
                pool.begin_with(|tx| Box::pin(async move { query("…").execute(ctx.sql(&mut **tx)).await }))
            ),
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
            quote!(sqlx::query("…").fetch_one(a, b)),
            quote!(pool.execute("…").await),
            quote!(sqlx::SqlitePool::connect(url).await?.execute("…").await),
            quote!(sqlx::query("…")),
        ] {
            assert_sql(body.clone(), body);
        }
    }
}
