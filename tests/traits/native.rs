//! `async fn`, `impl Future` and streams in traits, as the language has them.

use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::stream::{self, BoxStream, Stream};
use spanweave::{Ctx, repo, traced_service};

use crate::common::{Missing, Store, read, seen, send};

mod async_fn {
    use super::*;

    #[repo]
    pub trait Repo {
        async fn get(&self, key: &str) -> Result<String, Missing>;
        async fn put(&mut self, key: &str) -> usize;
        async fn into_name(self) -> String;
        async fn in_arc(self: Arc<Self>) -> Result<String, Missing>;
        async fn generic<T: AsRef<str>>(&self, key: T) -> Result<String, Missing>;
        async fn opaque(&self, key: impl AsRef<str>) -> Result<String, Missing>;
        async fn longest<'a>(&'a self, key: &'a str) -> &'a str;
        async fn make(key: &str) -> Self
        where
            Self: Sized;
        async fn get_twice(&self, key: &str) -> Result<usize, Missing> {
            Ok(self.get(key).await?.len() + self.get(key).await?.len())
        }
        async fn consumed(self, key: &str) -> Result<usize, Missing>
        where
            Self: Sized,
        {
            let got = self.get(key).await?.len();
            Ok(got + self.into_name().await.len())
        }
    }

    #[derive(Debug, Default, PartialEq)]
    pub struct Memory {
        name: String,
        written: Vec<String>,
    }

    #[repo]
    impl Repo for Memory {
        async fn get(&self, key: &str) -> Result<String, Missing> {
            Store.read(key).await
        }

        async fn put(&mut self, key: &str) -> usize {
            let _ = Store.read(key).await;
            self.written.push(key.to_owned());
            self.written.len()
        }

        async fn into_name(mut self) -> String {
            let _ = Store.read("name").await;
            self.name.push('!');
            self.name
        }

        async fn in_arc(self: Arc<Self>) -> Result<String, Missing> {
            Store.read(&self.name).await
        }

        async fn generic<T: AsRef<str>>(&self, key: T) -> Result<String, Missing> {
            Store.read(key.as_ref()).await
        }

        async fn opaque(&self, key: impl AsRef<str>) -> Result<String, Missing> {
            Store.read(key.as_ref()).await
        }

        async fn longest<'a>(&'a self, key: &'a str) -> &'a str {
            let _ = Store.read(key).await;
            if key.len() > self.name.len() { key } else { &self.name }
        }

        async fn make(key: &str) -> Self {
            let _ = Store.read(key).await;
            Memory { name: key.to_owned(), ..Memory::default() }
        }
    }

    /// Knows nothing of the attribute.
    struct Plain;

    impl Repo for Plain {
        async fn get(&self, key: &str) -> Result<String, Missing> {
            Store.read(key).await
        }

        async fn put(&mut self, key: &str) -> usize {
            key.len()
        }

        async fn into_name(self) -> String {
            "plain".to_owned()
        }

        async fn in_arc(self: Arc<Self>) -> Result<String, Missing> {
            self.get("arc").await
        }

        async fn generic<T: AsRef<str>>(&self, key: T) -> Result<String, Missing> {
            Store.read(key.as_ref()).await
        }

        async fn opaque(&self, key: impl AsRef<str>) -> Result<String, Missing> {
            Store.read(key.as_ref()).await
        }

        async fn longest<'a>(&'a self, key: &'a str) -> &'a str {
            key
        }

        async fn make(_: &str) -> Self {
            Plain
        }
    }

    fn memory() -> Memory {
        Memory { name: "memory".to_owned(), ..Memory::default() }
    }

    const TREE: &str = "\
request
  Memory.get
    Store.read
  Memory.put
    Store.read
  Memory.into_name
    Store.read
  Memory.in_arc
    Store.read
  Memory.generic
    Store.read
  Memory.opaque
    Store.read
  Memory.longest
    Store.read
  Memory.make
    Store.read
  Repo.get_twice
    Memory.get
      Store.read
    Memory.get
      Store.read
  Repo.consumed [error: Missing]
    Memory.get [error: Missing]
      Store.read [error: Missing]
";

    const OUTCOMES: &str = "\
repo Memory.generic: 1 ok
repo Memory.get: 3 ok 1 error
repo Memory.in_arc: 1 ok
repo Memory.into_name: 1 ok
repo Memory.longest: 1 ok
repo Memory.make: 1 ok
repo Memory.opaque: 1 ok
repo Memory.put: 1 ok
repo Repo.consumed: 1 error
repo Repo.get_twice: 1 ok
repo Store.read: 10 ok 1 error
";

