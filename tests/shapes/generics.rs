//! Generic blocks and generic methods: types, constants, lifetimes, bounds of all kinds.

use std::borrow::Cow;
use std::error::Error;
use std::fmt::{Debug, Display};
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::str::FromStr;

use crate::seen::is_send;

pub trait Store {
    type Key: Display;
    type Error: Error + 'static;

    fn get(&self, key: &Self::Key) -> impl Future<Output = Result<String, Self::Error>> + Send;
}

#[derive(Clone)]
pub struct Memory;

impl Store for Memory {
    type Key = u8;
    type Error = std::fmt::Error;

    async fn get(&self, key: &u8) -> Result<String, std::fmt::Error> {
        tokio::task::yield_now().await;
        if *key == 13 { Err(std::fmt::Error) } else { Ok(key.to_string()) }
    }
}

each_way! {
    types {
        pub struct Cached<S, const N: usize = 4> {
            store: S,
        }

        pub struct View<'a, 'b: 'a, T: ?Sized + 'a> {
            name: &'a str,
            names: &'b [&'b str],
            kept: PhantomData<&'a T>,
        }

        pub struct Any<T>(T);

        pub struct Maybe<T = u8> {
            inner: Option<T>,
        }
    }
    block {
        impl<S: Store, const N: usize> Cached<S, N> {
            pub async fn get(&self, key: S::Key) -> Result<String, S::Error> {
                self.store.get(&key).await
            }

            pub async fn get_boxed(&self, key: &S::Key) -> Result<String, Box<dyn Error>> {
                Ok(self.store.get(key).await?)
            }

            pub async fn capacity(&self) -> usize {
                N
            }

            pub async fn array(&self) -> [u8; N] {
                [0; N]
            }

            pub async fn of_another<O>(&self, other: &Cached<O, N>) -> bool
            where
                O: Store<Key = S::Key>,
                S::Key: Default,
            {
                let mine = self.store.get(&S::Key::default()).await.ok();
                mine == other.store.get(&S::Key::default()).await.ok()
            }
        }
    }
    block {
        impl<'a, 'b, T: ?Sized> View<'a, 'b, T>
        where
            'b: 'a,
            T: Debug + 'a,
        {
            pub async fn name(&self) -> &'a str {
                self.name
            }

            pub async fn first<'s>(&'s self, shown: &'s T) -> (&'b str, String)
            where
                'a: 's,
            {
                (self.names[0], format!("{shown:?}"))
            }

            pub async fn longest<'x, 'y: 'x>(&self, a: &'x str, b: &'y str) -> &'x str {
                if a.len() > b.len() { a } else { b }
            }
        }
    }
    block {
        impl<T> Any<T> {
            pub async fn into_inner(self) -> T {
                self.0
            }

            pub async fn map<U, F: FnOnce(T) -> U>(self, f: F) -> Any<U> {
                Any(f(self.0))
            }
        }
    }
    block {
        impl<T: FromStr + Clone + Send + Sync> Any<Vec<T>>
        where
            T::Err: Into<Box<dyn Error + Send + Sync>>,
        {
            pub async fn parsed(&mut self, text: &str) -> Result<T, Box<dyn Error + Send + Sync>> {
                tokio::task::yield_now().await;
                let parsed: T = text.parse().map_err(Into::into)?;
                self.0.push(parsed.clone());
                Ok(parsed)
            }
        }
    }
    block {
        impl Maybe {
            pub async fn default_argument(&self) -> Option<u8> {
                self.inner
            }
        }
    }
    block {
        impl Maybe<String> {
            pub async fn text(&self) -> Option<&String> {
                self.inner.as_ref()
            }

            pub async fn types_by_turbofish<A, B: Default + Into<u64>, const C: u64>(&self, a: A) -> (A, u64) {
                (a, B::default().into() + C)
            }

            pub async fn only_returned<T: Default>(&self) -> T {
                T::default()
            }

            pub async fn generic_error<E: From<std::num::ParseIntError>>(&self, text: &str) -> Result<u8, E> {
                Ok(text.parse::<u8>()?)
            }

            pub async fn generic_value<T, E>(&self, result: Result<T, E>) -> Result<Option<T>, E> {
                Ok(Some(result?))
            }

            pub async fn higher_ranked<F>(&self, f: F) -> usize
            where
                F: for<'x> Fn(&'x str, &'x [u8]) -> &'x str,
            {
                let text = String::from("local");
                f(&text, &[]).len()
            }

            pub async fn higher_ranked_future<F, T>(&self, f: F) -> T
            where
                F: for<'x> FnOnce(&'x mut String) -> Pin<Box<dyn Future<Output = T> + Send + 'x>>,
            {
                let mut text = String::from("local");
                f(&mut text).await
            }

            pub async fn borrowed<'a, T: ToOwned + ?Sized>(&self, it: &'a T) -> Cow<'a, T> {
                Cow::Borrowed(it)
            }

            pub async fn early_and_late<'a: 'a, 'b>(&'a self, other: &'b str) -> (&'a Self, &'b str) {
                (self, other)
            }

            pub async fn elided(&self, names: std::slice::Iter<'_, u8>) -> usize {
                names.len()
            }

            pub async fn nested_iterator<'a>(
                &'a self,
                names: impl Iterator<Item = &'a str> + 'a,
            ) -> impl Iterator<Item = usize> + 'a {
                names.map(str::len)
            }

            pub async fn projection<I>(&self, items: I) -> Option<I::Item>
            where
                I: IntoIterator,
                I::Item: Ord,
            {
                items.into_iter().max()
            }
        }
    }
    tests {
        #[tokio::test]
        async fn blocks_are_generic() {
            let seen = seen();
            let cached = Cached::<_, 3> { store: Memory };
            seen.run(async {
                assert_eq!(is_send(cached.get(1)).await, Ok("1".to_owned()));
                assert_eq!(cached.get(13).await, Err(std::fmt::Error));
                assert!(cached.get_boxed(&13).await.is_err());
                assert_eq!(cached.capacity().await, 3);
                assert_eq!(cached.array().await, [0, 0, 0]);
                assert!(cached.of_another(&Cached::<Memory, 3> { store: Memory }).await);
                let text = String::from("name");
                let view = View::<[u8]> { name: &text, names: &["first"], kept: PhantomData };
                assert_eq!(view.name().await, "name");
                assert_eq!(view.first(&[1][..]).await, ("first", "[1]".to_owned()));
                assert_eq!(view.longest("a", "bc").await, "bc");
                assert_eq!(Any(1).map(|number| number + 1).await.into_inner().await, 2);
                let mut numbers = Any(Vec::<u16>::new());
                assert_eq!(is_send(numbers.parsed("5")).await.unwrap(), 5);
                assert!(numbers.parsed("x").await.unwrap_err().is::<std::num::ParseIntError>());
                assert_eq!(Maybe { inner: Some(1) }.default_argument().await, Some(1));
            })
            .await;
            seen.assert(&[
                "Cached.get",
                "Cached.get [error: core::fmt::Error]",
                "Cached.get_boxed [error: Box]",
                "Cached.capacity",
                "Cached.array",
                "Cached.of_another",
                "View.name",
                "View.first",
                "View.longest",
                "Any.map",
                "Any.into_inner",
                "Any.parsed",
                "Any.parsed [error: Box]",
                "Maybe.default_argument",
            ]);
        }

        #[tokio::test]
        async fn methods_are_generic() {
            let seen = seen();
            let maybe = Maybe { inner: Some("in".to_owned()) };
            seen.run(async {
                assert_eq!(maybe.text().await.unwrap(), "in");
                assert_eq!(maybe.types_by_turbofish::<_, u8, 3>("a").await, ("a", 3));
                let numbers: Vec<u8> = maybe.only_returned().await;
                assert!(numbers.is_empty());
                let failed = maybe.generic_error::<Box<dyn Error>>("x").await;
                assert!(failed.unwrap_err().is::<std::num::ParseIntError>());
                let failed: Result<u8, std::num::ParseIntError> = maybe.generic_error("x").await;
                assert!(failed.is_err());
                assert_eq!(maybe.generic_value(Ok::<_, u8>(1)).await, Ok(Some(1)));
                assert_eq!(maybe.generic_value(Err::<u8, _>("no")).await, Err("no"));
                assert_eq!(maybe.higher_ranked(|text, _| text).await, 5);
                let pushed = maybe.higher_ranked_future(|text| {
                    Box::pin(async move {
                        text.push('!');
                        text.len()
                    })
                });
                assert_eq!(pushed.await, 6);
                assert_eq!(maybe.borrowed("b").await, "b");
                assert_eq!(maybe.early_and_late("other").await.1, "other");
                assert_eq!(maybe.elided([1, 2].iter()).await, 2);
                assert_eq!(maybe.nested_iterator(["ab"].into_iter()).await.sum::<usize>(), 2);
                assert_eq!(maybe.projection([1, 3, 2]).await, Some(3));
            })
            .await;
            seen.assert(&[
                "Maybe.text",
                "Maybe.types_by_turbofish",
                "Maybe.only_returned",
                "Maybe.generic_error [error: Box]",
                "Maybe.generic_error [error: ParseIntError]",
                "Maybe.generic_value",
                "Maybe.generic_value [error: str]",
                "Maybe.higher_ranked",
                "Maybe.higher_ranked_future",
                "Maybe.borrowed",
                "Maybe.early_and_late",
                "Maybe.elided",
                "Maybe.nested_iterator",
                "Maybe.projection",
            ]);
        }
    }
    twins {
        #[tokio::test]
        async fn twins_are_generic() {
            let seen = seen();
            let cached = Cached::<_, 3> { store: Memory };
            let maybe = Maybe { inner: Some("in".to_owned()) };
            seen.run(async {
                let ctx = spanweave::Ctx::current();
                assert_eq!(is_send(cached.get_ctx(ctx, 1)).await, Ok("1".to_owned()));
                assert!(cached.of_another_ctx(ctx, &Cached::<Memory, 3> { store: Memory }).await);
                assert_eq!(maybe.types_by_turbofish_ctx::<_, u8, 3>(ctx, "a").await, ("a", 3));
                let numbers: Vec<u8> = maybe.only_returned_ctx(ctx).await;
                assert!(numbers.is_empty());
                let failed: Result<u8, std::num::ParseIntError> = maybe.generic_error_ctx(ctx, "x").await;
                assert!(failed.is_err());
                assert_eq!(maybe.higher_ranked_ctx(ctx, |text, _| text).await, 5);
                assert_eq!(maybe.early_and_late_ctx(ctx, "other").await.1, "other");
                assert_eq!(maybe.projection_ctx(ctx, [1, 3, 2]).await, Some(3));
            })
            .await;
            seen.assert(&[
                "Cached.get",
                "Cached.of_another",
                "Maybe.types_by_turbofish",
                "Maybe.only_returned",
                "Maybe.generic_error [error: ParseIntError]",
                "Maybe.higher_ranked",
                "Maybe.early_and_late",
                "Maybe.projection",
            ]);
        }
    }
}
