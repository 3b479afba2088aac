//! What becomes of calls on collaborators.

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
    assert!(rewriter.body(&method(), quote!(self.users.a().await), SqlTraced::Nothing, false).names_ctx);
    assert!(!rewriter.body(&method(), quote!(self.tasks.len()), SqlTraced::Nothing, false).is_changed);
    assert_eq!(rewriter.findings.called, [false, true]);
}

#[test]
fn paths_may_be_longer() {
    assert_eq!(
        rewritten(&["repos.tasks"], false, quote!(self.repos.tasks.list().await + self.repos.list().await)),
        quote!(self.repos.tasks.list_ctx(ctx).await + self.repos.list().await).to_string(),
    );
}

#[test]
fn what_outlives_the_body_asks_for_the_context_anew() {
    let block = block(quote!(calls(tasks)));
    let rewritten = Rewriter::new(&block).body(
        &method(),
        quote!(async { self.tasks.a(1).await }),
        SqlTraced::Nothing,
        true,
    );
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
    rewriter.body(&method(), body, SqlTraced::Nothing, false);
    let unlisted: Vec<_> = rewriter.findings.unlisted.iter().map(|found| found.name.as_str()).collect();
    assert_eq!(unlisted, ["cache", "pool"]);
}
