//! Repositories behind every kind of field, called through `calls(…)`: objects, generics, references.

use std::rc::Rc;
use std::sync::Arc;

use async_trait::async_trait;
use spanweave::{repo, traced_service};

use crate::common::{Missing, Store, read, seen, send};

#[repo]
#[async_trait]
pub trait Repo: Send + Sync {
    async fn get(&self, key: &str) -> Result<String, Missing>;
    async fn put(&mut self, key: &str) -> usize {
        key.len()
    }
}

#[derive(Clone)]
struct Memory;

#[repo]
#[async_trait]
impl Repo for Memory {
    async fn get(&self, key: &str) -> Result<String, Missing> {
        Store.read(key).await
    }
}

const TREE: &str = "\
request
  Service.show
    Memory.get
      Store.read
  Service.show [error: Missing]
    Memory.get [error: Missing]
      Store.read [error: Missing]
";

const OUTCOMES: &str = "\
repo Memory.get: 1 ok 1 error
repo Store.read: 1 ok 1 error
service Service.show: 1 ok 1 error
";

macro_rules! field {
    ($test:ident, [$($generics:tt)*] $service:ty { $($field:tt)* }, $body:block) => {
        mod $test {
            use super::*;

            struct Service $($field)*

            #[traced_service(calls(repo))]
            impl<$($generics)*> $service {
                pub async fn show(&self, key: &str) -> Result<String, Missing> {
                    self.repo.get(key).await
                }
            }

            #[tokio::test]
            async fn is_in_the_trace() {
                let seen = seen(async $body).await;
                assert_eq!(seen.value, (read("a"), Err(Missing)));
                assert_eq!(seen.tree, TREE);
                assert_eq!(seen.outcomes, OUTCOMES);
            }
        }
    };
}

macro_rules! shown {
    ($service:expr) => {{
        let service = $service;
        (service.show("a").await, service.show("missing").await)
    }};
}

field!(arc_of_an_object, [] Service { { repo: Arc<dyn Repo> } }, {
    send(async { shown!(Service { repo: Arc::new(Memory) }) }).await
});
field!(box_of_an_object, [] Service { { repo: Box<dyn Repo> } }, {
    send(async { shown!(Service { repo: Box::new(Memory) }) }).await
});
field!(rc_of_an_object, [] Service { { repo: Rc<dyn Repo> } }, { shown!(Service { repo: Rc::new(Memory) }) });
field!(reference_to_an_object, ['r] Service<'r> { <'r> { repo: &'r dyn Repo } }, {
    send(async { shown!(Service { repo: &Memory }) }).await
});
field!(box_of_an_object_with_a_lifetime, ['r] Service<'r> { <'r> { repo: Box<dyn Repo + 'r> } }, {
    send(async { shown!(Service { repo: Box::new(Memory) }) }).await
});
field!(any_type, [R: Repo] Service<R> { <R> { repo: R } }, {
    send(async { shown!(Service { repo: Memory }) }).await
});
field!(any_type_that_is_shared, [R: Repo + ?Sized] Service<R> { <R: ?Sized> { repo: Arc<R> } }, {
    let object: Arc<dyn Repo> = Arc::new(Memory);
    send(async { shown!(Service { repo: object }) }).await
});
field!(any_type_that_is_borrowed, ['r, R: Repo + ?Sized] Service<'r, R> { <'r, R: ?Sized> { repo: &'r R } }, {
    let object: &dyn Repo = &Memory;
    send(async { shown!(Service { repo: object }) }).await
});
field!(unsized_itself, [R: Repo + ?Sized] Service<R> { <R: ?Sized> { repo: R } }, {
    let service: &Service<dyn Repo> = &Service { repo: Memory };
    send(async { shown!(service) }).await
});
field!(
    any_pointer,
    [P: std::ops::Deref<Target: Repo> + Send + Sync] Service<P> { <P> { repo: P } },
    { send(async { shown!(Service { repo: Arc::new(Memory) }) }).await }
);
field!(a_default_type, [] Service { <R: ?Sized = dyn Repo> { repo: Arc<R> } }, {
    send(async { shown!(Service { repo: Arc::new(Memory) as Arc<dyn Repo> }) }).await
});

struct Mutable<R: ?Sized> {
    inner: Inner<R>,
}

struct Inner<R: ?Sized> {
    repo: Box<R>,
}

#[traced_service(calls(inner.repo))]
impl<R: Repo + ?Sized> Mutable<R> {
    pub async fn put(&mut self, key: &str) -> Result<usize, Missing> {
        let (one, other) = tokio::try_join!(self.inner.repo.get(key), self.inner.repo.get("b"))?;
        Ok(one.len() + other.len() + self.inner.repo.put(key).await)
    }
}

#[tokio::test]
async fn a_nested_object_is_called_by_reference_and_by_mutable_reference() {
    let mut service: Mutable<dyn Repo> = Mutable { inner: Inner { repo: Box::new(Memory) } };
    let seen = seen(send(service.put("a"))).await;
    assert_eq!(seen.value, Ok(7));
    assert_eq!(
        seen.tree,
        "\
request
  Mutable.put
    Memory.get
      Store.read
    Memory.get
      Store.read
    Repo.put
"
    );
    assert_eq!(
        seen.outcomes,
        "repo Memory.get: 2 ok\nrepo Repo.put: 1 ok\nrepo Store.read: 2 ok\nservice Mutable.put: 1 ok\n"
    );
}

/// A fake of a test: it is un-annotated, and its calls stay out of the tree.
struct Fake;

#[async_trait]
impl Repo for Fake {
    async fn get(&self, key: &str) -> Result<String, Missing> {
        if key == "fake" { Ok("faked".to_owned()) } else { Err(Missing) }
    }
}

struct Service {
    repo: Arc<dyn Repo>,
}

#[traced_service(calls(repo), strict)]
impl Service {
    pub async fn show(&self, key: &str) -> Result<String, Missing> {
        self.repo.get(key).await
    }
}

#[tokio::test]
async fn a_fake_takes_the_place_of_a_repository() {
    let service = Service { repo: Arc::new(Fake) };
    let seen = seen(send(async { (service.show("fake").await, service.show("a").await) })).await;
    assert_eq!(seen.value, (Ok("faked".to_owned()), Err(Missing)));
    assert_eq!(seen.tree, "request\n  Service.show\n  Service.show [error: Missing]\n");
    assert_eq!(seen.outcomes, "service Service.show: 1 ok 1 error\n");
}
