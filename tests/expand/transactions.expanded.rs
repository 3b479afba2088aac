impl TaskRepository {
    #[inline]
    pub fn archive_done(
        &self,
        id: i64,
    ) -> impl ::core::future::Future<Output = sqlx::Result<u64>> {
        use ::spanweave::sql::calls::*;
        static __SQL: [::spanweave::sql::Literal; 1] = [
            ::spanweave::sql::Literal::new(
                    &__ARCHIVE_DONE_CBA1391F,
                    "DELETE FROM tasks WHERE id = $1",
                    "DELETE tasks",
                    "DELETE",
                )
                .table("tasks"),
        ];
        let returns = ::spanweave::Returns::<sqlx::Result<u64>>::NEW;
        __ARCHIVE_DONE_CBA1391F
            .call(::spanweave::Ctx::current())
            .run(
                returns.class(),
                async move {
                    {
                        #[allow(clippy::shadow_same)]
                        let id = id;
                        if let ::core::option::Option::Some(early) = returns.early() {
                            return early;
                        }
                        let ctx = ::spanweave::Ctx::current();
                        '_body: {
                            let mut __tx_span = ctx.transaction();
                            let mut tx = __tx_span
                                .begin(
                                    ::spanweave::sql::Pooled(&self.pool).get(),
                                    self.pool.begin(),
                                )
                                .watched()
                                .await?;
                            let __tx_ctx = __tx_span.ctx();
                            let done = sqlx::query("DELETE FROM tasks WHERE id = $1")
                                .bind(id)
                                .execute(__tx_ctx.sql(&mut *tx).literal(&__SQL[0]))
                                .await?;
                            self.archive.insert_ctx(__tx_ctx, &mut tx, id).await?;
                            __tx_ctx.entering().then(note(&mut tx, "archived")).await?;
                            __tx_span.commit(tx.commit()).watched().await?;
                            Ok(done.rows_affected())
                        }
                    }
                },
            )
    }
    #[inline]
    pub fn try_each(
        &self,
        ids: &[i64],
    ) -> impl ::core::future::Future<Output = sqlx::Result<()>> {
        use ::spanweave::sql::calls::*;
        let returns = ::spanweave::Returns::<sqlx::Result<()>>::NEW;
        __TRY_EACH_E7484A1F
            .call(::spanweave::Ctx::current())
            .run(
                returns.class(),
                async move {
                    {
                        #[allow(clippy::shadow_same)]
                        let ids = ids;
                        if let ::core::option::Option::Some(early) = returns.early() {
                            return early;
                        }
                        let ctx = ::spanweave::Ctx::current();
                        '_body: {
                            let mut connection = ctx
                                .acquire(
                                    ::spanweave::sql::Pooled(&self.pool).get(),
                                    self.pool.acquire(),
                                )
                                .watched()
                                .await?;
                            let mut __tx_span = ctx.transaction();
                            let mut tx = __tx_span
                                .begin(
                                    ::spanweave::sql::Pooled(&connection).get(),
                                    connection.begin(),
                                )
                                .watched()
                                .await?;
                            let __tx_ctx = __tx_span.ctx();
                            for id in ids {
                                let mut __savepoint_span = __tx_ctx.transaction();
                                let mut savepoint = __savepoint_span
                                    .begin(::spanweave::sql::NoPool, tx.begin())
                                    .watched()
                                    .await?;
                                let __savepoint_ctx = __savepoint_span.ctx();
                                match self
                                    .archive
                                    .insert_ctx(__savepoint_ctx, &mut savepoint, *id)
                                    .await
                                {
                                    Ok(()) => {
                                        __savepoint_span.commit(savepoint.commit()).watched().await?
                                    }
                                    Err(_) => {
                                        __savepoint_span
                                            .rollback(savepoint.rollback())
                                            .watched()
                                            .await?
                                    }
                                }
                            }
                            __tx_span.commit(tx.commit()).watched().await
                        }
                    }
                },
            )
    }
    #[inline]
    pub fn open(
        &self,
    ) -> impl ::core::future::Future<
        Output = sqlx::Result<Transaction<'static, Postgres>>,
    > {
        use ::spanweave::sql::calls::*;
        static __SQL: [::spanweave::sql::Literal; 1] = [
            ::spanweave::sql::Literal::new(
                &__OPEN_1C84B858,
                "SET LOCAL lock_timeout = 100",
                "SET",
                "SET",
            ),
        ];
        let returns = ::spanweave::Returns::<
            sqlx::Result<Transaction<'static, Postgres>>,
        >::NEW;
        __OPEN_1C84B858
            .call(::spanweave::Ctx::current())
            .run(
                returns.class(),
                async move {
                    {
                        if let ::core::option::Option::Some(early) = returns.early() {
                            return early;
                        }
                        let ctx = ::spanweave::Ctx::current();
                        '_body: {
                            let mut __tx_span = ctx.transaction().leaves();
                            let mut tx = __tx_span
                                .begin(
                                    ::spanweave::sql::Pooled(&self.pool).get(),
                                    self.pool.begin(),
                                )
                                .watched()
                                .await?;
                            let __tx_ctx = __tx_span.ctx();
                            sqlx::query("SET LOCAL lock_timeout = 100")
                                .execute(__tx_ctx.sql(&mut *tx).literal(&__SQL[0]))
                                .await?;
                            Ok(tx)
                        }
                    }
                },
            )
    }
    #[inline]
    pub fn dry_run(
        &self,
        id: i64,
    ) -> impl ::core::future::Future<Output = sqlx::Result<()>> {
        use ::spanweave::sql::calls::*;
        let returns = ::spanweave::Returns::<sqlx::Result<()>>::NEW;
        __DRY_RUN_24C71083
            .call(::spanweave::Ctx::current())
            .run(
                returns.class(),
                async move {
                    {
                        #[allow(clippy::shadow_same)]
                        let id = id;
                        if let ::core::option::Option::Some(early) = returns.early() {
                            return early;
                        }
                        let ctx = ::spanweave::Ctx::current();
                        '_body: {
                            let mut __tx_span = ctx.transaction();
                            let mut tx = __tx_span
                                .begin(
                                    ::spanweave::sql::Pooled(&self.pool).get(),
                                    self.pool.begin(),
                                )
                                .watched()
                                .await?;
                            let __tx_ctx = __tx_span.ctx();
                            self.archive.insert_ctx(__tx_ctx, &mut tx, id).await?;
                            __tx_span.dropped(drop(tx));
                            self.archive.verify_ctx(ctx).await
                        }
                    }
                },
            )
    }
    #[inline]
    pub fn begin(
        &self,
    ) -> impl ::core::future::Future<
        Output = sqlx::Result<Transaction<'static, Postgres>>,
    > {
        use ::spanweave::sql::calls::*;
        let returns = ::spanweave::Returns::<
            sqlx::Result<Transaction<'static, Postgres>>,
        >::NEW;
        __BEGIN_22CF31D5
            .call(::spanweave::Ctx::current())
            .run(
                returns.class(),
                async move {
                    {
                        if let ::core::option::Option::Some(early) = returns.early() {
                            return early;
                        }
                        let ctx = ::spanweave::Ctx::current();
                        '_body: {
                            ctx.begin(
                                    ::spanweave::sql::Pooled(&self.pool).get(),
                                    self.pool.begin(),
                                )
                                .watched()
                                .await
                        }
                    }
                },
            )
    }
    pub fn later(&self) -> impl Future<Output = sqlx::Result<()>> {
        use ::spanweave::sql::calls::*;
        let returns = ::spanweave::Returns::<sqlx::Result<()>>::NEW;
        __LATER_929CAEDA
            .call(::spanweave::Ctx::current())
            .run(
                returns.class(),
                async move {
                    if let ::core::option::Option::Some(early) = returns.early() {
                        return early;
                    }
                    let ctx = ::spanweave::Ctx::current();
                    let mut __tx_span = ctx.transaction();
                    let tx = __tx_span
                        .begin(
                            ::spanweave::sql::Pooled(&self.pool).get(),
                            self.pool.begin(),
                        )
                        .watched()
                        .await?;
                    let __tx_ctx = __tx_span.ctx();
                    __tx_span.commit(tx.commit()).watched().await
                },
            )
    }
}
impl TaskRepository {
    /// [`archive_done`](Self::archive_done), in the given trace context.
    #[inline]
    pub fn archive_done_ctx(
        &self,
        ctx: ::spanweave::Ctx,
        id: i64,
    ) -> impl ::core::future::Future<Output = sqlx::Result<u64>> {
        ctx.enter(move || self.archive_done(id))
    }
    /// [`try_each`](Self::try_each), in the given trace context.
    #[inline]
    pub fn try_each_ctx(
        &self,
        ctx: ::spanweave::Ctx,
        ids: &[i64],
    ) -> impl ::core::future::Future<Output = sqlx::Result<()>> {
        ctx.enter(move || self.try_each(ids))
    }
    /// [`open`](Self::open), in the given trace context.
    #[inline]
    pub fn open_ctx(
        &self,
        ctx: ::spanweave::Ctx,
    ) -> impl ::core::future::Future<
        Output = sqlx::Result<Transaction<'static, Postgres>>,
    > {
        ctx.enter(move || self.open())
    }
    /// [`dry_run`](Self::dry_run), in the given trace context.
    #[inline]
    pub fn dry_run_ctx(
        &self,
        ctx: ::spanweave::Ctx,
        id: i64,
    ) -> impl ::core::future::Future<Output = sqlx::Result<()>> {
        ctx.enter(move || self.dry_run(id))
    }
    /// [`begin`](Self::begin), in the given trace context.
    #[inline]
    pub fn begin_ctx(
        &self,
        ctx: ::spanweave::Ctx,
    ) -> impl ::core::future::Future<
        Output = sqlx::Result<Transaction<'static, Postgres>>,
    > {
        ctx.enter(move || self.begin())
    }
    /// [`later`](Self::later), in the given trace context.
    #[inline]
    pub fn later_ctx(
        &self,
        ctx: ::spanweave::Ctx,
    ) -> impl Future<Output = sqlx::Result<()>> {
        ctx.enter(move || self.later())
    }
}
static __ARCHIVE_DONE_CBA1391F: ::spanweave::Method = ::spanweave::Method::new(
    ::spanweave::MethodKind::Repo,
    "TaskRepository",
    "archive_done",
    ::core::module_path!(),
);
static __TRY_EACH_E7484A1F: ::spanweave::Method = ::spanweave::Method::new(
    ::spanweave::MethodKind::Repo,
    "TaskRepository",
    "try_each",
    ::core::module_path!(),
);
static __OPEN_1C84B858: ::spanweave::Method = ::spanweave::Method::new(
    ::spanweave::MethodKind::Repo,
    "TaskRepository",
    "open",
    ::core::module_path!(),
);
static __DRY_RUN_24C71083: ::spanweave::Method = ::spanweave::Method::new(
    ::spanweave::MethodKind::Repo,
    "TaskRepository",
    "dry_run",
    ::core::module_path!(),
);
static __BEGIN_22CF31D5: ::spanweave::Method = ::spanweave::Method::new(
    ::spanweave::MethodKind::Repo,
    "TaskRepository",
    "begin",
    ::core::module_path!(),
);
static __LATER_929CAEDA: ::spanweave::Method = ::spanweave::Method::new(
    ::spanweave::MethodKind::Repo,
    "TaskRepository",
    "later",
    ::core::module_path!(),
);
::spanweave::list_methods!(
    __ARCHIVE_DONE_CBA1391F, __TRY_EACH_E7484A1F, __OPEN_1C84B858, __DRY_RUN_24C71083,
    __BEGIN_22CF31D5, __LATER_929CAEDA
);
