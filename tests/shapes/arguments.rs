//! What a method takes: patterns, attributes, closures, `impl Trait`, many.

use std::collections::HashMap;
use std::fmt::Display;
use std::future::Future;

use crate::seen::is_send;

#[derive(Clone)]
pub struct User {
    id: i64,
    name: String,
}

pub struct Path<T>(T);

pub struct Unit;

#[derive(Clone, Copy)]
pub enum Only {
    One(u8),
}

mod patterns {
    use super::*;

    each_way! {
        types {
            pub struct Service;
        }
        block {
            impl Service {
                pub async fn tuple(&self, (a, mut b): (u8, u8)) -> u8 {
                    b += a;
                    b
                }

                pub async fn record(&self, User { id, name }: User) -> String {
                    format!("{name}{id}")
                }

                pub async fn record_reference(&self, User { id, name, .. }: &User) -> String {
                    format!("{name}{id}")
                }

                pub async fn renamed(&self, User { id: mut number, name: _ }: User) -> i64 {
                    number += 1;
                    number
                }

                pub async fn tuple_struct(&self, Path(id): Path<i64>, Path((a, b)): Path<(u8, u8)>) -> i64 {
                    id + i64::from(a) + i64::from(b)
                }

                pub async fn variant(&self, Only::One(number): Only) -> u8 {
                    number
                }

                pub async fn whole(&self, all @ (a, _): (u8, u8)) -> (u8, (u8, u8)) {
                    (a, all)
                }

                pub async fn mutable(&self, mut names: Vec<String>) -> Vec<String> {
                    names.push("new".to_owned());
                    names
                }

                pub async fn underscore(&self, _: Vec<u8>, _: &str, __: u8) -> u8 {
                    __
                }

                pub async fn said_unused(&self, _name: String, _id: i64) -> bool {
                    true
                }

                pub async fn reference(&self, &number: &u8, &(a, ref b): &(u8, String)) -> String {
                    format!("{number}{a}{b}")
                }

                pub async fn by_reference(&self, ref name: String, Path(ref count): Path<usize>) -> usize {
                    *count + name.len()
                }

                pub async fn slice(&self, [first, .., last]: [u8; 4], [a, rest @ ..]: &[u8; 3]) -> (u8, usize) {
                    (first + last + a, rest.len())
                }

                pub async fn unit(&self, (): (), Unit: Unit) -> u8 {
                    1
                }

                pub async fn nested(&self, (Path([a, b]), User { name, .. }): (Path<[u8; 2]>, User)) -> String {
                    format!("{a}{b}{name}")
                }

                #[allow(unused_parens)]
                pub async fn in_parentheses(&self, (a): u8, ((b)): u8) -> u8 {
                    a + b
                }

                pub async fn shadowed(&self, name: &str) -> String {
                    let name = name.to_uppercase();
                    {
                        let name = name.len();
                        assert!(name > 0);
                    }
                    name
                }
            }
        }
        tests {
            #[tokio::test]
            async fn every_pattern_binds() {
                let seen = seen();
                let user = User { id: 7, name: "Ada".to_owned() };
                seen.run(async {
                    let service = Service;
                    assert_eq!(service.tuple((1, 2)).await, 3);
                    assert_eq!(service.record(user.clone()).await, "Ada7");
                    assert_eq!(service.record_reference(&user).await, "Ada7");
                    assert_eq!(service.renamed(user.clone()).await, 8);
                    assert_eq!(service.tuple_struct(Path(1), Path((2, 3))).await, 6);
                    assert_eq!(service.variant(Only::One(4)).await, 4);
                    assert_eq!(service.whole((1, 2)).await, (1, (1, 2)));
                    assert_eq!(service.mutable(vec!["old".to_owned()]).await, ["old", "new"]);
                    assert_eq!(service.underscore(vec![1], "a", 3).await, 3);
                    assert!(service.said_unused("a".to_owned(), 1).await);
                    assert_eq!(service.reference(&1, &(2, "b".to_owned())).await, "12b");
                    assert_eq!(service.by_reference("abc".to_owned(), Path(1)).await, 4);
                    assert_eq!(service.slice([1, 2, 3, 4], &[5, 6, 7]).await, (10, 2));
                    assert_eq!(service.unit((), Unit).await, 1);
                    assert_eq!(service.nested((Path([1, 2]), user.clone())).await, "12Ada");
                    assert_eq!(service.in_parentheses(1, 2).await, 3);
                    assert_eq!(is_send(service.shadowed("a")).await, "A");
                })
                .await;
                seen.assert(&[
                    "Service.tuple",
                    "Service.record",
                    "Service.record_reference",
                    "Service.renamed",
                    "Service.tuple_struct",
                    "Service.variant",
                    "Service.whole",
                    "Service.mutable",
                    "Service.underscore",
                    "Service.said_unused",
                    "Service.reference",
                    "Service.by_reference",
                    "Service.slice",
                    "Service.unit",
                    "Service.nested",
                    "Service.in_parentheses",
                    "Service.shadowed",
                ]);
            }
        }
        twins {
            #[tokio::test]
            async fn twins_bind_them_too() {
                let seen = seen();
                let user = User { id: 7, name: "Ada".to_owned() };
                seen.run(async {
                    let (service, ctx) = (Service, spanweave::Ctx::current());
                    assert_eq!(service.tuple_ctx(ctx, (1, 2)).await, 3);
                    assert_eq!(service.record_reference_ctx(ctx, &user).await, "Ada7");
                    assert_eq!(service.mutable_ctx(ctx, Vec::new()).await, ["new"]);
                    assert_eq!(service.underscore_ctx(ctx, vec![1], "a", 3).await, 3);
                    assert_eq!(service.reference_ctx(ctx, &1, &(2, "b".to_owned())).await, "12b");
                    assert_eq!(service.by_reference_ctx(ctx, "abc".to_owned(), Path(1)).await, 4);
                    assert_eq!(service.slice_ctx(ctx, [1, 2, 3, 4], &[5, 6, 7]).await, (10, 2));
                })
                .await;
                seen.assert(&[
                    "Service.tuple",
                    "Service.record_reference",
                    "Service.mutable",
                    "Service.underscore",
                    "Service.reference",
                    "Service.by_reference",
                    "Service.slice",
                ]);
            }
        }
    }
}

