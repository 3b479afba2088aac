//! What becomes of transactions, of what is done in them, and of connections.

use super::*;

/// `let mut tx = self.pool.begin().await?;` as it comes out, with what is said of the span.
fn begun(said: TokenStream) -> TokenStream {
    quote! {
        let mut __tx_span = ctx.transaction() #said;
        let mut tx = __tx_span
            .begin(::spanweave::sql::Pooled(&self.pool).get(), self.pool.begin())
            .watched()
            .await?;
        let __tx_ctx = __tx_span.ctx();
    }
}

/// What follows a transaction's beginning.
#[track_caller]
fn assert_in_tx(body: TokenStream, said: TokenStream, expected: TokenStream) {
    let begun = begun(said);
    assert_sql(quote!(let mut tx = self.pool.begin().await?; #body), quote!(#begun #expected));
}

#[track_caller]
fn assert_stays_in_tx(body: TokenStream) {
    assert_in_tx(body.clone(), quote!(), body);
}

mod beginning {
    use super::*;

    #[test]
    fn a_variable_that_holds_one_has_its_span_and_its_context() {
        assert_in_tx(
            quote!(tx.commit().await),
            quote!(),
            quote!(__tx_span.commit(tx.commit()).watched().await),
        );
        assert_in_tx(
            quote!(tx.rollback().await?;),
            quote!(),
            quote!(__tx_span.rollback(tx.rollback()).watched().await?;),
        );
    }

    #[test]
    fn what_takes_it_out_of_its_result_may_follow() {
        assert_sql(
            quote!(let tx: Transaction<'_, Db> = pool.begin().await.map_err(|e| f(e)).context("begin")?;),
            quote! {
                let mut __tx_span = ctx.transaction();
                let tx: Transaction<'_, Db> = __tx_span
                    .begin(::spanweave::sql::Pooled(&pool).get(), pool.begin())
                    .watched()
                    .await
                    .map_err(|e| f(e))
                    .context("begin")?;
                let __tx_ctx = __tx_span.ctx();
            },
        );
    }

    #[test]
    fn a_receiver_that_is_no_place_is_evaluated_once() {
        assert_sql(
            quote!(let tx = self.pool().begin().await?;),
            quote! {
                let mut __tx_span = ctx.transaction();
                let tx = __tx_span.begin(::spanweave::sql::NoPool, self.pool().begin()).watched().await?;
                let __tx_ctx = __tx_span.ctx();
            },
        );
        // It would begin as the pool does by itself.
        assert_sql(
            quote!(let tx = pool.begin_with("BEGIN IMMEDIATE").await?;),
            quote! {
                let mut __tx_span = ctx.transaction();
                let tx = __tx_span
                    .begin(::spanweave::sql::NoPool, pool.begin_with("BEGIN IMMEDIATE"))
                    .watched()
                    .await?;
                let __tx_ctx = __tx_span.ctx();
            },
        );
    }

    #[test]
    fn anywhere_else_nothing_is_seen_but_the_beginning() {
        let seen = quote!(ctx.begin(::spanweave::sql::Pooled(&pool).get(), pool.begin()).watched().await);
        for (body, expected) in [
            (quote!(tx = pool.begin().await?;), quote!(tx = #seen?;)),
            (
                quote!(match pool.begin().await {
                    _ => {}
                }),
                quote!(match #seen { _ => {} }),
            ),
            (quote!(Repo { tx: pool.begin().await? }), quote!(Repo { tx: #seen? })),
            (quote!(let id = pool.begin().await?.id();), quote!(let id = #seen?.id();)),
            (quote!(let _ = pool.begin().await?;), quote!(let _ = #seen?;)),
            (
                quote!(let Ok(tx) = pool.begin().await else { return };),
                quote!(let Ok(tx) = #seen else { return };),
            ),
            (
                quote!(if let tx = pool.begin().await {
                    f();
                }),
                quote!(if let tx = #seen { f(); }),
            ),
            (quote!(#[allow(x)] let tx = pool.begin().await?;), quote!(#[allow(x)] let tx = #seen?;)),
            (quote!(m!(let tx = pool.begin().await?;)), quote!(m!(let tx = #seen?;))),
            (quote!(m! { let tx = pool.begin().await?; }), quote!(m! { let tx = #seen?; })),
        ] {
            assert_sql(body, expected);
        }
    }

    #[test]
    fn a_variable_that_is_given_another_one_later_holds_none() {
        let seen = quote!(ctx.begin(::spanweave::sql::Pooled(&pool).get(), pool.begin()).watched().await?);
        assert_sql(
            quote! {
                let mut tx = pool.begin().await?;
                loop { tx.commit().await?; tx = pool.begin().await?; }
            },
            quote! {
                let mut tx = #seen;
                loop { tx.commit().await?; tx = #seen; }
            },
        );
    }

    #[test]
    fn only_what_is_awaited_directly_is_rewritten() {
        for body in [
            quote!(let tx = pool.begin();),
            quote!(let tx = timeout(pool.begin()).await?;),
            quote!(let tx = pool.begin(mode).await?;),
            quote!(let tx = sqlx::Connection::begin(&mut *connection).await?;),
            quote!(<Pool as Begin>::begin(&pool).await),
            quote!(let tx = Session { pool }.begin().await?;),
            quote!(let tx = unsafe { pool() }.begin().await?;),
            quote!(tx.commit().await),
            quote!(connection.acquire(1).await),
        ] {
            assert_sql(body.clone(), body);
        }
    }

    #[test]
    fn statements_of_streams_are_statements() {
        let begun = begun(quote!());
        assert_sql(
            quote!(try_stream! { let mut tx = self.pool.begin().await?; yield 1; }),
            quote!(try_stream! { #begun yield 1; }),
        );
    }

    #[test]
    fn a_savepoint_is_of_its_transaction() {
        assert_in_tx(
            quote!(let inner = tx.begin().await?; inner.commit().await?; tx.commit().await),
            quote!(),
            quote! {
                let mut __inner_span = __tx_ctx.transaction();
                let inner = __inner_span.begin(::spanweave::sql::NoPool, tx.begin()).watched().await?;
                let __inner_ctx = __inner_span.ctx();
                __inner_span.commit(inner.commit()).watched().await?;
                __tx_span.commit(tx.commit()).watched().await
            },
        );
    }

    #[test]
    fn what_outlives_the_body_asks_for_the_context_anew() {
        let block = block(quote!());
        let body = quote!(async move {
            let tx = pool().begin().await?;
            tx.commit().await
        });
        let rewritten = Rewriter::new(&block).body(&method(), body, SqlTraced::All, true);
        let expected = quote! {
            async move {
                let mut __tx_span = ::spanweave::Ctx::current().transaction();
                let tx = __tx_span.begin(::spanweave::sql::NoPool, pool().begin()).watched().await?;
                let __tx_ctx = __tx_span.ctx();
                __tx_span.commit(tx.commit()).watched().await
            }
        };
        assert_eq!(rewritten.body.to_string(), expected.to_string());
        assert!(!rewritten.names_ctx && rewritten.statements.is_given);
    }
}

mod inside {
    use super::*;

    #[test]
    fn executors_that_mention_it_are_in_its_context() {
        for executor in [quote!(&mut *tx), quote!(&mut **tx), quote!(tx.as_mut()), quote!(&mut tx)] {
            assert_in_tx(
                quote!(query(q).execute(#executor).await?; tx.commit().await),
                quote!(),
                quote! {
                    query(q).execute(__tx_ctx.sql(#executor).of(&__METHOD)).await?;
                    __tx_span.commit(tx.commit()).watched().await
                },
            );
        }
        assert_in_tx(
            quote!(query(q).execute(&self.tx).await?; query(q).execute(&pool).await),
            quote!(),
            quote! {
                query(q).execute(ctx.sql(&self.tx).of(&__METHOD)).await?;
                query(q).execute(ctx.sql(&pool).of(&__METHOD)).await
            },
        );
    }

    #[test]
    fn so_are_those_of_a_variable_that_borrows_it() {
        for value in [
            quote!(&mut *tx),
            quote!(&mut **tx),
            quote!(&mut tx),
            quote!(tx.as_mut()),
            quote!(tx.deref_mut()),
        ] {
            assert_in_tx(
                quote!(let conn = #value; let again = &mut *conn; query(q).execute(again).await?;),
                quote!(),
                quote! {
                    let conn = #value;
                    let again = &mut *conn;
                    query(q).execute(__tx_ctx.sql(again).of(&__METHOD)).await?;
                },
            );
        }
    }

    #[test]
    fn a_variable_with_what_was_made_of_it_is_outside() {
        for value in [
            quote!(ids_of(&tx)),
            quote!(&mut tx.id),
            quote!(Rows { of: &mut tx }),
            quote!(tx.as_ref().len()),
            quote!(&tx + 1),
        ] {
            assert_in_tx(
                quote!(let made = #value; tx.commit().await?; query(q).execute(made).await?;),
                quote!(),
                quote! {
                    let made = #value;
                    __tx_span.commit(tx.commit()).watched().await?;
                    query(q).execute(ctx.sql(made).of(&__METHOD)).await?;
                },
            );
        }
        assert_in_tx(
            quote!(let rows = load(&mut tx).await?; query(q).bind(1).execute(rows).await?;),
            quote!(),
            quote! {
                let rows = __tx_ctx.entering().then(load(&mut tx)).await?;
                query(q).bind(1).execute(ctx.sql(rows).of(&__METHOD)).await?;
            },
        );
    }

    #[test]
    fn a_name_that_is_bound_anew_is_another() {
        assert_in_tx(
            quote!(let (tx, n) = parts; query(q).execute(tx).await?; tx.commit().await),
            quote!(),
            quote! {
                let (tx, n) = parts;
                query(q).execute(ctx.sql(tx).of(&__METHOD)).await?;
                tx.commit().await
            },
        );
        assert_in_tx(
            quote!({ let tx = &other; query(q).execute(tx).await?; } query(q).execute(&mut *tx).await),
            quote!(),
            quote! {
                { let tx = &other; query(q).execute(ctx.sql(tx).of(&__METHOD)).await?; }
                query(q).execute(__tx_ctx.sql(&mut *tx).of(&__METHOD)).await
            },
        );
    }

    #[test]
    fn a_name_that_a_pattern_binds_is_another_as_long_as_it_holds() {
        for matched in [
            quote!(match other().await {
                Ok(mut tx) if a => {
                    f(&mut tx).await;
                    tx.rollback().await?;
                }
                Err(e) => return Err(e),
            }),
            quote!(match other {
                Some(tx) => f::<A, B>(&tx, tx.commit().await),
                Other { tx } => tx.commit().await,
            }),
            quote!(match other {
                A =>
                    if a {
                        b
                    } else {
                        c
                    },
                Some(tx) => tx.commit().await,
            }),
            quote!(if let Some(tx) = unsafe { other() } {
                f(&mut tx).await;
                tx.commit().await?;
            } else if a {
                b
            }),
            quote!(if a
                && let Some(tx) = other
                && b
            {
                tx.commit().await?;
            }),
            quote!(while let Some((n, mut tx)) = next().await {
                tx.commit().await?;
            }),
            quote!(for mut tx in others {
                tx.commit().await?;
            }),
        ] {
            assert_in_tx(
                quote!(#matched tx.commit().await),
                quote!(.leaves()),
                quote!(#matched __tx_span.commit(tx.commit()).watched().await),
            );
        }
    }

    #[test]
    fn patterns_of_other_names_leave_it() {
        assert_in_tx(
            quote! {
                for id in ids { f(&mut tx).await; }
                if let Err(error) = f(&mut tx).await { tx.rollback().await?; return Err(error); }
                match a { Wrap { tx: b } | Some(b) => tx.rollback().await, _ => tx.commit().await }
            },
            quote!(),
            quote! {
                for id in ids { __tx_ctx.entering().then(f(&mut tx)).await; }
                if let Err(error) = __tx_ctx.entering().then(f(&mut tx)).await {
                    __tx_span.rollback(tx.rollback()).watched().await?;
                    return Err(error);
                }
                match a {
                    Wrap { tx: b } | Some(b) => __tx_span.rollback(tx.rollback()).watched().await,
                    _ => __tx_span.commit(tx.commit()).watched().await
                }
            },
        );
    }

    #[test]
    fn a_condition_in_a_value_binds_nothing_behind_it() {
        assert_in_tx(
            quote!(let tx = if let Some(t) = x { t } else { y }; query(q).execute(tx).await?; tx.commit().await),
            quote!(),
            quote! {
                let tx = if let Some(t) = x { t } else { y };
                query(q).execute(ctx.sql(tx).of(&__METHOD)).await?;
                tx.commit().await
            },
        );
    }

    #[test]
    fn a_transaction_ends_with_its_scope() {
        let begun = begun(quote!());
        assert_sql(
            quote!(if a { let mut tx = self.pool.begin().await?; } f(&mut tx).await;),
            quote!(if a { #begun } f(&mut tx).await;),
        );
    }

    #[test]
    fn calls_of_collaborators_take_its_context() {
        let block = block(quote!(sql, calls(archive)));
        let body = quote! {
            let mut tx = self.pool.begin().await?;
            self.archive.insert(&mut tx, id).await?;
            self.archive.count().await?;
        };
        let begun = begun(quote!());
        let expected = quote! {
            #begun
            self.archive.insert_ctx(__tx_ctx, &mut tx, id).await?;
            self.archive.count_ctx(ctx).await?;
        };
        let rewritten = Rewriter::new(&block).body(&method(), body, SqlTraced::All, false);
        assert_eq!(rewritten.body.to_string(), expected.to_string());
    }

    #[test]
    fn a_collaborator_may_be_called_as_sqlx_is() {
        assert_eq!(
            rewritten(&["store"], true, quote!(let tx = self.store.begin().await?; tx.commit().await)),
            quote!(let tx = self.store.begin_ctx(ctx).await?; tx.commit().await).to_string(),
        );
    }

    #[test]
    fn other_calls_run_in_its_context() {
        for (call, rest) in [
            (quote!(self.insert(&mut tx, id)), quote!(?)),
            (quote!(insert::<Task>(&mut tx, format!("{id}"))), quote!(.map(drop)?)),
            (quote!(Tasks::new(&mut tx).insert(id)), quote!()),
            (quote!((self.insert)(&mut tx)), quote!(?)),
            (quote!(each(&mut tx, |row| row?, async { f().await })), quote!(?)),
        ] {
            assert_in_tx(
                quote!(#call.await #rest;),
                quote!(),
                quote!(__tx_ctx.entering().then(#call).await #rest;),
            );
        }
    }

    #[test]
    fn a_call_that_may_be_left_in_the_middle_stays() {
        for body in [
            quote!(self.insert(&mut tx, id?).await),
            quote!(self.insert(&mut tx, id().await).await),
            quote!(self.insert(&mut tx, if a { return } else { 1 }).await),
            quote!(self.insert(&mut tx, next!()).await),
            quote!(self.tasks().await.insert(&mut tx).await),
            quote!(self.insert(id).await),
            quote!(self.insert(&mut tx)),
            quote!(insert!(&mut tx).await),
            quote!(Tasks { tx: &mut tx }.insert(id).await),
            quote!(<Tasks as Insert>::insert(&mut tx).await),
            quote!(self.a::<N>.b.await),
        ] {
            assert_stays_in_tx(body);
        }
    }

    #[test]
    fn closures_and_async_blocks_see_its_context_and_cannot_end_it() {
        assert_in_tx(
            quote!(async { query(q).execute(&mut *tx).await }.await?; tx.commit().await),
            quote!(),
            quote! {
                async { query(q).execute(__tx_ctx.sql(&mut *tx).of(&__METHOD)).await }.await?;
                __tx_span.commit(tx.commit()).watched().await
            },
        );
        assert_in_tx(
            quote!(spawn(async move { query(q).execute(&mut *tx).await?; tx.commit().await });),
            quote!(.leaves()),
            quote! {
                spawn(async move {
                    query(q).execute(__tx_ctx.sql(&mut *tx).of(&__METHOD)).await?;
                    tx.commit().await
                });
            },
        );
    }

    #[test]
    fn code_that_owns_it_and_borrows_the_rest_does_not_borrow_its_context() {
        assert_in_tx(
            quote!(spawn(async { query(q).execute(&mut *tx).await?; tx.commit().await });),
            quote!(.leaves()),
            quote! {
                spawn(async {
                    query(q).execute(ctx.sql(&mut *tx).of(&__METHOD)).await?;
                    tx.commit().await
                });
            },
        );
    }

    #[test]
    fn the_parameter_of_a_closure_is_another() {
        assert_stays_in_tx(quote!(with(|tx| insert(&mut tx).await, 1 | 2, a || b);));
    }

    #[test]
    fn bars_of_operators_and_patterns_are_no_closures() {
        let ended = quote!(__tx_span.commit(tx.commit()).watched().await?);
        for (before, after) in [
            (quote!(if a().await || b().await), quote!()),
            (quote!(if a().await | b().await), quote!()),
            (quote!(match n), quote!(| 1 | 2 =>)),
            (quote!(match n), quote!(_ => {} | 1 | 2 =>)),
            (quote!(match n), quote!(_ => 3, | 1 =>)),
            (quote!(match n), quote!(10.. | 20 =>)),
        ] {
            assert_in_tx(
                quote!(#before { #after tx.commit().await? }),
                quote!(),
                quote!(#before { #after #ended }),
            );
        }
    }

    #[test]
    fn closures_of_sqlx_are_left_alone() {
        let body = quote!(connection.transaction(|tx| Box::pin(async move { insert(tx).await })).await);
        assert_sql(body.clone(), body);
    }

    #[test]
    fn with_sql_left_alone_it_is_nothing() {
        let body = quote!(let tx = self.pool.begin().await?; f(&mut tx).await; tx.commit().await);
        assert_calls(body.clone(), body);
    }
}

mod leaving {
    use super::*;

    #[test]
    fn a_transaction_that_is_only_borrowed_stays() {
        for body in [
            quote!(f(&mut tx);),
            quote!(f(&tx, *tx);),
            quote!(tx.as_mut(); tx.fetch_one("SELECT 1").await; tx.prepare(q).await; tx.0;),
            quote!(drop(&mut tx);),
            quote!(f(self.tx, Repo { tx: 1 }, module::tx);),
            quote!(let tx = 1; f(tx);),
            quote!(
                fn f(tx: Tx) {
                    tx
                }
            ),
        ] {
            assert_stays_in_tx(body);
        }
    }

    #[test]
    fn a_transaction_that_is_dropped_ends_there() {
        for dropped in [quote!(drop(tx)), quote!(std::mem::drop(tx))] {
            assert_in_tx(
                quote!(if a { #dropped; return; } match b { c => #dropped }),
                quote!(),
                quote! {
                    if a { __tx_span.dropped(#dropped); return; }
                    match b { c => __tx_span.dropped(#dropped) }
                },
            );
        }
    }

    #[test]
    fn a_transaction_that_is_moved_leaves() {
        for body in [
            quote!(Ok(tx)),
            quote!(return tx),
            quote!(let other = tx;),
            quote!(let tx = wrap(tx);),
            quote!(Repo { tx }),
            quote!(if a {
                f(tx)
            }),
            quote!(m!(tx)),
            quote!(tx.finish().await),
            quote!(tx.into::<Other>()),
            quote!(async { tx.finish().await }.await),
            quote!(async { drop(tx) }),
            quote!(tasks.drop(tx);),
            quote!(move || f(&tx)),
            quote!(|| f(tx)),
            quote!(select! { done = tx.commit() => done }),
            quote!(timeout(tx.commit())),
        ] {
            assert_in_tx(body.clone(), quote!(.leaves()), body);
        }
    }
}

mod connections {
    use super::*;

    #[test]
    fn waiting_for_one_is_seen() {
        assert_sql(
            quote!(let mut connection = self.pool.acquire().await?;),
            quote! {
                let mut connection =
                    ctx.acquire(::spanweave::sql::Pooled(&self.pool).get(), self.pool.acquire()).watched().await?;
            },
        );
    }

    #[test]
    fn a_transaction_may_begin_on_it() {
        assert_sql(
            quote!(let tx = pool.acquire().await?.begin().await?;),
            quote! {
                let mut __tx_span = ctx.transaction();
                let tx = __tx_span
                    .begin(
                        ::spanweave::sql::NoPool,
                        ctx.acquire(::spanweave::sql::Pooled(&pool).get(), pool.acquire())
                            .watched()
                            .await?
                            .begin()
                    )
                    .watched()
                    .await?;
                let __tx_ctx = __tx_span.ctx();
            },
        );
    }
}

#[test]
fn without_sql_only_transactions_are_seen() {
    assert_transactions(
        quote! {
            let mut tx = self.pool.begin().await?;
            sqlx::query("SELECT 1").execute(&mut *tx).await?;
            let permit = self.permits.acquire().await?;
            self.tasks.insert(&mut tx).await?;
            tx.commit().await
        },
        quote! {
            let mut __tx_span = ctx.transaction();
            let mut tx = __tx_span.begin(::spanweave::sql::Pooled(&self.pool).get(), self.pool.begin()).watched().await?;
            let __tx_ctx = __tx_span.ctx();
            __tx_ctx.entering().then(sqlx::query("SELECT 1").execute(&mut *tx)).await?;
            let permit = self.permits.acquire().await?;
            __tx_ctx.entering().then(self.tasks.insert(&mut tx)).await?;
            __tx_span.commit(tx.commit()).watched().await
        },
    );
}
