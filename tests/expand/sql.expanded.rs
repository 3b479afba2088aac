impl TaskRepository {
    #[inline]
    pub fn for_residences(
        &self,
        ids: &[i64],
    ) -> impl ::core::future::Future<Output = sqlx::Result<Vec<Task>>> {
        use ::spanweave::sql::calls::*;
        static __SQL: [::spanweave::sql::Literal; 1] = [
            ::spanweave::sql::Literal::new(
                    &__FOR_RESIDENCES_3528F009,
                    "SELECT * FROM tasks WHERE residence_id = ANY($1)",
                    "SELECT tasks",
                    "SELECT",
                )
                .table("tasks"),
        ];
        let returns = ::spanweave::Returns::<sqlx::Result<Vec<Task>>>::NEW;
        __FOR_RESIDENCES_3528F009
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
                            sqlx::query_as(
                                    "SELECT * FROM tasks WHERE residence_id = ANY($1)",
                                )
                                .bind(ids)
                                .fetch_all(ctx.sql(&self.pool).literal(&__SQL[0]))
                                .await
                        }
                    }
                },
            )
    }
    #[inline]
    pub fn rename(
        &self,
        tx: &mut Transaction<'_, Postgres>,
        id: i64,
        name: &str,
    ) -> impl ::core::future::Future<Output = sqlx::Result<()>> {
        use ::spanweave::sql::calls::*;
        static __SQL: [::spanweave::sql::Literal; 1] = [
            ::spanweave::sql::Literal::new(
                    &__RENAME_83035EF2,
                    "UPDATE tasks SET name = $2 WHERE id = $1",
                    "UPDATE tasks",
                    "UPDATE",
                )
                .table("tasks"),
        ];
        let returns = ::spanweave::Returns::<sqlx::Result<()>>::NEW;
        __RENAME_83035EF2
            .call(::spanweave::Ctx::current())
            .run(
                returns.class(),
                async move {
                    {
                        #[allow(clippy::shadow_same)]
                        let tx = tx;
                        #[allow(clippy::shadow_same)]
                        let id = id;
                        #[allow(clippy::shadow_same)]
                        let name = name;
                        if let ::core::option::Option::Some(early) = returns.early() {
                            return early;
                        }
                        let ctx = ::spanweave::Ctx::current();
                        '_body: {
                            let update = sqlx::query!(
                                "UPDATE tasks SET name = $2 WHERE id = $1", id, name
                            );
                            update.execute(ctx.sql(&mut **tx).literal(&__SQL[0])).await?;
                            self.cache.execute(Evict(id)).await;
                            Ok(())
                        }
                    }
                },
            )
    }
    #[inline]
    pub fn archive(
        &self,
        table: &str,
    ) -> impl ::core::future::Future<Output = sqlx::Result<()>> {
        use ::spanweave::sql::calls::*;
        static __SQL: [::spanweave::sql::Literal; 2] = [
            ::spanweave::sql::Literal::new(
                    &__ARCHIVE_5FA4BE1E,
                    "INSERT INTO archive SELECT * FROM tasks WHERE done",
                    "INSERT archive SELECT tasks",
                    "INSERT",
                )
                .first_table("archive"),
            ::spanweave::sql::Literal::new(
                    &__ARCHIVE_5FA4BE1E,
                    "ANALYZE archive; ANALYZE tasks",
                    "ANALYZE archive ANALYZE tasks",
                    "ANALYZE",
                )
                .first_table("archive")
                .script(),
        ];
        let returns = ::spanweave::Returns::<sqlx::Result<()>>::NEW;
        __ARCHIVE_5FA4BE1E
            .call(::spanweave::Ctx::current())
            .run(
                returns.class(),
                async move {
                    {
                        #[allow(clippy::shadow_same)]
                        let table = table;
                        if let ::core::option::Option::Some(early) = returns.early() {
                            return early;
                        }
                        let ctx = ::spanweave::Ctx::current();
                        '_body: {
                            sqlx::query(
                                    "INSERT INTO archive SELECT * FROM tasks WHERE done",
                                )
                                .execute(ctx.sql(&self.pool).literal(&__SQL[0]))
                                .await?;
                            sqlx::query(&format!("DELETE FROM {table} WHERE done"))
                                .execute(ctx.sql(&self.pool).of(&__ARCHIVE_5FA4BE1E))
                                .await?;
                            sqlx::raw_sql("ANALYZE archive; ANALYZE tasks")
                                .execute(ctx.sql(&self.pool).literal(&__SQL[1]))
                                .await
                                .map(drop)
                        }
                    }
                },
            )
    }
    pub fn titles(&self) -> impl Stream<Item = sqlx::Result<String>> {
        use ::spanweave::sql::calls::*;
        static __SQL: [::spanweave::sql::Literal; 1] = [
            ::spanweave::sql::Literal::new(
                    &__TITLES_9E64520F,
                    "SELECT title FROM tasks",
                    "SELECT tasks",
                    "SELECT",
                )
                .table("tasks"),
        ];
        __TITLES_9E64520F
            .call(::spanweave::Ctx::current())
            .make(
                ::spanweave::StreamReturn(
                    ::spanweave::Returns::<sqlx::Result<String>>::NEW.class(),
                ),
                move || {
                    {
                        '_body: {
                            sqlx::query_scalar("SELECT title FROM tasks")
                                .fetch(
                                    ::spanweave::Ctx::current()
                                        .sql(&self.pool)
                                        .literal(&__SQL[0]),
                                )
                        }
                    }
                },
            )
    }
    #[inline]
    pub fn ping(&self) -> impl ::core::future::Future<Output = sqlx::Result<()>> {
        let returns = ::spanweave::Returns::<sqlx::Result<()>>::NEW;
        __PING_4DBB9968
            .call(::spanweave::Ctx::current())
            .run(
                returns.class(),
                async move {
                    {
                        if let ::core::option::Option::Some(early) = returns.early() {
                            return early;
                        }
                        '_body: {
                            sqlx::query("SELECT 1").execute(&self.pool).await.map(drop)
                        }
                    }
                },
            )
    }
}
impl TaskRepository {
    /// [`for_residences`](Self::for_residences), in the given trace context.
    #[inline]
    pub fn for_residences_ctx(
        &self,
        ctx: ::spanweave::Ctx,
        ids: &[i64],
    ) -> impl ::core::future::Future<Output = sqlx::Result<Vec<Task>>> {
        ctx.enter(move || self.for_residences(ids))
    }
    /// [`rename`](Self::rename), in the given trace context.
    #[inline]
    pub fn rename_ctx(
        &self,
        ctx: ::spanweave::Ctx,
        tx: &mut Transaction<'_, Postgres>,
        id: i64,
        name: &str,
    ) -> impl ::core::future::Future<Output = sqlx::Result<()>> {
        ctx.enter(move || self.rename(tx, id, name))
    }
    /// [`archive`](Self::archive), in the given trace context.
    #[inline]
    pub fn archive_ctx(
        &self,
        ctx: ::spanweave::Ctx,
        table: &str,
    ) -> impl ::core::future::Future<Output = sqlx::Result<()>> {
        ctx.enter(move || self.archive(table))
    }
    /// [`titles`](Self::titles), in the given trace context.
    #[inline]
    pub fn titles_ctx(
        &self,
        ctx: ::spanweave::Ctx,
    ) -> impl Stream<Item = sqlx::Result<String>> {
        ctx.enter(move || self.titles())
    }
    /// [`ping`](Self::ping), in the given trace context.
    #[inline]
    pub fn ping_ctx(
        &self,
        ctx: ::spanweave::Ctx,
    ) -> impl ::core::future::Future<Output = sqlx::Result<()>> {
        ctx.enter(move || self.ping())
    }
}
static __FOR_RESIDENCES_3528F009: ::spanweave::Method = ::spanweave::Method::new(
    ::spanweave::MethodKind::Repo,
    "TaskRepository",
    "for_residences",
    ::core::module_path!(),
);
static __RENAME_83035EF2: ::spanweave::Method = ::spanweave::Method::new(
    ::spanweave::MethodKind::Repo,
    "TaskRepository",
    "rename",
    ::core::module_path!(),
);
static __ARCHIVE_5FA4BE1E: ::spanweave::Method = ::spanweave::Method::new(
    ::spanweave::MethodKind::Repo,
    "TaskRepository",
    "archive",
    ::core::module_path!(),
);
static __TITLES_9E64520F: ::spanweave::Method = ::spanweave::Method::new(
    ::spanweave::MethodKind::Repo,
    "TaskRepository",
    "titles",
    ::core::module_path!(),
);
static __PING_4DBB9968: ::spanweave::Method = ::spanweave::Method::new(
    ::spanweave::MethodKind::Repo,
    "TaskRepository",
    "ping",
    ::core::module_path!(),
);
::spanweave::list_methods!(
    __FOR_RESIDENCES_3528F009, __RENAME_83035EF2, __ARCHIVE_5FA4BE1E, __TITLES_9E64520F,
    __PING_4DBB9968
);