    #[tokio::test]
    async fn plain_names() {
        let seen = seen(async {
            assert_eq!(memory().get("a").await, read("a"));
            assert_eq!(memory().put("a").await, 1);
            assert_eq!(memory().into_name().await, "memory!");
            assert_eq!(Arc::new(memory()).in_arc().await, read("memory"));
            assert_eq!(memory().generic("a").await, read("a"));
            assert_eq!(memory().opaque(String::from("a")).await, read("a"));
            assert_eq!(memory().longest("long enough").await, "long enough");
            assert_eq!(Memory::make("memory").await, memory());
            assert_eq!(memory().get_twice("a").await, Ok(6));
            memory().consumed("missing").await
        });
        let seen = seen.await;
        assert_eq!(seen.value, Err(Missing));
        assert_eq!(seen.tree, TREE);
        assert_eq!(seen.outcomes, OUTCOMES);
    }

    #[tokio::test]
    async fn twins_of_a_known_type_can_be_spawned() {
        let seen = seen(async {
            let ctx = Ctx::current();
            let spawned = tokio::spawn(async move {
                assert_eq!(memory().get_ctx(ctx, "a").await, read("a"));
                assert_eq!(memory().put_ctx(ctx, "a").await, 1);
                assert_eq!(memory().into_name_ctx(ctx).await, "memory!");
                assert_eq!(Arc::new(memory()).in_arc_ctx(ctx).await, read("memory"));
                assert_eq!(memory().generic_ctx(ctx, "a").await, read("a"));
                assert_eq!(memory().opaque_ctx(ctx, String::from("a")).await, read("a"));
                assert_eq!(memory().longest_ctx(ctx, "long enough").await, "long enough");
                assert_eq!(Memory::make_ctx(ctx, "memory").await, memory());
                assert_eq!(memory().get_twice_ctx(ctx, "a").await, Ok(6));
                memory().consumed_ctx(ctx, "missing").await
            });
            spawned.await.unwrap()
        });
        let seen = seen.await;
        assert_eq!(seen.value, Err(Missing));
        assert_eq!(seen.tree, TREE);
        assert_eq!(seen.outcomes, OUTCOMES);
    }

    #[tokio::test]
    async fn an_implementor_that_knows_nothing_of_it_passes_the_context_through() {
        let seen = seen(async {
            let ctx = Ctx::current();
            let spawned = tokio::spawn(async move {
                let got = Plain.get_ctx(ctx, "a").await;
                let arc = Arc::new(Plain).in_arc_ctx(ctx).await;
                (got, arc, Plain.get_twice_ctx(ctx, "b").await, Plain.opaque_ctx(ctx, "c").await)
            });
            spawned.await.unwrap()
        });
        let seen = seen.await;
        assert_eq!(seen.value, (read("a"), read("arc"), Ok(6), read("c")));
        assert_eq!(
            seen.tree,
            "\
request
  Store.read
  Store.read
  Repo.get_twice
    Store.read
    Store.read
  Store.read
"
        );
        assert_eq!(seen.outcomes, "repo Repo.get_twice: 1 ok\nrepo Store.read: 5 ok\n");
    }
}

mod future {
    use super::*;

    #[repo]
    pub trait Repo: Send + Sync {
        fn get(&self, key: &str) -> impl Future<Output = Result<String, Missing>> + Send;

        fn get_owned(&self, key: String) -> impl Future<Output = Result<String, Missing>> + Send + use<Self>;

        fn get_twice(&self, key: &str) -> impl Future<Output = Result<usize, Missing>> + Send {
            async move { Ok(self.get(key).await?.len() + self.get(key).await?.len()) }
        }

        fn mapped(&self, key: &str) -> impl Future<Output = Option<usize>> + Send {
            let got = self.get(key);
            async { got.await.ok().map(|got| got.len()) }
        }
    }

    struct Memory;

    #[repo]
    impl Repo for Memory {
        async fn get(&self, key: &str) -> Result<String, Missing> {
            Store.read(key).await
        }

        fn get_owned(&self, key: String) -> impl Future<Output = Result<String, Missing>> + Send + use<> {
            async move { Store.read(&key).await }
        }
    }

    /// Its futures are those of other functions.
    struct Passing;

    #[repo]
    impl Repo for Passing {
        fn get(&self, key: &str) -> impl Future<Output = Result<String, Missing>> + Send {
            Store.read(key)
        }

        fn get_owned(&self, key: String) -> impl Future<Output = Result<String, Missing>> + Send + use<> {
            async move { Store.read(&key).await }
        }