mod implied {
    use super::*;

    each_way! {
        types {
            pub struct Service {
                name: String,
            }

            impl Service {
                fn private(&self) -> usize {
                    self.name.len()
                }
            }
        }
        block {
            impl Service {
                pub async fn implied(&self, name: impl Into<String>, shown: impl Display + Send) -> String {
                    tokio::task::yield_now().await;
                    format!("{}{shown}{}", name.into(), self.private())
                }

                pub async fn reference(&self, name: &impl Display, names: &[impl AsRef<str>]) -> String {
                    names.iter().fold(name.to_string(), |all, name| all + name.as_ref())
                }

                pub async fn iterator(&self, ids: impl IntoIterator<Item = impl Into<i64>>) -> i64 {
                    ids.into_iter().map(Into::into).sum()
                }

                pub async fn once(&self, f: impl FnOnce(&str) -> usize) -> usize {
                    f(&self.name)
                }

                pub async fn once_generic<F, R>(&self, f: F) -> R
                where
                    F: FnOnce(&Self) -> R,
                {
                    f(self)
                }

                pub async fn mutable(&self, mut f: impl FnMut(char)) {
                    self.name.chars().for_each(&mut f);
                }

                pub async fn object(&self, f: &mut dyn FnMut(char), g: Box<dyn Fn(u8) -> u8 + Send>) -> u8 {
                    self.name.chars().for_each(f);
                    g(1)
                }

                pub async fn async_closure(&self, f: impl AsyncFn(&str) -> usize) -> usize {
                    f(&self.name).await + f("twice").await
                }

                pub async fn async_closure_once<F: AsyncFnOnce(String) -> R, R>(&self, f: F) -> R {
                    f(self.name.clone()).await
                }

                pub async fn async_closure_mutable(&self, mut f: impl AsyncFnMut(u8)) {
                    f(1).await;
                    f(2).await;
                }

                pub async fn makes_a_future<F, Fut>(&self, f: F) -> Fut::Output
                where
                    F: FnOnce(String) -> Fut,
                    Fut: Future,
                {
                    f(self.name.clone()).await
                }

                pub async fn future(&self, future: impl Future<Output = u8> + Send) -> u8 {
                    future.await + 1
                }

                pub async fn function(&self, f: fn(&str) -> usize) -> usize {
                    f(&self.name)
                }

                pub async fn mixed<T: Default + Display>(&self, name: impl AsRef<str>) -> String {
                    format!("{}{}", T::default(), name.as_ref())
                }
            }
        }
        tests {
            #[tokio::test]
            async fn closures_and_traits() {
                let seen = seen();
                let service = Service { name: "name".to_owned() };
                seen.run(async {
                    assert_eq!(is_send(service.implied("a", 1)).await, "a14");
                    assert_eq!(service.reference(&1, &["a", "b"]).await, "1ab");
                    assert_eq!(service.iterator([1_i32, 2]).await, 3);
                    assert_eq!(service.once(str::len).await, 4);
                    let moved = String::from("moved");
                    assert_eq!(service.once(move |name| name.len() + moved.len()).await, 9);
                    assert_eq!(service.once_generic(|service| service.name.clone()).await, "name");
                    let mut letters = String::new();
                    service.mutable(|letter| letters.push(letter)).await;
                    assert_eq!(service.object(&mut |letter| letters.push(letter), Box::new(|n| n + 1)).await, 2);
                    assert_eq!(letters, "namename");
                    let counted = service.async_closure(async |text| {
                        tokio::task::yield_now().await;
                        text.len()
                    });
                    assert_eq!(counted.await, 9);
                    assert_eq!(service.async_closure_once(async |name| name.len()).await, 4);
                    let mut sum = 0;
                    service.async_closure_mutable(async |number| sum += number).await;
                    assert_eq!(sum, 3);
                    assert_eq!(service.makes_a_future(|name| async move { name.len() }).await, 4);
                    assert_eq!(service.future(async { 1 }).await, 2);
                    assert_eq!(service.function(str::len).await, 4);
                    assert_eq!(service.mixed::<u8>("a").await, "0a");
                })
                .await;
                seen.assert(&[
                    "Service.implied",
                    "Service.reference",
                    "Service.iterator",
                    "Service.once",
                    "Service.once",
                    "Service.once_generic",
                    "Service.mutable",
                    "Service.object",
                    "Service.async_closure",
                    "Service.async_closure_once",
                    "Service.async_closure_mutable",
                    "Service.makes_a_future",
                    "Service.future",
                    "Service.function",
                    "Service.mixed",
                ]);
            }
        }
        twins {
            #[tokio::test]
            async fn twins_take_them_too() {
                let seen = seen();
                let service = Service { name: "name".to_owned() };
                seen.run(async {
                    let ctx = spanweave::Ctx::current();
                    assert_eq!(is_send(service.implied_ctx(ctx, "a", 1)).await, "a14");
                    assert_eq!(service.once_ctx(ctx, str::len).await, 4);
                    assert_eq!(service.once_generic_ctx(ctx, |service| service.name.clone()).await, "name");
                    assert_eq!(service.async_closure_ctx(ctx, async |text| text.len()).await, 9);
                    assert_eq!(service.makes_a_future_ctx(ctx, |name| async move { name.len() }).await, 4);
                })
                .await;
                seen.assert(&[
                    "Service.implied",
                    "Service.once",
                    "Service.once_generic",
                    "Service.async_closure",
                    "Service.makes_a_future",
                ]);
            }
        }
    }
}

