//! What a trait may declare: provided methods, supertraits, generics, associated types and constants, `Self: Sized`.

use std::collections::HashMap;
use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;
use spanweave::{Ctx, repo, traced_service};

use crate::common::{Missing, Store, read, seen, send};

mod provided {
    use super::*;

    #[traced_service]
    pub trait Greeter: Send + Sync {
        fn name(&self) -> &str;

        /// Not traced: it is synchronous, and the default of a trait.
        fn greeting(&self) -> String {
            format!("hello {}", self.name())
        }

        #[traced]
        fn measured(&self, times: usize) -> String {
            self.greeting().repeat(times)
        }

        #[traced(fields(key), name = "greeter.read")]
        fn read(&self, key: &str) -> impl Future<Output = Result<String, Missing>> + Send {
            async move { Store.read(key).await }
        }

        #[traced(skip = "only a pair of others")]
        fn both(&self, key: &str) -> impl Future<Output = Result<usize, Missing>> + Send {
            async move { Ok(self.read(key).await?.len() + self.measured(1).len()) }
        }
    }

    struct World;

    impl Greeter for World {
        fn name(&self) -> &'static str {
            "world"
        }
    }

    struct Other;

    #[traced_service(sync)]
    impl Greeter for Other {
        fn name(&self) -> &'static str {
            "other"
        }

        async fn read(&self, key: &str) -> Result<String, Missing> {
            Store.read(key).await?;
            Store.read(key).await
        }
    }

    #[tokio::test]
    async fn provided_methods_are_traced_under_the_trait_s_name() {
        let telemetry = spanweave::testing::TestTelemetry::new();
        let value = telemetry
            .root("request")
            .run(async {
                let ctx = Ctx::current();
                let both = tokio::spawn(async move { World.both_ctx(ctx, "a").await }).await.unwrap();
                (both, World.read_ctx(ctx, "missing").await, World.measured_ctx(ctx, 2).len())
            })
            .await;
        assert_eq!(value, (Ok(14), Err(Missing), 22));
        assert_eq!(
            telemetry.span_tree_with(&["key"]),
            "\
request
  greeter.read key=a
    Store.read
  Greeter.measured
  greeter.read [error: Missing] key=missing
    Store.read [error: Missing]
  Greeter.measured
"
        );
        assert_eq!(
            crate::common::outcomes(&telemetry),
            "\
repo Store.read: 1 ok 1 error
service Greeter.measured: 2 ok
service Greeter.read: 1 ok 1 error
"
        );
    }

    #[tokio::test]
    async fn a_provided_method_that_is_replaced_is_the_implementor_s() {
        let seen = seen(send(async { Other.both("a").await })).await;
        assert_eq!(seen.value, Ok(14));
        assert_eq!(
            seen.tree,
            "\
request
  Other.read
    Store.read
    Store.read
  Greeter.measured
    Other.name
"
        );
        assert_eq!(
            seen.outcomes,
            "\
repo Store.read: 2 ok
service Greeter.measured: 1 ok
service Other.name: 1 ok
service Other.read: 1 ok
"
        );
    }
}

mod supertraits {
    use super::*;

    #[repo]
    #[async_trait]
    pub trait Reader: Send + Sync {
        async fn get(&self, key: &str) -> Result<String, Missing>;
    }

    #[repo]
    #[async_trait]
    pub trait Writer: Reader {
        async fn put(&self, key: &str) -> Result<usize, Missing> {
            self.get(key).await.map(|got| got.len())
        }
    }

    /// A method of this name is the supertrait's as well.
    #[repo]
    #[async_trait]
    pub trait Loud: Reader {
        async fn get(&self, key: &str) -> Result<String, Missing> {
            Reader::get(self, key).await.map(|got| got.to_uppercase())
        }

        async fn twice(&self, key: &str) -> Result<usize, Missing> {
            Ok(Loud::get(self, key).await?.len() + Reader::get(self, key).await?.len())
        }
    }

    /// The same without async-trait.
    #[repo]
    pub trait Native: Send + Sync {
        fn get(&self, key: &str) -> impl Future<Output = Result<String, Missing>> + Send;
    }