        async fn get_twice(&self, key: &str) -> Result<usize, Missing> {
            self.get(key).await.map(|got| got.len())
        }
    }

    struct Service<R> {
        repo: R,
    }

    #[traced_service(calls(repo))]
    impl<R: Repo> Service<R> {
        pub async fn show(&self, key: &str) -> Result<String, Missing> {
            self.repo.get(key).await
        }

        pub async fn spawned(self: Arc<Self>, key: String) -> Result<usize, Missing>
        where
            R: 'static,
        {
            tokio::spawn(async move { self.repo.get_twice(&key).await }).await.unwrap()
        }
    }

    #[tokio::test]
    async fn an_async_fn_implements_it() {
        let seen = seen(send(async {
            let shown = Service { repo: Memory }.show("a").await;
            let spawned = Arc::new(Service { repo: Memory }).spawned("missing".to_owned()).await;
            (shown, spawned, Memory.get_owned("b".to_owned()).await, Memory.mapped("c").await)
        }));
        let seen = seen.await;
        assert_eq!(seen.value, (read("a"), Err(Missing), read("b"), Some(3)));
        assert_eq!(
            seen.tree,
            "\
request
  Service.show
    Memory.get
      Store.read
  Service.spawned [error: Missing]
    Repo.get_twice [error: Missing]
      Memory.get [error: Missing]
        Store.read [error: Missing]
  Memory.get_owned
    Store.read
  Repo.mapped
    Memory.get
      Store.read
"
        );
        assert_eq!(
            seen.outcomes,
            "\
repo Memory.get: 2 ok 1 error
repo Memory.get_owned: 1 ok
repo Repo.get_twice: 1 error
repo Repo.mapped: 1 ok
repo Store.read: 3 ok 1 error
service Service.show: 1 ok
service Service.spawned: 1 error
"
        );
    }

    #[tokio::test]
    async fn another_function_s_future_implements_it() {
        let seen = seen(send(async {
            let ctx = Ctx::current();
            let spawned = tokio::spawn(async move {
                (Passing.get_ctx(ctx, "a").await, Passing.get_owned_ctx(ctx, "b".to_owned()).await)
            });
            (spawned.await.unwrap(), Passing.get_twice("missing").await)
        }));
        let seen = seen.await;
        assert_eq!(seen.value, ((read("a"), read("b")), Err(Missing)));
        assert_eq!(
            seen.tree,
            "\
request
  Passing.get
    Store.read
  Passing.get_owned
    Store.read
  Passing.get_twice [error: Missing]
    Passing.get [error: Missing]
      Store.read [error: Missing]
"
        );
        assert_eq!(
            seen.outcomes,
            "\
repo Passing.get: 1 ok 1 error
repo Passing.get_owned: 1 ok
repo Passing.get_twice: 1 error
repo Store.read: 2 ok 1 error
"
        );
    }
}

mod streams {
    use super::*;

    #[repo]
    pub trait Repo: Send + Sync {
        fn all(&self) -> impl Stream<Item = Result<String, Missing>> + Send;

