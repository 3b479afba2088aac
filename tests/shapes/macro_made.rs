//! Blocks that `macro_rules!` makes, out of fragments of every kind.

use std::future::Future;

use futures_util::future::BoxFuture;

use crate::seen::{Seen, Way, is_send};

#[derive(Debug, PartialEq)]
pub struct AppError;

pub struct Helper;

impl Helper {
    async fn help(&self, id: i64) -> Result<i64, AppError> {
        tokio::task::yield_now().await;
        if id == 13 { Err(AppError) } else { Ok(id) }
    }
}

macro_rules! service {
    (
        #[$attribute:meta]
        $vis:vis struct $name:ident<$lifetime:lifetime, $generic:ident: $bound:path> = $field:ty;
        $method:ident($argument:ident: $ty:ty, $pattern:pat => $pattern_ty:ty) -> $returned:ty = $body:expr;
        $other:ident -> $other_returned:ty, $block:tt
        $literal:ident = $value:literal
    ) => {
        $vis struct $name<$lifetime, $generic>(&$lifetime $field, $generic);

        #[$attribute]
        impl<$lifetime, $generic: $bound> $name<$lifetime, $generic> {
            $vis async fn $method(&self, $argument: $ty, $pattern: $pattern_ty) -> $returned {
                let helper = self.0;
                let _ = helper;
                $body
            }

            $vis async fn $other(&self) -> $other_returned $block

            $vis async fn $literal(&self) -> i64 {
                $value + self.0.help(1).await.unwrap_or_default()
            }

            $vis fn opaque(&self) -> impl Future<Output = $returned> {
                async move { Ok(self.0.help($value).await?.into()) }
            }

            $vis fn boxed(&self) -> BoxFuture<'_, $other_returned>
            where
                $generic: Sync,
            {
                Box::pin(async move { self.$other().await })
            }
        }
    };
}

service! {
    #[spanweave::traced_service]
    pub struct Traced<'a, T: Copy> = Helper;
    double(id: i64, (a, mut b) => (i64, i64)) -> Result<i64, AppError> = {
        b += a;
        Ok(Helper.help(id).await? * 2 + b)
    };
    text -> &'static str, { "text" }
    number = 40
}

service! {
    #[spanweave::repo]
    pub(crate) struct Stored<'a, T: Copy> = Helper;
    double(id: i64, _ => (i64, i64)) -> Result<i64, AppError> = Helper.help(id).await.map(|id| id * 2);
    text -> Option<String>, { None }
    number = 13
}

/// The attribute and the block are the macro's, the members the user's.
macro_rules! around {
    ($name:ident { $($member:item)* }) => {
        pub struct $name;

        #[spanweave::traced_service]
        impl $name {
            $($member)*
        }
    };
}

around!(Around {
    pub async fn first(&self, id: i64) -> Result<i64, AppError> {
        Helper.help(id).await
    }

    pub fn second(&self) -> impl Future<Output = u8> {
        async { 2 }
    }

    pub const THREE: u8 = 3;
});

/// The attribute is the macro's, the whole block one fragment.
macro_rules! annotated {
    ($block:item) => {
        #[spanweave::repo]
        $block
    };
}

pub struct Whole;

annotated! {
    impl Whole {
        pub async fn one(&self, mut id: i64) -> Result<i64, AppError> {
            id += 1;
            Helper.help(id).await
        }
    }
}