    #[repo]
    pub trait LoudNative: Native {
        fn get(&self, key: &str) -> impl Future<Output = Result<String, Missing>> + Send {
            async move { Native::get(self, key).await.map(|got| got.to_uppercase()) }
        }
    }

    struct Memory;

    #[repo]
    #[async_trait]
    impl Reader for Memory {
        async fn get(&self, key: &str) -> Result<String, Missing> {
            Store.read(key).await
        }
    }

    #[repo]
    #[async_trait]
    impl Writer for Memory {}

    #[async_trait]
    impl Loud for Memory {}

    struct Quiet;

    #[repo]
    impl Native for Quiet {
        async fn get(&self, key: &str) -> Result<String, Missing> {
            Store.read(key).await
        }
    }

    #[repo]
    impl LoudNative for Quiet {}

    struct Service<W: ?Sized> {
        writer: Arc<W>,
    }

    #[traced_service(calls(writer))]
    impl<W: Writer + ?Sized> Service<W> {
        pub async fn both(&self, key: &str) -> Result<(String, usize), Missing> {
            Ok((self.writer.get(key).await?, self.writer.put(key).await?))
        }
    }

    #[tokio::test]
    async fn a_supertrait_s_method_is_called_through_the_trait() {
        let object: Service<dyn Writer> = Service { writer: Arc::new(Memory) };
        let seen = seen(send(object.both("a"))).await;
        assert_eq!(seen.value, Ok(("<a>".to_owned(), 3)));
        assert_eq!(
            seen.tree,
            "\
request
  Service.both
    Memory.get
      Store.read
    Writer.put
      Memory.get
        Store.read
"
        );
        assert_eq!(
            seen.outcomes,
            "\
repo Memory.get: 2 ok
repo Store.read: 2 ok
repo Writer.put: 1 ok
service Service.both: 1 ok
"
        );
    }

    #[tokio::test]
    async fn a_supertrait_has_a_method_of_the_same_name() {
        let seen = seen(async {
            let ctx = Ctx::current();
            let spawned = tokio::spawn(async move {
                let loud = Loud::get_ctx(&Memory, ctx, "a").await;
                (loud, Reader::get_ctx(&Memory, ctx, "a").await, Memory.twice_ctx(ctx, "missing").await)
            });
            spawned.await.unwrap()
        });
        let seen = seen.await;
        assert_eq!(seen.value, (Ok("<A>".to_owned()), read("a"), Err(Missing)));
        assert_eq!(
            seen.tree,
            "\
request
  Loud.get
    Memory.get
      Store.read
  Memory.get
    Store.read
  Loud.twice [error: Missing]
    Loud.get [error: Missing]
      Memory.get [error: Missing]
        Store.read [error: Missing]
"
        );
        assert_eq!(
            seen.outcomes,
            "\
repo Loud.get: 1 ok 1 error
repo Loud.twice: 1 error
repo Memory.get: 2 ok 1 error
repo Store.read: 2 ok 1 error
"
        );
    }

    #[tokio::test]
    async fn a_native_supertrait_has_a_method_of_the_same_name() {
        let seen = seen(async {
            let ctx = Ctx::current();
            tokio::spawn(async move { LoudNative::get_ctx(&Quiet, ctx, "a").await }).await.unwrap()
        });
        let seen = seen.await;
        assert_eq!(seen.value, Ok("<A>".to_owned()));
        assert_eq!(seen.tree, "request\n  LoudNative.get\n    Quiet.get\n      Store.read\n");
        assert_eq!(seen.outcomes, "repo LoudNative.get: 1 ok\nrepo Quiet.get: 1 ok\nrepo Store.read: 1 ok\n");
    }
}

mod generics {
    use super::*;