        fn boxed<'a>(&'a self, keys: &'a [&'a str]) -> BoxStream<'a, Result<String, Missing>>;

        fn elided(&self, first: &str) -> BoxStream<'_, Result<String, Missing>>;

        fn opened(&self, key: &str) -> Result<BoxStream<'static, String>, Missing>;

        fn lengths(&self) -> impl Stream<Item = usize> + Send {
            self.all().map(|item| item.map_or(0, |item| item.len()))
        }
    }

    struct Memory(&'static [&'static str]);

    #[repo]
    impl Repo for Memory {
        fn all(&self) -> impl Stream<Item = Result<String, Missing>> + Send {
            stream::iter(self.0).then(|key| async move { Store.read(key).await })
        }

        fn boxed<'a>(&'a self, keys: &'a [&'a str]) -> BoxStream<'a, Result<String, Missing>> {
            stream::iter(keys).then(|key| Store.read(key)).boxed()
        }

        fn elided(&self, first: &str) -> BoxStream<'_, Result<String, Missing>> {
            let first = first.to_owned();
            Box::pin(stream::once(async move { Store.read(&first).await }).chain(self.all()))
        }

        fn opened(&self, key: &str) -> Result<BoxStream<'static, String>, Missing> {
            if key == "missing" {
                return Err(Missing);
            }
            Ok(stream::iter(["a".to_owned()]).boxed())
        }
    }

    struct Plain;

    impl Repo for Plain {
        fn all(&self) -> impl Stream<Item = Result<String, Missing>> + Send {
            stream::iter(["a"]).then(|key| async move { Store.read(key).await })
        }

        fn boxed<'a>(&'a self, keys: &'a [&'a str]) -> BoxStream<'a, Result<String, Missing>> {
            stream::iter(keys).then(|key| Store.read(key)).boxed()
        }

        fn elided(&self, _: &str) -> BoxStream<'_, Result<String, Missing>> {
            self.all().boxed()
        }

        fn opened(&self, _: &str) -> Result<BoxStream<'static, String>, Missing> {
            Err(Missing)
        }
    }

    #[tokio::test]
    async fn a_stream_s_items_are_its_children() {
        let seen = seen(send(async {
            let memory = Memory(&["a", "missing"]);
            let all: Vec<_> = memory.all().collect().await;
            let boxed: Vec<_> = memory.boxed(&["b"]).collect().await;
            let elided: Vec<_> = memory.elided("c").collect().await;
            let opened = memory.opened("missing").err();
            let opened_well: Vec<_> = memory.opened("a").unwrap().collect().await;
            let lengths: Vec<_> = memory.lengths().collect().await;
            (all, boxed, elided, opened, opened_well, lengths)
        }));
        let seen = seen.await;
        let all = vec![read("a"), Err(Missing)];
        let elided = vec![read("c"), read("a"), Err(Missing)];
        let expected = (all, vec![read("b")], elided, Some(Missing), vec!["a".to_owned()], vec![3, 0]);
        assert_eq!(seen.value, expected);
        assert_eq!(
            seen.tree,
            "\
request
  Memory.all [error: Missing]
    Store.read
    Store.read [error: Missing]
  Memory.boxed
    Store.read
  Memory.elided [error: Missing]
    Store.read
    Memory.all [error: Missing]
      Store.read
      Store.read [error: Missing]
  Memory.opened [error: Missing]
  Memory.opened
  Repo.lengths
    Memory.all [error: Missing]
      Store.read
      Store.read [error: Missing]
"
        );
        assert_eq!(
            seen.outcomes,
            "\
repo Memory.all: 3 error
repo Memory.boxed: 1 ok
repo Memory.elided: 1 error
repo Memory.opened: 1 ok 1 error
repo Repo.lengths: 1 ok
repo Store.read: 5 ok 3 error
"
        );
    }

    #[tokio::test]
    async fn a_twin_s_stream_is_polled_in_its_context_wherever_that_is() {
        let seen = seen(async {
            let ctx = Ctx::current();
            let spawned = tokio::spawn(async move {
                let memory = Memory(&["a"]);
                let all: Vec<_> = memory.all_ctx(ctx).collect().await;
                let boxed: Vec<_> = memory.boxed_ctx(ctx, &["b"]).collect().await;
                let opened: Vec<_> = memory.opened_ctx(ctx, "a").unwrap().collect().await;
                (all, boxed, opened, memory.lengths_ctx(ctx).count().await)
            });
            spawned.await.unwrap()
        });
        let seen = seen.await;
        assert_eq!(seen.value, (vec![read("a")], vec![read("b")], vec!["a".to_owned()], 1));
        assert_eq!(
            seen.tree,
            "\
request
  Memory.all
    Store.read
  Memory.boxed
    Store.read
  Memory.opened
  Repo.lengths
    Memory.all
      Store.read
"
        );
        assert_eq!(
            seen.outcomes,
            "\
repo Memory.all: 2 ok
repo Memory.boxed: 1 ok
repo Memory.opened: 1 ok
repo Repo.lengths: 1 ok
repo Store.read: 3 ok
"
        );
    }

    #[tokio::test]
    async fn streams_of_who_knows_nothing_of_it_pass_the_context_through() {
        let seen = seen(async {
            let ctx = Ctx::current();
            let spawned = tokio::spawn(async move {
                let all: Vec<_> = Plain.all_ctx(ctx).collect().await;
                let boxed: Vec<_> = Plain.boxed_ctx(ctx, &["b", "missing"]).collect().await;
                let elided: Vec<_> = Plain.elided_ctx(ctx, "").collect().await;
                (all, boxed, elided, Plain.opened_ctx(ctx, "").is_err())
            });
            spawned.await.unwrap()
        });
        let seen = seen.await;
        assert_eq!(seen.value, (vec![read("a")], vec![read("b"), Err(Missing)], vec![read("a")], true));
        assert_eq!(
            seen.tree,
            "\
request
  Store.read
  Store.read
  Store.read [error: Missing]
  Store.read
"
        );
        assert_eq!(seen.outcomes, "repo Store.read: 3 ok 1 error\n");
    }
}
