#[inline]
pub fn insert(
    db: &Db,
    id: i64,
) -> impl ::core::future::Future<Output = sqlx::Result<()>> {
    static __METHOD: ::spanweave::Method = ::spanweave::Method::function(
            ::spanweave::MethodKind::Repo,
            "insert",
            ::core::module_path!(),
        )
        .with(
            &::spanweave::MethodOptions {
                span_name: ::core::option::Option::Some("insert a task"),
                metric: ::core::option::Option::None,
                counter: ::core::option::Option::None,
                labels: &[],
            },
        );
    ::spanweave::list_methods!(__METHOD);
    use ::spanweave::sql::calls::*;
    static __SQL: [::spanweave::sql::Literal; 1] = [
        ::spanweave::sql::Literal::new(
                &__METHOD,
                "INSERT INTO tasks VALUES ($1)",
                "INSERT tasks",
                "INSERT",
            )
            .table("tasks"),
    ];
    let returns = ::spanweave::Returns::<sqlx::Result<()>>::NEW;
    __METHOD
        .call(::spanweave::Ctx::current())
        .run(
            returns.class(),
            async move {
                {
                    #[allow(clippy::shadow_same)]
                    let db = db;
                    #[allow(clippy::shadow_same)]
                    let id = id;
                    if let ::core::option::Option::Some(early) = returns.early() {
                        return early;
                    }
                    let ctx = ::spanweave::Ctx::current();
                    if ctx.is_recording() {
                        ctx.set("id", &id);
                    }
                    '_body: {
                        db.users.touch_ctx(ctx, id).await;
                        sqlx::query("INSERT INTO tasks VALUES ($1)")
                            .bind(id)
                            .execute(ctx.sql(&db.pool).literal(&__SQL[0]))
                            .await
                            .map(drop)
                    }
                }
            },
        )
}
/// [`insert`], in the given trace context.
#[inline]
pub fn insert_ctx(
    ctx: ::spanweave::Ctx,
    db: &Db,
    id: i64,
) -> impl ::core::future::Future<Output = sqlx::Result<()>> {
    ctx.enter(move || insert(db, id))
}