/// Many methods, of a repetition.
macro_rules! getters {
    ($ty:ident: $($(#[$attr:meta])* $name:ident -> $returned:ty $(, $more:ident: $more_ty:ty)*);* $(;)?) => {
        #[spanweave::repo]
        impl $ty {
            $(
                $(#[$attr])*
                pub async fn $name(&self $(, $more: $more_ty)*) -> Option<$returned> {
                    $(let _ = $more;)*
                    self.$name.clone().into()
                }
            )*
        }
    };
}

pub struct Record {
    id: i64,
    name: String,
}

getters! {
    Record:
    /// Documented.
    id -> i64;
    #[inline] name -> String, prefix: &str, many: [u8; 2];
}

/// A function, its name and its signature from outside.
macro_rules! function {
    ($(#[$attr:meta])* $name:ident ($($argument:ident: $ty:ty),*) $body:tt) => {
        #[spanweave::traced]
        $(#[$attr])*
        pub async fn $name($($argument: $ty),*) -> Result<i64, AppError> $body
    };
}

function!(free(id: i64, ctx: i64) { Ok(Helper.help(id).await? + ctx) });

/// A macro in the place of a type, of a pattern and of a body.
macro_rules! list_of {
    ($ty:ty) => { Vec<$ty> };
}

macro_rules! pair {
    ($a:ident, $b:ident) => {
        ($a, $b)
    };
}

pub struct Inside;

#[spanweave::traced_service]
impl Inside {
    pub async fn in_type(&self, ids: list_of!(i64)) -> list_of!(i64) {
        ids
    }

    pub async fn in_result(&self) -> Result<list_of!(u8), AppError> {
        Err(AppError)
    }

    pub async fn in_pattern(&self, pair!(a, b): (u8, u8)) -> u8 {
        a + b
    }
}

#[tokio::test]
async fn fragments_of_every_kind() {
    let seen = Seen::new(Way::Service);
    seen.run(async {
        let traced = Traced(&Helper, 1_u8);
        assert_eq!(is_send(traced.double(2, (3, 4))).await, Ok(11));
        assert_eq!(traced.double(13, (3, 4)).await, Err(AppError));
        assert_eq!(traced.text().await, "text");
        assert_eq!(traced.number().await, 41);
        assert_eq!(traced.opaque().await, Ok(40));
        assert_eq!(is_send(traced.boxed()).await, "text");
        let stored = Stored(&Helper, 1_u8);
        assert_eq!(stored.double(2, (3, 4)).await, Ok(4));
        assert_eq!(stored.text().await, None);
        assert_eq!(stored.number().await, 14);
        assert_eq!(stored.opaque().await, Err(AppError));
        assert_eq!(stored.boxed().await, None);
        assert_eq!((traced.1, stored.1), (1, 1));
    })
    .await;
    seen.assert(&[
        "Traced.double",
        "Traced.double [error: AppError]",
        "Traced.text",
        "Traced.number",
        "Traced.opaque",
        "Traced.boxed",
        "  Traced.text",
        "Stored.double",
        "Stored.text",
        "Stored.number",
        "Stored.opaque [error: AppError]",
        "Stored.boxed",
        "  Stored.text",
    ]);
}

#[tokio::test]
async fn blocks_members_and_functions() {
    let seen = Seen::new(Way::Service);
    seen.run(async {
        assert_eq!(Around.first(13).await, Err(AppError));
        assert_eq!(Around.second().await + Around::THREE, 5);
        assert_eq!(Whole.one(1).await, Ok(2));
        let record = Record { id: 1, name: "name".to_owned() };
        assert_eq!(record.id().await, Some(1));
        assert_eq!(record.name("", [1, 2]).await.as_deref(), Some("name"));
        assert_eq!(free(1, 2).await, Ok(3));
        assert_eq!(Inside.in_type(vec![1]).await, [1]);
        assert_eq!(Inside.in_result().await, Err(AppError));
        assert_eq!(Inside.in_pattern((1, 2)).await, 3);
    })
    .await;
    seen.assert(&[
        "Around.first [error: AppError]",
        "Around.second",
        "Whole.one",
        "Record.id",
        "Record.name",
        "macro_made.free",
        "Inside.in_type",
        "Inside.in_result [error: AppError]",
        "Inside.in_pattern",
    ]);
}

#[tokio::test]
async fn twins_are_made_too() {
    let seen = Seen::new(Way::Service);
    let ctx = seen.in_scope(spanweave::Ctx::current);
    assert_eq!(Traced(&Helper, 1_u8).double_ctx(ctx, 2, (3, 4)).await, Ok(11));
    assert_eq!(Stored(&Helper, 1_u8).boxed_ctx(ctx).await, None);
    assert_eq!(Around.first_ctx(ctx, 1).await, Ok(1));
    assert_eq!(Whole.one_ctx(ctx, 1).await, Ok(2));
    assert_eq!(free_ctx(ctx, 1, 2).await, Ok(3));
    assert_eq!(Inside.in_pattern_ctx(ctx, (1, 2)).await, 3);
    let record = Record { id: 1, name: "name".to_owned() };
    assert_eq!(record.id_ctx(ctx).await, Some(1));
    assert_eq!(record.name_ctx(ctx, "", [1, 2]).await.as_deref(), Some("name"));
    seen.assert(&[
        "Traced.double",
        "Stored.boxed",
        "  Stored.text",
        "Around.first",
        "Whole.one",
        "macro_made.free",
        "Inside.in_pattern",
        "Record.id",
        "Record.name",
    ]);
}
