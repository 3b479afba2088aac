//! What bodies do: macros that await or return, items, loops, recursion, tasks.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use crate::seen::is_send;

#[derive(Debug, PartialEq)]
pub struct AppError(&'static str);

#[derive(Clone)]
pub struct Helper;

impl Helper {
    pub async fn help(&self, id: u8) -> Result<u8, AppError> {
        tokio::task::yield_now().await;
        if id == 13 { Err(AppError("thirteen")) } else { Ok(id) }
    }
}

/// Returns from the function it stands in.
macro_rules! ensure {
    ($condition:expr, $error:expr) => {
        if !$condition {
            return Err($error);
        }
    };
}

macro_rules! awaited {
    ($future:expr) => {
        $future.await?
    };
}

macro_rules! block {
    ($($body:tt)*) => {
        { $($body)* }
    };
}

each_way! {
    types {
        #[derive(Clone)]
        pub struct Service {
            helper: Helper,
            name: String,
        }

        impl Service {
            fn private(&self) -> usize {
                self.name.len()
            }

            async fn private_async(&self) -> usize {
                tokio::task::yield_now().await;
                self.private()
            }
        }
    }
    block {
        impl Service {
            pub async fn selected(&self) -> u8 {
                let mut ticks = 0;
                loop {
                    tokio::select! {
                        biased;
                        _ = std::future::ready(()), if ticks < 2 => ticks += 1,
                        Ok(helped) = self.helper.help(5) => break ticks + helped,
                        else => break 0,
                    }
                }
            }

            pub async fn select_returns(&self, wait: Duration) -> Result<u8, AppError> {
                tokio::select! {
                    helped = self.helper.help(1) => { return helped; }
                    () = tokio::time::sleep(wait) => {}
                }
                Err(AppError("timeout"))
            }

            pub async fn joined(&self) -> (Result<u8, AppError>, usize) {
                tokio::join!(self.helper.help(1), async { self.private_async().await })
            }

            pub async fn try_joined(&self, id: u8) -> Result<u8, AppError> {
                let (first, second) = tokio::try_join!(self.helper.help(1), self.leaf(id))?;
                Ok(first + second)
            }

            pub async fn leaf(&self, id: u8) -> Result<u8, AppError> {
                self.helper.help(id).await
            }

            pub async fn ensured(&self, id: u8) -> Result<u8, AppError> {
                ensure!(id > 0, AppError("zero"));
                let helped = awaited!(self.helper.help(id));
                block! {
                    ensure!(helped < 100, AppError("large"));
                    self.helper.help(helped).await
                }
            }

            pub async fn await_in_arguments(&self) -> Result<String, AppError> {
                assert_eq!(self.helper.help(1).await?, 1);
                let list = vec![self.helper.help(2).await?, awaited!(self.helper.help(3))];
                assert!(matches!(self.helper.help(13).await, Err(AppError(_))));
                Ok(format!("{}{:?}", self.private_async().await, list))
            }

            pub async fn labelled(&self, wanted: u8) -> Option<(u8, u8)> {
                let found = 'outer: loop {
                    for a in 0..5 {
                        for b in 0..5 {
                            if self.helper.help(a * b).await.ok() == Some(wanted) {
                                break 'outer Some((a, b));
                            }
                            if a == 1 {
                                continue;
                            }
                        }
                    }
                    break None;
                };
                let checked = 'checked: {
                    if found.is_none() {
                        break 'checked None;
                    }
                    found
                };
                checked
            }

            pub async fn while_let(&self) -> Vec<u8> {
                let (sender, mut receiver) = mpsc::channel(4);
                for id in 0..3 {
                    sender.send(id).await.expect("the receiver is there");
                }
                drop(sender);
                let mut all = Vec::new();
                while let Some(id) = receiver.recv().await {
                    let Ok(helped) = self.helper.help(id).await else { continue };
                    all.push(helped);
                }
                all
            }

            pub async fn let_chain(&self, id: Option<u8>) -> u8 {
                if let Some(id) = id
                    && let Ok(helped) = self.helper.help(id).await
                    && helped > 1
                {
                    helped
                } else {
                    0
                }
            }

            pub async fn recursive(&self, depth: u8) -> u8 {
                if depth == 0 { 0 } else { Box::pin(self.recursive(depth - 1)).await + 1 }
            }

            pub async fn recursive_by_type(&self, depth: u8) -> Result<u8, AppError> {
                if depth == 0 {
                    return self.helper.help(13).await;
                }
                let deeper: Pin<Box<dyn Future<Output = Result<u8, AppError>> + '_>> =
                    Box::pin(self.recursive_by_type(depth - 1));
                deeper.await
            }

            pub async fn spawned(&self) -> u8 {
                let this = self.clone();
                tokio::spawn(async move { this.helper.help(1).await.unwrap_or_default() }).await.unwrap_or_default()
            }

            pub async fn spawned_arc(self: Arc<Self>) -> usize {
                let tasks: Vec<_> = (0..3)
                    .map(|_| {
                        let this = Arc::clone(&self);
                        tokio::spawn(async move { this.private_async().await })
                    })
                    .collect();
                let mut sum = 0;
                for task in tasks {
                    sum += task.await.unwrap_or_default();
                }
                sum
            }

            pub async fn blocking(&self) -> usize {
                let name = self.name.clone();
                tokio::task::spawn_blocking(move || name.len()).await.unwrap_or_default()
            }

            pub async fn tried(&self, id: u8) -> u8 {
                let tried: Result<u8, AppError> = async {
                    let helped = self.helper.help(id).await?;
                    Ok(helped + 1)
                }
                .await;
                tried.unwrap_or(0)
            }

            pub async fn timed_out(&self, wait: Duration) -> Result<u8, AppError> {
                tokio::time::timeout(wait, std::future::pending()).await.map_err(|_| AppError("timeout"))?
            }

            pub async fn items(&self) -> usize {
                use std::collections::BTreeMap as Map;
                const LENGTH: usize = 2;
                static NAMES: [&str; LENGTH] = ["a", "b"];
                type Names = Map<usize, &'static str>;
                enum Side {
                    Left,
                }
                struct Counter<'a>(&'a Names);
                trait Count {
                    fn count(&self) -> usize;
                    async fn count_later(&self) -> usize {
                        self.count()
                    }
                }
                impl Count for Counter<'_> {
                    fn count(&self) -> usize {
                        self.0.len()
                    }
                }
                impl Counter<'_> {
                    async fn twice(&self) -> usize {
                        self.count_later().await * 2
                    }
                }
                fn names() -> Names {
                    NAMES.into_iter().enumerate().collect()
                }
                async fn help(helper: &Helper) -> usize {
                    helper.help(1).await.map_or(0, usize::from)
                }
                macro_rules! add {
                    ($($number:expr),*) => { 0 $(+ $number)* };
                }
                let Side::Left = Side::Left;
                let names = names();
                add!(Counter(&names).twice().await, help(&self.helper).await, LENGTH)
            }

            pub async fn closures(&self) -> usize {
                let add = |number: usize| number + self.private();
                let returns = |stop: bool| {
                    if stop {
                        return 1;
                    }
                    2
                };
                let later = async |number: usize| self.private_async().await + number;
                add(1) + returns(true) + later(1).await
            }

            pub async fn unsafe_block(&self) -> u8 {
                let number = 1_u8;
                #[allow(unsafe_code, reason = "it is a shape")]
                unsafe { *std::ptr::from_ref(&number) }
            }

            pub async fn diverges(&self, text: Option<&str>) -> Result<usize, AppError> {
                let text = match text {
                    Some(text) => text,
                    None => return Err(AppError("none")),
                };
                if text.is_empty() { return Ok(0) }
                Ok(text.len())
            }

            pub async fn only_a_return(&self) -> Result<u8, AppError> {
                return Ok(1);
            }

            pub async fn empty_match(&self, never: Option<std::convert::Infallible>) -> u8 {
                match never {
                    None => 1,
                    Some(never) => match never {},
                }
            }

            pub async fn attributes_in_the_body(&self) -> u8 {
                #![allow(unused_mut)]
                let mut one = 1;
                #[cfg(any())]
                return 0;
                #[allow(clippy::let_and_return)]
                let two = one + 1;
                two
            }

            pub async fn shadows_self(&self) -> usize {
                let this = self;
                async move { this.private_async().await }.await
            }
        }
    }
    tests {
        fn service() -> Service {
            Service { helper: Helper, name: "name".to_owned() }
        }

        #[tokio::test]
        async fn macros_that_await_and_return() {
            let seen = seen();
            let service = service();
            seen.run(async {
                assert_eq!(is_send(service.selected()).await, 7);
                assert_eq!(service.select_returns(Duration::from_hours(1)).await, Ok(1));
                assert_eq!(service.joined().await, (Ok(1), 4));
                assert_eq!(service.try_joined(2).await, Ok(3));
                assert_eq!(service.try_joined(13).await, Err(AppError("thirteen")));
                assert_eq!(service.ensured(0).await, Err(AppError("zero")));
                assert_eq!(service.ensured(13).await, Err(AppError("thirteen")));
                assert_eq!(service.ensured(100).await, Err(AppError("large")));
                assert_eq!(service.ensured(1).await, Ok(1));
                assert_eq!(service.await_in_arguments().await.as_deref(), Ok("4[2, 3]"));
            })
            .await;
            seen.assert(&[
                "Service.selected",
                "Service.select_returns",
                "Service.joined",
                "Service.try_joined",
                "  Service.leaf",
                "Service.try_joined [error: AppError]",
                "  Service.leaf [error: AppError]",
                "Service.ensured [error: AppError]",
                "Service.ensured [error: AppError]",
                "Service.ensured [error: AppError]",
                "Service.ensured",
                "Service.await_in_arguments",
            ]);
        }

        #[tokio::test]
        async fn loops_and_branches() {
            let seen = seen();
            let service = service();
            seen.run(async {
                assert_eq!(is_send(service.labelled(6)).await, Some((2, 3)));
                assert_eq!(service.labelled(99).await, None);
                assert_eq!(service.while_let().await, [0, 1, 2]);
                assert_eq!(service.let_chain(Some(2)).await + service.let_chain(Some(13)).await, 2);
                assert_eq!(service.tried(1).await + service.tried(13).await, 2);
                assert_eq!(service.timed_out(Duration::from_millis(1)).await, Err(AppError("timeout")));
                assert_eq!(service.diverges(None).await, Err(AppError("none")));
                assert_eq!(service.diverges(Some("")).await, Ok(0));
                assert_eq!(service.only_a_return().await, Ok(1));
                assert_eq!(service.empty_match(None).await, 1);
            })
            .await;
            seen.assert(&[
                "Service.labelled",
                "Service.labelled",
                "Service.while_let",
                "Service.let_chain",
                "Service.let_chain",
                "Service.tried",
                "Service.tried",
                "Service.timed_out [error: AppError]",
                "Service.diverges [error: AppError]",
                "Service.diverges",
                "Service.only_a_return",
                "Service.empty_match",
            ]);
        }

        #[tokio::test]
        async fn recursion_nests() {
            let seen = seen();
            let service = service();
            seen.run(async {
                assert_eq!(is_send(service.recursive(2)).await, 2);
                assert_eq!(service.recursive_by_type(1).await, Err(AppError("thirteen")));
            })
            .await;
            seen.assert(&[
                "Service.recursive",
                "  Service.recursive",
                "    Service.recursive",
                "Service.recursive_by_type [error: AppError]",
                "  Service.recursive_by_type [error: AppError]",
            ]);
        }

        #[tokio::test]
        async fn tasks_items_and_closures() {
            let seen = seen();
            let service = service();
            seen.run(async {
                assert_eq!(service.spawned().await, 1);
                assert_eq!(Arc::new(service.clone()).spawned_arc().await, 12);
                assert_eq!(service.blocking().await, 4);
                assert_eq!(service.items().await, 7);
                assert_eq!(service.closures().await, 11);
                assert_eq!(service.unsafe_block().await, 1);
                assert_eq!(service.attributes_in_the_body().await, 2);
                assert_eq!(service.shadows_self().await, 4);
            })
            .await;
            seen.assert(&[
                "Service.spawned",
                "Service.spawned_arc",
                "Service.blocking",
                "Service.items",
                "Service.closures",
                "Service.unsafe_block",
                "Service.attributes_in_the_body",
                "Service.shadows_self",
            ]);
        }
    }
}