    pub trait Entity: Clone + Send + Sync + 'static {
        type Id: Clone + Debug + Send + Sync + ToString;
        const TABLE: &'static str;
    }

    #[derive(Clone, Debug, PartialEq)]
    pub struct User(u8);

    impl Entity for User {
        type Id = u8;
        const TABLE: &'static str = "users";
    }

    #[repo]
    #[async_trait]
    pub trait Table<E: Entity, const LIMIT: usize = 10>: Send + Sync {
        type Error: Debug + Send;

        async fn find(&self, id: E::Id) -> Result<E, Self::Error>;

        async fn find_all<'a>(&self, ids: &'a [E::Id]) -> Result<Vec<(E, &'a E::Id)>, Self::Error> {
            let mut found = Vec::new();
            for id in ids.iter().take(LIMIT) {
                found.push((self.find(id.clone()).await?, id));
            }
            Ok(found)
        }

        async fn with<T, F>(&self, id: E::Id, f: F) -> Result<T, Self::Error>
        where
            F: FnOnce(E) -> T + Send,
            Self: Sized,
            T: Send,
        {
            self.find(id).await.map(f)
        }
    }

    struct Users;

    #[repo]
    #[async_trait]
    impl<const LIMIT: usize> Table<User, LIMIT> for Users {
        type Error = Missing;

        async fn find(&self, id: u8) -> Result<User, Missing> {
            let key = if id == 13 { "missing" } else { User::TABLE };
            Store.read(key).await.map(|_| User(id))
        }
    }

    struct Service<T> {
        users: T,
    }

    #[traced_service(calls(users))]
    impl<T> Service<T>
    where
        T: Table<User, 2>,
    {
        pub async fn pair(&self, ids: &[u8]) -> Result<usize, T::Error> {
            self.users.find_all(ids).await.map(|found| found.len())
        }
    }

    #[tokio::test]
    async fn a_generic_trait_with_an_associated_error() {
        let seen = seen(send(async {
            let service = Service { users: Users };
            (service.pair(&[1, 2, 3]).await, service.pair(&[1, 13]).await)
        }));
        let seen = seen.await;
        assert_eq!(seen.value, (Ok(2), Err(Missing)));
        assert_eq!(
            seen.tree,
            "\
request
  Service.pair
    Table.find_all
      Users.find
        Store.read
      Users.find
        Store.read
  Service.pair [error: Missing]
    Table.find_all [error: Missing]
      Users.find
        Store.read
      Users.find [error: Missing]
        Store.read [error: Missing]
"
        );
        assert_eq!(
            seen.outcomes,
            "\
repo Store.read: 3 ok 1 error
repo Table.find_all: 1 ok 1 error
repo Users.find: 3 ok 1 error
service Service.pair: 1 ok 1 error
"
        );
    }

    #[tokio::test]
    async fn its_object_and_its_generic_methods_take_a_context() {
        let seen = seen(async {
            let ctx = Ctx::current();
            let spawned = tokio::spawn(async move {
                let object: Box<dyn Table<User, 3, Error = Missing>> = Box::new(Users);
                let all = object.find_all_ctx(ctx, &[1]).await.map(|found| found.len());
                let with = Table::<User, 3>::with_ctx(&Users, ctx, 4, |user: User| user.0).await;
                (all, with)
            });
            spawned.await.unwrap()
        });
        let seen = seen.await;
        assert_eq!(seen.value, (Ok(1), Ok(4)));
        assert_eq!(
            seen.tree,
            "\
request
  Table.find_all
    Users.find
      Store.read
  Table.with
    Users.find
      Store.read
"
        );
        assert_eq!(
            seen.outcomes,
            "\
repo Store.read: 2 ok
repo Table.find_all: 1 ok
repo Table.with: 1 ok
repo Users.find: 2 ok
"
        );
    }

    /// Without async-trait: a generic associated type beside, and methods that are generic over lifetimes and types.
    #[repo]
    pub trait Lending: Send + Sync {
        type Row<'r>: Debug + Send + PartialEq
        where
            Self: 'r;
        type Key: Send + Sync;
        const DEFAULT: Self::Key;

        fn row<'r>(&'r self, key: &Self::Key) -> impl Future<Output = Option<Self::Row<'r>>> + Send;

        fn default_row(&self) -> impl Future<Output = Option<Self::Row<'_>>> + Send {
            async move { self.row(&Self::DEFAULT).await }
        }

        fn all<'r, K, const N: usize>(
            &'r self,
            keys: [K; N],
        ) -> impl Future<Output = Vec<Option<Self::Row<'r>>>> + Send
        where
            K: Into<Self::Key> + Send,
        {
            async move {
                let mut rows = Vec::new();
                for key in keys {
                    rows.push(self.row(&key.into()).await);
                }
                rows
            }
        }
    }

    struct Lines(HashMap<u8, String>);

    #[repo]
    impl Lending for Lines {
        type Row<'r> = &'r str;
        type Key = u8;
        const DEFAULT: u8 = 1;

        async fn row<'r>(&'r self, key: &u8) -> Option<&'r str> {
            let _ = Store.read("row").await;
            self.0.get(key).map(String::as_str)
        }
    }

    #[tokio::test]
    async fn a_trait_that_lends() {
        let seen = seen(async {
            let ctx = Ctx::current();
            let spawned = tokio::spawn(async move {
                let lines = Lines(HashMap::from([(1, "one".to_owned())]));
                let rows = lines.all_ctx(ctx, [1_u8, 2]).await.len();
                (rows, lines.default_row_ctx(ctx).await.map(str::to_owned))
            });
            spawned.await.unwrap()
        });
        let seen = seen.await;
        assert_eq!(seen.value, (2, Some("one".to_owned())));
        assert_eq!(
            seen.tree,
            "\
request
  Lending.all
    Lines.row
      Store.read
    Lines.row
      Store.read
  Lending.default_row
    Lines.row
      Store.read
"
        );
        assert_eq!(
            seen.outcomes,
            "\
repo Lending.all: 1 ok
repo Lending.default_row: 1 ok
repo Lines.row: 3 ok
repo Store.read: 3 ok
"
        );
    }
}

