impl TaskRepository {
    #[inline]
    pub fn for_residences(
        &self,
        ids: &[i64],
    ) -> impl ::core::future::Future<Output = sqlx::Result<Vec<Task>>> {
        static __METHOD: ::spanweave::Method = ::spanweave::Method::new(
            ::spanweave::MethodKind::Repo,
            "TaskRepository",
            "for_residences",
            ::core::module_path!(),
        );
        let returns = ::spanweave::Returns::<sqlx::Result<Vec<Task>>>::NEW;
        __METHOD
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
                                .fetch_all(ctx.sql(&self.pool))
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
        static __METHOD: ::spanweave::Method = ::spanweave::Method::new(
            ::spanweave::MethodKind::Repo,
            "TaskRepository",
            "rename",
            ::core::module_path!(),
        );
        let returns = ::spanweave::Returns::<sqlx::Result<()>>::NEW;
        __METHOD
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
                            update.execute(ctx.sql(&mut **tx)).await?;
                            self.cache.execute(Evict(id)).await;
                            Ok(())
                        }
                    }
                },
            )
    }
    #[inline]
    pub fn ping(&self) -> impl ::core::future::Future<Output = sqlx::Result<()>> {
        static __METHOD: ::spanweave::Method = ::spanweave::Method::new(
            ::spanweave::MethodKind::Repo,
            "TaskRepository",
            "ping",
            ::core::module_path!(),
        );
        let returns = ::spanweave::Returns::<sqlx::Result<()>>::NEW;
        __METHOD
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
    /// [`ping`](Self::ping), in the given trace context.
    #[inline]
    pub fn ping_ctx(
        &self,
        ctx: ::spanweave::Ctx,
    ) -> impl ::core::future::Future<Output = sqlx::Result<()>> {
        ctx.enter(move || self.ping())
    }
}