mod attributes {
    use super::*;

    each_way! {
        types {
            pub struct Service;
        }
        block {
            impl Service {
                pub async fn conditional(&self, #[cfg(any())] gone: u8, #[cfg(all())] kept: u8) -> u8 {
                    kept
                }

                pub async fn allowed(&self, #[allow(unused_variables)] unused: u8, #[allow(unused_mut)] mut b: u8) -> u8 {
                    b
                }

                pub async fn conditionally_allowed(
                    &self,
                    #[cfg_attr(all(), allow(unused_variables))] (a, b): (u8, u8),
                ) -> u8 {
                    a
                }

                pub async fn many(
                    &self,
                    a: u8,
                    b: u8,
                    c: u8,
                    d: u8,
                    e: u8,
                    f: u8,
                    g: u8,
                    h: Option<&str>,
                    i: &mut HashMap<u8, u8>,
                ) -> u8 {
                    i.insert(a, b);
                    a + b + c + d + e + f + g + h.map_or(0, |_| 1)
                }

                pub async fn same_lifetime(&self, a: &str, b: &[&str], c: Option<&mut Vec<String>>) -> usize {
                    if let Some(names) = c {
                        names.push(a.to_owned());
                    }
                    a.len() + b.len()
                }

                pub async fn types_of_many_kinds(
                    &self,
                    array: [u8; 2],
                    slice: &[u8],
                    pointer: Option<Box<[u8]>>,
                    function: for<'a> fn(&'a str) -> &'a str,
                    path: std::borrow::Cow<'_, str>,
                    raw: (*const u8,),
                ) -> usize {
                    let _ = raw;
                    array.len() + slice.len() + pointer.map_or(0, |it| it.len()) + function("a").len() + path.len()
                }
            }
        }
        tests {
            #[tokio::test]
            async fn attributes_on_arguments_and_many_of_them() {
                let seen = seen();
                let (mut map, mut names) = (HashMap::new(), Vec::new());
                seen.run(async {
                    let service = Service;
                    assert_eq!(service.conditional(1).await, 1);
                    assert_eq!(service.allowed(1, 2).await, 2);
                    assert_eq!(service.conditionally_allowed((1, 2)).await, 1);
                    assert_eq!(service.many(1, 2, 3, 4, 5, 6, 7, Some("h"), &mut map).await, 29);
                    assert_eq!(service.same_lifetime("a", &["b"], Some(&mut names)).await, 2);
                    let kinds =
                        service.types_of_many_kinds([1, 2], &[1], None, |it| it, "ab".into(), (std::ptr::null(),));
                    assert_eq!(kinds.await, 6);
                })
                .await;
                assert_eq!((map.get(&1), names.len()), (Some(&2), 1));
                seen.assert(&[
                    "Service.conditional",
                    "Service.allowed",
                    "Service.conditionally_allowed",
                    "Service.many",
                    "Service.same_lifetime",
                    "Service.types_of_many_kinds",
                ]);
            }
        }
        twins {
            #[tokio::test]
            async fn twins_have_the_arguments_that_are_there() {
                let seen = seen();
                let mut map = HashMap::new();
                seen.run(async {
                    let (service, ctx) = (Service, spanweave::Ctx::current());
                    assert_eq!(service.conditional_ctx(ctx, 1).await, 1);
                    assert_eq!(service.many_ctx(ctx, 1, 2, 3, 4, 5, 6, 7, None, &mut map).await, 28);
                })
                .await;
                seen.assert(&["Service.conditional", "Service.many"]);
            }
        }
    }
}
