//! Receivers, arguments and results of every shape, under `#[async_trait]` above and below the attribute.

use std::sync::Arc;

use crate::common::{Missing, read, seen};

/// What a transaction looks like: it borrows, and is passed on by `&mut`.
pub struct Tx<'c> {
    connection: &'c mut Vec<String>,
}

macro_rules! shapes {
    ($form:ident, { $($attributes:tt)* }) => {
        mod $form {
            use async_trait::async_trait;
            use spanweave::{Ctx, repo};

            use super::*;
            use crate::common::{Store, send};

            $($attributes)*
            pub trait Repo: Send + Sync {
                async fn shared(&self, key: &str) -> Result<String, Missing>;
                async fn exclusive(&mut self, key: &str) -> usize;
                async fn by_value(self, key: String) -> Result<String, Missing>
                where
                    Self: Sized;
                async fn in_arc(self: Arc<Self>, key: &str) -> Result<String, Missing>;
                async fn in_box(self: Box<Self>, key: &str) -> Result<String, Missing>;
                async fn in_tx(&self, tx: &mut Tx<'_>, key: &str) -> usize;
                async fn named<'a>(&self, one: &'a str, other: &'a str) -> &'a str;
                async fn borrowed(&self) -> &str;
                async fn borrowed_mut(&mut self) -> &mut Vec<String>;
                async fn generic<T: ToString + Send>(&self, key: T) -> Result<String, Missing>
                where
                    Self: Sized;
                async fn opaque(&self, key: impl AsRef<str> + Send + 'static) -> Result<String, Missing>
                where
                    Self: Sized;
                async fn filtered(&self, keep: &(dyn Fn(&str) -> bool + Sync)) -> usize;
                async fn called(&self, mut f: Box<dyn FnMut(usize) -> usize + Send>) -> usize {
                    let _ = self.shared("called").await;
                    f(1) + f(2)
                }
                async fn patterns(&self, pair: (u8, u8), _: &str, list: [u8; 2]) -> u8;
                async fn nothing(&self);
                async fn made(key: &str) -> Self
                where
                    Self: Sized;
                async fn provided_ref(&self, key: &str) -> Result<usize, Missing> {
                    Ok(self.shared(key).await?.len())
                }
                async fn provided_mut(&mut self, key: &str) -> usize {
                    self.exclusive(key).await + 1
                }
                async fn provided_by_value(self, key: String) -> Result<usize, Missing>
                where
                    Self: Sized,
                {
                    Ok(self.by_value(key).await?.len())
                }
                async fn provided_in_arc(self: Arc<Self>, key: &str) -> Result<usize, Missing> {
                    Ok(self.shared(key).await?.len())
                }
                async fn provided_in_box(self: Box<Self>, key: &str) -> Result<usize, Missing> {
                    Ok(self.in_box(key).await?.len())
                }
            }

            #[derive(Clone, Debug, Default, PartialEq)]
            struct Memory {
                name: String,
                written: Vec<String>,
            }

            $($attributes)*
            impl Repo for Memory {
                async fn shared(&self, key: &str) -> Result<String, Missing> {
                    Store.read(key).await
                }

                async fn exclusive(&mut self, key: &str) -> usize {
                    self.written.push(key.to_owned());
                    let _ = Store.read(key).await;
                    self.written.len()
                }

                async fn by_value(mut self, key: String) -> Result<String, Missing> {
                    self.name.clear();
                    Store.read(&key).await
                }

                async fn in_arc(self: Arc<Self>, key: &str) -> Result<String, Missing> {
                    Store.read(key).await
                }

                async fn in_box(self: Box<Self>, key: &str) -> Result<String, Missing> {
                    Store.read(key).await
                }

                async fn in_tx(&self, tx: &mut Tx<'_>, key: &str) -> usize {
                    tx.connection.push(key.to_owned());
                    let _ = Store.read(key).await;
                    tx.connection.len()
                }

                async fn named<'a>(&self, one: &'a str, other: &'a str) -> &'a str {
                    let _ = Store.read(one).await;
                    if one.len() > other.len() { one } else { other }
                }

                async fn borrowed(&self) -> &str {
                    let _ = Store.read("borrowed").await;
                    &self.name
                }

                async fn borrowed_mut(&mut self) -> &mut Vec<String> {
                    let _ = Store.read("borrowed").await;
                    &mut self.written
                }

                async fn generic<T: ToString + Send>(&self, key: T) -> Result<String, Missing> {
                    let key = key.to_string();
                    Store.read(&key).await
                }

                async fn opaque(&self, key: impl AsRef<str> + Send + 'static) -> Result<String, Missing> {
                    let key = key.as_ref().to_owned();
                    Store.read(&key).await
                }

                async fn filtered(&self, keep: &(dyn Fn(&str) -> bool + Sync)) -> usize {
                    let _ = Store.read("filtered").await;
                    ["a", "b", "ab"].iter().filter(|key| keep(key)).count()
                }

                async fn patterns(&self, (a, mut b): (u8, u8), _: &str, [c, ..]: [u8; 2]) -> u8 {
                    let _ = Store.read("patterns").await;
                    b += 1;
                    a + b + c
                }

                async fn nothing(&self) {
                    let _ = Store.read("nothing").await;
                }

                async fn made(key: &str) -> Self {
                    let _ = Store.read(key).await;
                    Memory { name: key.to_owned(), ..Memory::default() }
                }
            }

            fn memory() -> Memory {
                Memory { name: "memory".to_owned(), ..Memory::default() }
            }

            fn called(name: &str) -> (String, String) {
                (
                    format!("request\n{}", format!("  Memory.{name}\n    Store.read\n").repeat(2)),
                    ordered([format!("repo Memory.{name}: 2 ok"), "repo Store.read: 2 ok".to_owned()]),
                )
            }

            fn ordered<const N: usize>(mut lines: [String; N]) -> String {
                lines.sort();
                lines.join("\n") + "\n"
            }

            macro_rules! shape {
                ($test:ident, $method:literal, $value:expr, $plain:expr, $twin:expr) => {
                    #[tokio::test]
                    async fn $test() {
                        let request = async {
                            let plain = send($plain).await;
                            let ctx = Ctx::current();
                            let twin: fn(Ctx) -> _ = $twin;
                            (plain, tokio::spawn(twin(ctx)).await.unwrap())
                        };
                        let seen = seen(request).await;
                        assert_eq!(seen.value, ($value, $value));
                        let (tree, outcomes) = called($method);
                        assert_eq!(seen.tree, tree);
                        assert_eq!(seen.outcomes, outcomes);
                    }
                };
            }

            shape!(shared, "shared", read("a"), async { memory().shared("a").await }, |ctx| async move {
                memory().shared_ctx(ctx, "a").await
            });
            shape!(exclusive, "exclusive", 1, async { memory().exclusive("a").await }, |ctx| async move {
                memory().exclusive_ctx(ctx, "a").await
            });
            shape!(by_value, "by_value", read("a"), memory().by_value("a".to_owned()), |ctx| {
                memory().by_value_ctx(ctx, "a".to_owned())
            });
            shape!(in_arc, "in_arc", read("a"), Arc::new(memory()).in_arc("a"), |ctx| {
                Arc::new(memory()).in_arc_ctx(ctx, "a")
            });
            shape!(in_box, "in_box", read("a"), Box::new(memory()).in_box("a"), |ctx| {
                Box::new(memory()).in_box_ctx(ctx, "a")
            });
            shape!(in_box_of_an_object, "in_box", read("a"), (Box::new(memory()) as Box<dyn Repo>).in_box("a"), |ctx| {
                (Box::new(memory()) as Box<dyn Repo>).in_box_ctx(ctx, "a")
            });
            shape!(in_arc_of_an_object, "in_arc", read("a"), (Arc::new(memory()) as Arc<dyn Repo>).in_arc("a"), |ctx| {
                (Arc::new(memory()) as Arc<dyn Repo>).in_arc_ctx(ctx, "a")
            });
            shape!(
                in_tx,
                "in_tx",
                2,
                async {
                    let mut connection = vec![String::new()];
                    memory().in_tx(&mut Tx { connection: &mut connection }, "a").await
                },
                |ctx| async move {
                    let mut connection = vec![String::new()];
                    memory().in_tx_ctx(ctx, &mut Tx { connection: &mut connection }, "a").await
                }
            );
            shape!(
                named,
                "named",
                "long",
                async { memory().named("long", "a").await },
                |ctx| async move { memory().named_ctx(ctx, "a", "long").await }
            );
            shape!(
                borrowed,
                "borrowed",
                "memory".to_owned(),
                async { memory().borrowed().await.to_owned() },
                |ctx| async move { memory().borrowed_ctx(ctx).await.to_owned() }
            );
            shape!(
                borrowed_mut,
                "borrowed_mut",
                1,
                async {
                    let mut memory = memory();
                    memory.borrowed_mut().await.push(String::new());
                    memory.written.len()
                },
                |ctx| async move {
                    let mut memory = memory();
                    memory.borrowed_mut_ctx(ctx).await.push(String::new());
                    memory.written.len()
                }
            );
            shape!(generic, "generic", read("7"), async { memory().generic(7).await }, |ctx| async move {
                memory().generic_ctx(ctx, 7).await
            });
            shape!(opaque, "opaque", read("a"), async { memory().opaque("a").await }, |ctx| async move {
                memory().opaque_ctx(ctx, "a".to_owned()).await
            });
            shape!(
                filtered,
                "filtered",
                2,
                async {
                    let wanted = "a".to_owned();
                    memory().filtered(&|key| key.starts_with(&wanted)).await
                },
                |ctx| async move {
                    let wanted = "a".to_owned();
                    memory().filtered_ctx(ctx, &|key| key.starts_with(&wanted)).await
                }
            );
            shape!(
                patterns,
                "patterns",
                7,
                async { memory().patterns((1, 2), "", [3, 4]).await },
                |ctx| async move { memory().patterns_ctx(ctx, (1, 2), "", [3, 4]).await }
            );
            shape!(nothing, "nothing", (), async { memory().nothing().await }, |ctx| async move {
                memory().nothing_ctx(ctx).await;
            });
            shape!(made, "made", memory(), Memory::made("memory"), |ctx| Memory::made_ctx(ctx, "memory"));

            #[tokio::test]
            async fn provided() {
                let seen = seen(async {
                    (
                        memory().provided_ref("a").await,
                        memory().provided_mut("a").await,
                        memory().provided_by_value("a".to_owned()).await,
                        Arc::new(memory()).provided_in_arc("a").await,
                        Box::new(memory()).provided_in_box("a").await,
                        memory().called(Box::new(|n| n * 10)).await,
                    )
                });
                let seen = seen.await;
                assert_eq!(seen.value, (Ok(3), 2, Ok(3), Ok(3), Ok(3), 30));
                assert_eq!(seen.tree, PROVIDED);
                assert_eq!(seen.outcomes, PROVIDED_OUTCOMES);
            }

            #[tokio::test]
            async fn provided_in_a_context() {
                let seen = seen(async {
                    let ctx = Ctx::current();
                    let spawned = tokio::spawn(async move {
                        (
                            memory().provided_ref_ctx(ctx, "a").await,
                            memory().provided_mut_ctx(ctx, "a").await,
                            memory().provided_by_value_ctx(ctx, "a".to_owned()).await,
                            Arc::new(memory()).provided_in_arc_ctx(ctx, "a").await,
                            Box::new(memory()).provided_in_box_ctx(ctx, "a").await,
                            memory().called_ctx(ctx, Box::new(|n| n * 10)).await,
                        )
                    });
                    spawned.await.unwrap()
                });
                let seen = seen.await;
                assert_eq!(seen.value, (Ok(3), 2, Ok(3), Ok(3), Ok(3), 30));
                assert_eq!(seen.tree, PROVIDED);
                assert_eq!(seen.outcomes, PROVIDED_OUTCOMES);
            }
        }
    };
}

const PROVIDED: &str = "\
request
  Repo.provided_ref
    Memory.shared
      Store.read
  Repo.provided_mut
    Memory.exclusive
      Store.read
  Repo.provided_by_value
    Memory.by_value
      Store.read
  Repo.provided_in_arc
    Memory.shared
      Store.read
  Repo.provided_in_box
    Memory.in_box
      Store.read
  Repo.called
    Memory.shared
      Store.read
";

const PROVIDED_OUTCOMES: &str = "\
repo Memory.by_value: 1 ok
repo Memory.exclusive: 1 ok
repo Memory.in_box: 1 ok
repo Memory.shared: 3 ok
repo Repo.called: 1 ok
repo Repo.provided_by_value: 1 ok
repo Repo.provided_in_arc: 1 ok
repo Repo.provided_in_box: 1 ok
repo Repo.provided_mut: 1 ok
repo Repo.provided_ref: 1 ok
repo Store.read: 6 ok
";

shapes!(above, { #[repo] #[async_trait] });
shapes!(below, { #[async_trait] #[repo] });
