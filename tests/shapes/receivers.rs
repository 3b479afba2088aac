//! Every way in which a method takes `self`.

use std::marker::PhantomPinned;
use std::ops::{Deref, DerefMut};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex, MutexGuard};

use crate::seen::is_send;

/// What a repository holds for as long as a request runs.
#[derive(Default)]
pub struct Connection {
    statements: Vec<String>,
}

impl Connection {
    async fn execute(&mut self, statement: &str) -> usize {
        tokio::task::yield_now().await;
        self.statements.push(statement.to_owned());
        self.statements.len()
    }
}

each_way! {
    types {
        #[derive(Clone, Default)]
        pub struct Service {
            name: String,
        }

        pub struct Tasks<'c> {
            connection: &'c mut Connection,
        }

        pub struct Locked<'a> {
            held: MutexGuard<'a, Connection>,
        }

        #[derive(Default)]
        pub struct Pinned {
            polls: u8,
            pinned: PhantomPinned,
        }

        /// Its target has a method of the same name.
        pub struct Wrapper(Service);

        impl Deref for Wrapper {
            type Target = Service;

            fn deref(&self) -> &Service {
                &self.0
            }
        }

        impl DerefMut for Wrapper {
            fn deref_mut(&mut self) -> &mut Service {
                &mut self.0
            }
        }

        #[derive(Clone, Copy)]
        pub enum Kind {
            Small,
            Large,
        }
    }
    block {
        impl Service {
            pub async fn shared(&self) -> &str {
                tokio::task::yield_now().await;
                &self.name
            }

            pub async fn exclusive(&mut self, suffix: &str) -> &mut String {
                self.name.push_str(suffix);
                &mut self.name
            }

            pub async fn value(self) -> String {
                self.name
            }

            pub async fn mutable_value(mut self) -> String {
                self.name.push('!');
                self.name
            }

            pub async fn typed_value(self: Self) -> String {
                self.name
            }

            pub async fn typed_reference(self: &Self) -> usize {
                self.name.len()
            }

            pub async fn mutable_typed(mut self: Box<Self>) -> String {
                self.name.push('?');
                self.name
            }

            pub async fn arc(self: Arc<Self>) -> usize {
                let other = Arc::clone(&self);
                tokio::task::yield_now().await;
                Arc::strong_count(&other)
            }

            pub async fn arc_reference(self: &Arc<Self>) -> usize {
                Arc::strong_count(self)
            }

            pub async fn boxed(self: Box<Self>) -> String {
                self.name
            }

            pub async fn rc(self: Rc<Self>) -> usize {
                tokio::task::yield_now().await;
                Rc::strong_count(&self)
            }

            pub async fn rc_reference(self: &Rc<Self>) -> usize {
                Rc::strong_count(self)
            }

            pub async fn pinned(self: Pin<&mut Self>) -> usize {
                let this = self.get_mut();
                this.name.push('.');
                this.name.len()
            }

            pub async fn pinned_arc(self: Pin<Arc<Self>>) -> usize {
                self.name.len()
            }

            pub async fn lifetime<'a>(&'a self, other: &'a str) -> &'a str {
                if self.name.is_empty() { other } else { &self.name }
            }

            pub async fn exclusive_lifetime<'a>(&'a mut self) -> &'a mut String {
                &mut self.name
            }

            pub async fn none(name: &str) -> Self {
                Self { name: name.to_owned() }
            }

            pub async fn none_by_name(name: &str) -> Service {
                Service::none(name).await
            }

            pub async fn destructured(self) -> usize {
                let Self { name } = self;
                name.len()
            }

            pub async fn replaced(&mut self) -> Self {
                let taken = std::mem::take(self);
                *self = Self { name: "left".to_owned() };
                taken
            }

            pub async fn closures_capture_it(&self) -> usize {
                let length = || self.name.len();
                let later = async { self.name.len() };
                length() + later.await
            }
        }
    }
    block {
        impl<'c> Tasks<'c> {
            pub async fn insert(&mut self, title: &str) -> usize {
                self.connection.execute(title).await
            }

            pub async fn twice(&mut self) -> (usize, usize) {
                let first = self.insert("first").await;
                (first, self.connection.execute("second").await)
            }

            pub async fn statements(&mut self) -> &mut Vec<String> {
                &mut self.connection.statements
            }

            pub async fn into_connection(self) -> &'c mut Connection {
                self.connection
            }

            pub async fn reborrowed(&mut self) -> Tasks<'_> {
                Tasks { connection: self.connection }
            }
        }
    }
    block {
        impl Locked<'_> {
            pub async fn count(&mut self) -> usize {
                self.held.execute("count").await
            }
        }
    }
    block {
        impl Pinned {
            pub async fn poll(self: Pin<&mut Self>) -> u8 {
                let _pinned = self.pinned;
                self.polls + 1
            }
        }
    }
    block {
        impl Wrapper {
            pub async fn shared(&self) -> usize {
                self.0.shared().await.len()
            }

            pub async fn exclusive(&mut self) -> usize {
                self.0.exclusive("w").await.len()
            }
        }
    }
    block {
        impl Kind {
            pub async fn size(self) -> u8 {
                match self {
                    Self::Small => 1,
                    Self::Large => 2,
                }
            }

            pub async fn size_of(&self) -> u8 {
                match *self {
                    Kind::Small => 1,
                    Kind::Large => 2,
                }
            }
        }
    }
    tests {
        #[tokio::test]
        async fn references_and_values() {
            let seen = seen();
            let mut service = Service { name: "a".to_owned() };
            seen.run(async {
                assert_eq!(is_send(service.shared()).await, "a");
                service.exclusive("b").await.push('c');
                assert_eq!(service.clone().value().await, "abc");
                assert_eq!(service.clone().mutable_value().await, "abc!");
                assert_eq!(service.clone().typed_value().await, "abc");
                assert_eq!(service.typed_reference().await, 3);
                assert_eq!(service.lifetime("other").await, "abc");
                service.exclusive_lifetime().await.push('d');
                assert_eq!(service.closures_capture_it().await, 8);
                assert_eq!(service.replaced().await.name, "abcd");
                assert_eq!(service.name, "left");
                assert_eq!(service.destructured().await, 4);
                assert_eq!(Service::none("n").await.name, "n");
                assert_eq!(Service::none_by_name("n").await.name, "n");
            })
            .await;
            seen.assert(&[
                "Service.shared",
                "Service.exclusive",
                "Service.value",
                "Service.mutable_value",
                "Service.typed_value",
                "Service.typed_reference",
                "Service.lifetime",
                "Service.exclusive_lifetime",
                "Service.closures_capture_it",
                "Service.replaced",
                "Service.destructured",
                "Service.none",
                "Service.none_by_name",
                "  Service.none",
            ]);
        }

        #[tokio::test]
        async fn smart_pointers() {
            let seen = seen();
            let service = Service { name: "a".to_owned() };
            let arc = Arc::new(service.clone());
            let rc = Rc::new(service.clone());
            seen.run(async {
                assert_eq!(is_send(Arc::clone(&arc).arc()).await, 3);
                assert_eq!(arc.arc_reference().await, 1);
                assert_eq!(Box::new(service.clone()).boxed().await, "a");
                assert_eq!(Box::new(service.clone()).mutable_typed().await, "a?");
                assert_eq!(Rc::clone(&rc).rc().await, 2);
                assert_eq!(rc.rc_reference().await, 1);
                assert_eq!(Pin::new(&mut service.clone()).pinned().await, 2);
                assert_eq!(Arc::pin(service.clone()).pinned_arc().await, 1);
                assert_eq!(std::pin::pin!(Pinned::default()).poll().await, 1);
                // Through a pointer to a method that takes a reference.
                assert_eq!(arc.shared().await, "a");
                assert_eq!(tokio::spawn(async move { arc.shared().await.len() }).await.unwrap(), 1);
            })
            .await;
            seen.assert(&[
                "Service.arc",
                "Service.arc_reference",
                "Service.boxed",
                "Service.mutable_typed",
                "Service.rc",
                "Service.rc_reference",
                "Service.pinned",
                "Service.pinned_arc",
                "Pinned.poll",
                "Service.shared",
            ]);
        }

        #[tokio::test]
        async fn a_repository_holds_an_exclusive_reference() {
            let seen = seen();
            let mut connection = Connection::default();
            seen.run(async {
                let mut tasks = Tasks { connection: &mut connection };
                assert_eq!(is_send(tasks.insert("zero")).await, 1);
                assert_eq!(tasks.twice().await, (2, 3));
                tasks.statements().await.push("by hand".to_owned());
                assert_eq!(tasks.reborrowed().await.insert("again").await, 5);
                tasks.into_connection().await.statements.truncate(3);
            })
            .await;
            assert_eq!(connection.statements, ["zero", "first", "second"]);
            seen.assert(&[
                "Tasks.insert",
                "Tasks.twice",
                "  Tasks.insert",
                "Tasks.statements",
                "Tasks.reborrowed",
                "Tasks.insert",
                "Tasks.into_connection",
            ]);
        }

        #[tokio::test]
        async fn a_guard_and_a_wrapper_and_an_enum() {
            let seen = seen();
            let mutex = Mutex::new(Connection::default());
            let mut wrapper = Wrapper(Service { name: "a".to_owned() });
            #[allow(clippy::await_holding_lock, reason = "nobody else locks it")]
            seen.run(async {
                assert_eq!(Locked { held: mutex.lock().unwrap() }.count().await, 1);
                assert_eq!(wrapper.shared().await, 1);
                assert_eq!(wrapper.exclusive().await, 2);
                assert_eq!(wrapper.closures_capture_it().await, 4);
                assert_eq!(Kind::Large.size().await, 2);
                assert_eq!(Kind::Small.size_of().await, 1);
            })
            .await;
            seen.assert(&[
                "Locked.count",
                "Wrapper.shared",
                "  Service.shared",
                "Wrapper.exclusive",
                "  Service.exclusive",
                "Service.closures_capture_it",
                "Kind.size",
                "Kind.size_of",
            ]);
        }
    }
    twins {
        #[tokio::test]
        async fn twins_take_self_alike() {
            let seen = seen();
            let mut service = Service { name: "a".to_owned() };
            let mut connection = Connection::default();
            let arc = Arc::new(service.clone());
            let rc = Rc::new(service.clone());
            seen.run(async {
                let ctx = spanweave::Ctx::current();
                service.exclusive_ctx(ctx, "b").await.push('c');
                assert_eq!(service.clone().mutable_value_ctx(ctx).await, "abc!");
                assert_eq!(is_send(Arc::clone(&arc).arc_ctx(ctx)).await, 3);
                assert_eq!(arc.arc_reference_ctx(ctx).await, 1);
                assert_eq!(rc.rc_reference_ctx(ctx).await, 1);
                assert_eq!(Box::new(service.clone()).mutable_typed_ctx(ctx).await, "abc?");
                assert_eq!(std::pin::pin!(Pinned::default()).poll_ctx(ctx).await, 1);
                assert_eq!(Tasks { connection: &mut connection }.twice_ctx(ctx).await, (1, 2));
                assert_eq!(Wrapper(service).shared_ctx(ctx).await, 3);
                assert_eq!(Service::none_ctx(ctx, "n").await.name, "n");
            })
            .await;
            seen.assert(&[
                "Service.exclusive",
                "Service.mutable_value",
                "Service.arc",
                "Service.arc_reference",
                "Service.rc_reference",
                "Service.mutable_typed",
                "Pinned.poll",
                "Tasks.twice",
                "  Tasks.insert",
                "Wrapper.shared",
                "  Service.shared",
                "Service.none",
            ]);
        }
    }
}
