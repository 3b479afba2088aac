//! Synchronous methods of a block that traces them.

use std::convert::Infallible;
use std::error::Error;
use std::fmt::Display;
use std::num::ParseIntError;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use crate::seen::caught_sync;

#[derive(Debug)]
pub enum AppError {
    Number(ParseIntError),
    Negative,
}

impl From<ParseIntError> for AppError {
    fn from(error: ParseIntError) -> AppError {
        AppError::Number(error)
    }
}

pub trait Describe {
    fn describe(&self) -> String;
}

impl Describe for u8 {
    fn describe(&self) -> String {
        self.to_string()
    }
}

each_way! {
    types {
        #[derive(Clone, Default)]
        pub struct Service {
            name: String,
            ids: Vec<u8>,
        }

        pub struct Holder<'c, T> {
            held: &'c mut Vec<T>,
        }
    }
    block(sync) {
        impl Service {
            pub fn nothing(&self) {}

            pub fn parsed(&self, text: &str) -> Result<i64, AppError> {
                let number: i64 = text.parse()?;
                if number < 0 {
                    return Err(AppError::Negative);
                }
                Ok(number)
            }

            pub fn boxed_error(&self, text: &str) -> Result<i64, Box<dyn Error + Send + Sync>> {
                let number: i64 = text.parse()?;
                if number < 0 { Err("negative".into()) } else { Ok(number) }
            }

            pub fn option(&self, text: &str) -> Option<u32> {
                text.chars().next()?.to_digit(10)
            }

            pub fn text(&self) -> &str {
                &self.name
            }

            pub fn exclusive(&mut self, id: u8) -> &mut Vec<u8> {
                self.ids.push(id);
                &mut self.ids
            }

            pub fn by_value(mut self, (a, mut b): (u8, u8), &c: &u8) -> Vec<u8> {
                b += a;
                self.ids.extend([a, b, c]);
                self.ids
            }

            pub fn shared(self: Arc<Self>) -> usize {
                Arc::strong_count(&self)
            }

            pub fn shared_reference(self: &Arc<Self>) -> usize {
                Arc::strong_count(self)
            }

            pub fn boxed(self: Box<Self>) -> String {
                self.name
            }

            pub fn pinned(self: Pin<&mut Self>) -> usize {
                self.name.len()
            }

            pub fn none(name: &str) -> Self {
                Self { name: name.to_owned(), ids: Vec::new() }
            }

            pub fn object(&self, number: bool) -> Box<dyn Describe + '_> {
                if number { Box::new(1) } else { Box::new(Described(self)) }
            }

            pub fn object_in_result(&self) -> Result<Box<dyn Describe>, AppError> {
                Ok(Box::new(1))
            }

            pub fn iterator(&self) -> impl Iterator<Item = u8> {
                self.ids.iter().copied()
            }

            pub fn iterator_in_result(&self) -> Result<impl Iterator<Item = u8>, AppError> {
                Ok(self.ids.iter().copied())
            }

            pub fn closure(&self) -> impl Fn(u8) -> bool {
                |id| self.ids.contains(&id)
            }

            pub fn generic<T: Into<String>, const N: usize>(&self, name: T) -> [String; N] {
                let name = name.into();
                std::array::from_fn(|_| name.clone())
            }

            pub fn implied(&self, shown: impl Display, f: impl FnOnce(&str) -> usize) -> usize {
                f(&shown.to_string())
            }

            pub fn higher_ranked<F>(&mut self, f: F) -> usize
            where
                F: for<'x> FnOnce(&'x mut Vec<u8>) -> &'x mut u8,
            {
                *f(&mut self.ids) += 1;
                self.ids.len()
            }

            pub fn locked(&self, mutex: Mutex<Vec<u8>>) -> usize {
                mutex.lock().map_or(0, |locked| locked.len()) + mutex.lock().unwrap().len()
            }

            pub fn recursive(&self, depth: u8) -> u8 {
                if depth == 0 { 0 } else { self.recursive(depth - 1) + 1 }
            }

            pub fn labelled(&self) -> Option<u8> {
                'outer: loop {
                    for id in &self.ids {
                        if *id > 1 {
                            break 'outer Some(*id);
                        }
                    }
                    break None;
                }
            }

            pub fn never(&self) -> ! {
                panic!("it does not return")
            }

            pub fn infallible(&self) -> Result<u8, Infallible> {
                Ok(1)
            }

            pub fn ctx(&self, ctx: u8, returns: u8, early: u8, __arg0: u8) -> u8 {
                const METHOD: u8 = 1;
                ctx + returns + early + __arg0 + METHOD
            }

            pub const fn constant(&self) -> u8 {
                1
            }

            #[track_caller]
            pub fn tracked(&self) -> u32 {
                std::panic::Location::caller().line()
            }

            #[inline]
            #[must_use]
            pub fn inlined(&self) -> u8 {
                1
            }

            pub async fn later(&self) -> &str {
                self.text()
            }
        }
    }
    block(sync) {
        impl<'c, T: Clone> Holder<'c, T> {
            pub fn push(&mut self, value: T) -> &mut T {
                self.held.push(value);
                self.held.last_mut().expect("it was pushed")
            }

            pub fn into_held(self) -> &'c mut Vec<T> {
                self.held
            }
        }
    }
    tests {
        struct Described<'a>(&'a Service);

        impl Describe for Described<'_> {
            fn describe(&self) -> String {
                self.0.name.clone()
            }
        }

        #[test]
        fn results_and_values() {
            let seen = seen();
            let mut service = Service { name: "name".to_owned(), ids: vec![1] };
            seen.in_scope(|| {
                service.nothing();
                assert_eq!(service.parsed("1").unwrap(), 1);
                assert!(matches!(service.parsed("x"), Err(AppError::Number(error)) if error == "x".parse::<i64>().unwrap_err()));
                assert!(matches!(service.parsed("-1"), Err(AppError::Negative)));
                assert!(service.boxed_error("x").unwrap_err().is::<ParseIntError>());
                assert_eq!(service.boxed_error("-1").unwrap_err().to_string(), "negative");
                assert_eq!(service.option(""), None);
                assert_eq!(service.text(), "name");
                service.exclusive(2).push(3);
                assert_eq!(service.object(true).describe() + &service.object(false).describe(), "1name");
                assert_eq!(service.object_in_result().unwrap().describe(), "1");
                assert_eq!(service.iterator().count(), 3);
                assert_eq!(service.iterator_in_result().unwrap().count(), 3);
                assert!(service.closure()(3));
                assert_eq!(service.generic::<_, 2>("a"), ["a", "a"]);
                assert_eq!(service.implied(12, str::len), 2);
                assert_eq!(service.higher_ranked(|ids| &mut ids[0]), 3);
                assert_eq!(service.locked(Mutex::new(vec![1])), 2);
                assert_eq!(service.labelled(), Some(2));
                assert_eq!(service.infallible(), Ok(1));
                assert_eq!(service.ctx(1, 2, 3, 4), 11);
                assert_eq!(service.constant(), 1);
                assert_eq!(service.tracked(), line!());
                assert_eq!(service.inlined(), 1);
            });
            seen.assert(&[
                "Service.nothing",
                "Service.parsed",
                "Service.parsed [error: AppError]",
                "Service.parsed [error: AppError]",
                "Service.boxed_error [error: Box]",
                "Service.boxed_error [error: Box]",
                "Service.option",
                "Service.text",
                "Service.exclusive",
                "Service.object",
                "Service.object",
                "Service.object_in_result",
                "Service.iterator",
                "Service.iterator_in_result",
                "Service.closure",
                "Service.generic",
                "Service.implied",
                "Service.higher_ranked",
                "Service.locked",
                "Service.labelled",
                "Service.infallible",
                "Service.ctx",
                "Service.inlined",
            ]);
        }

        #[test]
        fn receivers_recursion_and_panics() {
            let seen = seen();
            let service = Service { name: "name".to_owned(), ids: vec![1] };
            let arc = Arc::new(service.clone());
            let mut held = vec![1];
            seen.in_scope(|| {
                assert_eq!(service.clone().by_value((1, 2), &4), [1, 1, 3, 4]);
                assert_eq!(Arc::clone(&arc).shared(), 2);
                assert_eq!(arc.shared_reference(), 1);
                assert_eq!(Box::new(service.clone()).boxed(), "name");
                assert_eq!(Pin::new(&mut service.clone()).pinned(), 4);
                assert_eq!(Service::none("n").name, "n");
                assert_eq!(service.recursive(1), 1);
                let Err(said) = caught_sync(|| -> Infallible { service.never() });
                assert_eq!(said, "it does not return");
                let mut holder = Holder { held: &mut held };
                *holder.push(2) += 1;
                assert_eq!(*holder.into_held(), [1, 3]);
            });
            seen.assert(&[
                "Service.by_value",
                "Service.shared",
                "Service.shared_reference",
                "Service.boxed",
                "Service.pinned",
                "Service.none",
                "Service.recursive",
                "  Service.recursive",
                "Service.never [panicked]",
                "Holder.push",
                "Holder.into_held",
            ]);
        }

        #[tokio::test]
        async fn one_inside_of_an_async_one() {
            let seen = seen();
            let service = Service { name: "name".to_owned(), ids: vec![1] };
            assert_eq!(seen.run(service.later()).await, "name");
            seen.assert(&["Service.later", "  Service.text"]);
        }
    }
    twins {
        #[test]
        fn twins_are_synchronous_too() {
            let seen = seen();
            let mut service = Service { name: "name".to_owned(), ids: vec![1] };
            let ctx = seen.in_scope(spanweave::Ctx::current);
            assert!(service.parsed_ctx(ctx, "x").is_err());
            service.exclusive_ctx(ctx, 2).push(3);
            assert_eq!(service.iterator_ctx(ctx).count(), 3);
            assert_eq!(service.generic_ctx::<_, 2>(ctx, "a"), ["a", "a"]);
            assert_eq!(service.ctx_ctx(ctx, 1, 2, 3, 4), 11);
            assert_eq!(service.clone().by_value_ctx(ctx, (1, 2), &4).len(), 6);
            let Err(said) = caught_sync(|| -> Infallible { service.never_ctx(ctx) });
            assert_eq!(said, "it does not return");
            seen.assert(&[
                "Service.parsed [error: AppError]",
                "Service.exclusive",
                "Service.iterator",
                "Service.generic",
                "Service.ctx",
                "Service.by_value",
                "Service.never [panicked]",
            ]);
        }
    }
}