mod sized {
    use super::*;

    /// Some methods are not for its objects, which it has all the same.
    #[repo]
    #[async_trait]
    pub trait Repo: Send + Sync {
        async fn get(&self, key: &str) -> Result<String, Missing>;

        async fn take(self, key: &str) -> Result<String, Missing>
        where
            Self: Sized,
        {
            self.get(key).await
        }

        async fn open(key: &str) -> Result<Self, Missing>
        where
            Self: Sized;

        async fn show<K: AsRef<str> + Send + Sync>(&self, key: K) -> Result<String, Missing>
        where
            Self: Sized,
        {
            self.get(key.as_ref()).await
        }
    }

    #[derive(Debug, PartialEq)]
    struct Memory;

    #[repo]
    #[async_trait]
    impl Repo for Memory {
        async fn get(&self, key: &str) -> Result<String, Missing> {
            Store.read(key).await
        }

        async fn open(key: &str) -> Result<Self, Missing> {
            Store.read(key).await.map(|_| Memory)
        }
    }

    #[tokio::test]
    async fn the_trait_is_still_an_object() {
        let seen = seen(async {
            let ctx = Ctx::current();
            let spawned = tokio::spawn(async move {
                let opened = Memory::open_ctx(ctx, "a").await;
                let object: Box<dyn Repo> = Box::new(Memory);
                let got = object.get_ctx(ctx, "b").await;
                (opened, got, Memory.take_ctx(ctx, "missing").await, Memory.show_ctx(ctx, "d").await)
            });
            (spawned.await.unwrap(), Memory::open("missing").await, Memory.take("a").await)
        });
        let seen = seen.await;
        assert_eq!(seen.value, ((Ok(Memory), read("b"), Err(Missing), read("d")), Err(Missing), read("a")));
        assert_eq!(
            seen.tree,
            "\
request
  Memory.open
    Store.read
  Memory.get
    Store.read
  Repo.take [error: Missing]
    Memory.get [error: Missing]
      Store.read [error: Missing]
  Repo.show
    Memory.get
      Store.read
  Memory.open [error: Missing]
    Store.read [error: Missing]
  Repo.take
    Memory.get
      Store.read
"
        );
        assert_eq!(
            seen.outcomes,
            "\
repo Memory.get: 3 ok 1 error
repo Memory.open: 1 ok 1 error
repo Repo.show: 1 ok
repo Repo.take: 1 ok 1 error
repo Store.read: 4 ok 2 error
"
        );
    }
}
