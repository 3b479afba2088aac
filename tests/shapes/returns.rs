//! What a method returns: results and the conversions of their errors, options, coercions, `impl Trait`, nothing.

use std::convert::Infallible;
use std::error::Error;
use std::fmt::{self, Display};
use std::num::ParseIntError;
use std::ops::ControlFlow;
use std::sync::Arc;

use crate::seen::is_send;

#[derive(Debug, PartialEq)]
pub enum AppError {
    Number(ParseIntError),
    Negative,
}

impl Display for AppError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("app")
    }
}

impl Error for AppError {}

impl From<ParseIntError> for AppError {
    fn from(error: ParseIntError) -> AppError {
        AppError::Number(error)
    }
}

pub type Res<T> = Result<T, AppError>;
pub type Either<T, E = AppError> = Result<T, E>;

mod own_result {
    /// An alias that has the name of what it stands for.
    pub type Result<T> = std::result::Result<T, super::AppError>;
}

pub trait Describe {
    fn describe(&self) -> String;
}

impl Describe for u8 {
    fn describe(&self) -> String {
        self.to_string()
    }
}

impl Describe for String {
    fn describe(&self) -> String {
        self.clone()
    }
}

mod results {
    use super::*;

    each_way! {
        types {
            #[derive(Default)]
            pub struct Service {
                seen: Vec<i64>,
            }
        }
        block {
            impl Service {
                pub async fn converted(&self, text: &str) -> Result<i64, AppError> {
                    Ok(text.parse::<i64>()?)
                }

                pub async fn same_error(&self, text: &str) -> Result<i64, ParseIntError> {
                    let number = text.parse()?;
                    Ok(number)
                }

                pub async fn boxed_error(&self, text: &str) -> Result<i64, Box<dyn Error>> {
                    let number: i64 = text.parse()?;
                    if number < 0 {
                        return Err("negative".into());
                    }
                    if number == 0 {
                        Err(AppError::Negative)?;
                    }
                    Ok(number)
                }

                pub async fn boxed_send_error(&self, text: &str) -> Result<i64, Box<dyn Error + Send + Sync>> {
                    let number: i64 = text.parse()?;
                    if number < 0 { Err(Box::new(AppError::Negative)) } else { Ok(number) }
                }

                pub async fn question_is_the_tail(&self, text: &str) -> Result<(), AppError> {
                    Err(text.parse::<i64>().map(|_| ()).expect_err("no number"))?
                }

                pub async fn error_into(&self, text: &str) -> Result<i64, AppError> {
                    text.parse().map_err(Into::into)
                }

                pub async fn error_at_the_end(&self) -> Result<u8, AppError> {
                    Err(AppError::Negative)
                }

                pub async fn collected(&self, texts: &[&str]) -> Result<Vec<i64>, ParseIntError> {
                    texts.iter().map(|text| text.parse()).collect()
                }

                pub async fn alias(&self, text: &str) -> Res<i64> {
                    Ok(text.parse::<i64>()?)
                }

                pub async fn alias_called_result(&self, text: &str) -> own_result::Result<i64> {
                    Ok(text.parse::<i64>()?)
                }

                pub async fn alias_of_the_library(&self) -> std::io::Result<usize> {
                    Err(std::io::Error::other("closed"))
                }

                pub async fn alias_without_arguments(&self) -> fmt::Result {
                    Err(fmt::Error)
                }

                pub async fn alias_with_a_default(&self) -> Either<i64> {
                    Err(AppError::Negative)
                }

                pub async fn result_of_option(&self, text: Option<&str>) -> Result<Option<i64>, AppError> {
                    Ok(text.map(str::parse).transpose()?)
                }

                pub async fn result_of_result(&self) -> Result<Result<u8, AppError>, ParseIntError> {
                    Ok(Err(AppError::Negative))
                }

                pub async fn infallible(&self) -> Result<u8, Infallible> {
                    Ok(1)
                }

                pub async fn only_fails(&self) -> Result<Infallible, AppError> {
                    Err(AppError::Negative)
                }

                pub async fn unit(&mut self, text: &str) -> Result<(), AppError> {
                    self.seen.push(text.parse()?);
                    Ok(())
                }

                pub async fn early(&mut self, number: i64) -> Result<usize, AppError> {
                    if number < 0 {
                        return Err(AppError::Negative);
                    }
                    self.seen.push(number);
                    return Ok(self.seen.len());
                }

                pub async fn borrowed_error<'a>(&self, text: &'a str) -> Result<(), &'a str> {
                    Err(text)
                }

                pub async fn matched(&self, text: &str) -> Result<i64, AppError> {
                    match text.parse() {
                        Ok(number) if number < 0 => Err(AppError::Negative),
                        Ok(number) => Ok(number),
                        Err(error) => Err(AppError::from(error)),
                    }
                }

                pub async fn tried_inside(&self, text: &str) -> Result<i64, AppError> {
                    let tried: Result<i64, ParseIntError> = async { Ok(text.parse::<i64>()? + 1) }.await;
                    let inner = || -> Result<i64, ParseIntError> { text.parse::<i64>().map(|number| number * 2) };
                    Ok(tried? + inner()?)
                }
            }
        }
        tests {
            #[tokio::test]
            async fn an_error_is_converted() {
                let seen = seen();
                let service = Service::default();
                let number = "x".parse::<i64>().unwrap_err();
                seen.run(async {
                    assert_eq!(service.converted("3").await, Ok(3));
                    assert_eq!(service.converted("x").await, Err(AppError::Number(number.clone())));
                    assert_eq!(service.same_error("x").await, Err(number.clone()));
                    assert_eq!(service.error_into("x").await, Err(AppError::Number(number.clone())));
                    assert_eq!(service.question_is_the_tail("x").await, Err(AppError::Number(number.clone())));
                    assert_eq!(service.collected(&["1", "2"]).await, Ok(vec![1, 2]));
                    assert_eq!(service.collected(&["1", "x"]).await, Err(number.clone()));
                    assert_eq!(service.tried_inside("4").await, Ok(13));
                    assert_eq!(service.tried_inside("x").await, Err(AppError::Number(number.clone())));
                })
                .await;
                seen.assert(&[
                    "Service.converted",
                    "Service.converted [error: AppError]",
                    "Service.same_error [error: ParseIntError]",
                    "Service.error_into [error: AppError]",
                    "Service.question_is_the_tail [error: AppError]",
                    "Service.collected",
                    "Service.collected [error: ParseIntError]",
                    "Service.tried_inside",
                    "Service.tried_inside [error: AppError]",
                ]);
            }

            #[tokio::test]
            async fn an_error_is_boxed() {
                let seen = seen();
                let service = Service::default();
                seen.run(async {
                    assert_eq!(service.boxed_error("3").await.unwrap(), 3);
                    let failed = service.boxed_error("x").await.unwrap_err();
                    assert!(failed.is::<ParseIntError>());
                    assert_eq!(service.boxed_error("-1").await.unwrap_err().to_string(), "negative");
                    assert!(service.boxed_error("0").await.unwrap_err().is::<AppError>());
                    assert!(is_send(service.boxed_send_error("x")).await.unwrap_err().is::<ParseIntError>());
                    assert!(service.boxed_send_error("-1").await.unwrap_err().is::<AppError>());
                    assert_eq!(service.boxed_send_error("2").await.unwrap(), 2);
                })
                .await;
                seen.assert(&[
                    "Service.boxed_error",
                    "Service.boxed_error [error: Box]",
                    "Service.boxed_error [error: Box]",
                    "Service.boxed_error [error: Box]",
                    "Service.boxed_send_error [error: Box]",
                    "Service.boxed_send_error [error: Box]",
                    "Service.boxed_send_error",
                ]);
            }

            #[tokio::test]
            async fn an_alias_is_a_result() {
                let seen = seen();
                let service = Service::default();
                seen.run(async {
                    assert_eq!(service.alias("3").await, Ok(3));
                    assert!(service.alias("x").await.is_err());
                    assert!(service.alias_called_result("x").await.is_err());
                    assert_eq!(service.alias_of_the_library().await.unwrap_err().to_string(), "closed");
                    assert_eq!(service.alias_without_arguments().await, Err(fmt::Error));
                    assert_eq!(service.alias_with_a_default().await, Err(AppError::Negative));
                })
                .await;
                seen.assert(&[
                    "Service.alias",
                    "Service.alias [error: AppError]",
                    "Service.alias_called_result [error: AppError]",
                    "Service.alias_of_the_library [error: std::io::error::Error]",
                    "Service.alias_without_arguments [error: core::fmt::Error]",
                    "Service.alias_with_a_default [error: AppError]",
                ]);
            }

            #[tokio::test]
            async fn only_the_outer_result_counts() {
                let seen = seen();
                let service = Service::default();
                seen.run(async {
                    assert_eq!(service.result_of_option(Some("3")).await, Ok(Some(3)));
                    assert_eq!(service.result_of_option(None).await, Ok(None));
                    assert!(service.result_of_option(Some("x")).await.is_err());
                    assert_eq!(service.result_of_result().await, Ok(Err(AppError::Negative)));
                    assert_eq!(service.infallible().await, Ok(1));
                    assert_eq!(service.only_fails().await, Err(AppError::Negative));
                    assert_eq!(service.error_at_the_end().await, Err(AppError::Negative));
                    assert_eq!(service.borrowed_error("text").await, Err("text"));
                })
                .await;
                seen.assert(&[
                    "Service.result_of_option",
                    "Service.result_of_option",
                    "Service.result_of_option [error: AppError]",
                    "Service.result_of_result",
                    "Service.infallible",
                    "Service.only_fails [error: AppError]",
                    "Service.error_at_the_end [error: AppError]",
                    "Service.borrowed_error [error: str]",
                ]);
            }

            #[tokio::test]
            async fn an_early_return_is_the_methods() {
                let seen = seen();
                let mut service = Service::default();
                seen.run(async {
                    assert_eq!(service.unit("1").await, Ok(()));
                    assert!(service.unit("x").await.is_err());
                    assert_eq!(service.early(5).await, Ok(2));
                    assert_eq!(service.early(-5).await, Err(AppError::Negative));
                    assert_eq!(service.matched("-5").await, Err(AppError::Negative));
                    assert_eq!(service.matched("5").await, Ok(5));
                })
                .await;
                assert_eq!(service.seen, [1, 5]);
                seen.assert(&[
                    "Service.unit",
                    "Service.unit [error: AppError]",
                    "Service.early",
                    "Service.early [error: AppError]",
                    "Service.matched [error: AppError]",
                    "Service.matched",
                ]);
            }
        }
        twins {
            #[tokio::test]
            async fn twins_return_the_same() {
                let seen = seen();
                let mut service = Service::default();
                seen.run(async {
                    let ctx = spanweave::Ctx::current();
                    assert!(service.converted_ctx(ctx, "x").await.is_err());
                    assert!(service.boxed_error_ctx(ctx, "x").await.is_err());
                    assert_eq!(service.alias_ctx(ctx, "3").await, Ok(3));
                    assert_eq!(service.early_ctx(ctx, 3).await, Ok(1));
                    assert_eq!(service.borrowed_error_ctx(ctx, "text").await, Err("text"));
                })
                .await;
                seen.assert(&[
                    "Service.converted [error: AppError]",
                    "Service.boxed_error [error: Box]",
                    "Service.alias",
                    "Service.early",
                    "Service.borrowed_error [error: str]",
                ]);
            }
        }
    }
}

mod values {
    use super::*;

    each_way! {
        types {
            #[derive(Default)]
            pub struct Service {
                name: String,
                others: Vec<String>,
            }
        }
        block {
            impl Service {
                pub async fn nothing(&self) {}

                pub async fn nothing_in_words(&self) -> () {
                    drop(self.name.clone());
                }

                pub async fn returns_nothing(&self, early: bool) {
                    if early {
                        return;
                    }
                    tokio::task::yield_now().await
                }

                pub async fn bare(&self) -> usize {
                    self.name.len()
                }

                pub async fn tuple(&self) -> (u8, &str) {
                    (1, &self.name)
                }

                pub async fn defaulted(&self) -> Vec<u8> {
                    Default::default()
                }

                pub async fn converted(&self) -> String {
                    "a".into()
                }

                pub async fn option(&self, text: &str) -> Option<u32> {
                    let first = text.chars().next()?;
                    first.to_digit(10)
                }

                pub async fn control_flow(&self, stop: bool) -> ControlFlow<u8, u16> {
                    if stop {
                        ControlFlow::Break(1)?;
                    }
                    ControlFlow::Continue(2)
                }

                pub async fn let_else(&self, text: Option<&str>) -> usize {
                    let Some(text) = text else { return 0 };
                    text.len()
                }

                pub async fn only_panics(&self) -> Vec<u8> {
                    panic!("on purpose")
                }

                pub async fn todo(&self) -> impl Iterator<Item = u8> {
                    if self.name.is_empty() {
                        todo!("later")
                    }
                    std::iter::once(1)
                }

                pub async fn never(&self) -> ! {
                    tokio::task::yield_now().await;
                    panic!("it does not return")
                }

                pub async fn never_inside(&self, text: Option<u8>) -> u8 {
                    match text {
                        Some(number) => number,
                        None => std::panic::panic_any("none"),
                    }
                }
            }
        }
        tests {
            #[tokio::test]
            async fn a_value_is_returned() {
                let seen = seen();
                let service = Service { name: "name".to_owned(), others: Vec::new() };
                seen.run(async {
                    let () = service.nothing().await;
                    let () = service.nothing_in_words().await;
                    let () = service.returns_nothing(true).await;
                    let () = service.returns_nothing(false).await;
                    assert_eq!(service.bare().await, 4);
                    assert_eq!(service.tuple().await, (1, "name"));
                    assert_eq!(service.defaulted().await, [0; 0]);
                    assert_eq!(service.converted().await, "a");
                    assert_eq!(service.option("7").await, Some(7));
                    assert_eq!(service.option("").await, None);
                    assert_eq!(service.control_flow(true).await, ControlFlow::Break(1));
                    assert_eq!(service.control_flow(false).await, ControlFlow::Continue(2));
                    assert_eq!(service.let_else(Some("ab")).await, 2);
                    assert_eq!(service.let_else(None).await, 0);
                    assert_eq!(service.todo().await.count(), 1);
                    assert_eq!(service.never_inside(Some(1)).await, 1);
                })
                .await;
                assert!(service.others.is_empty());
                seen.assert(&[
                    "Service.nothing",
                    "Service.nothing_in_words",
                    "Service.returns_nothing",
                    "Service.returns_nothing",
                    "Service.bare",
                    "Service.tuple",
                    "Service.defaulted",
                    "Service.converted",
                    "Service.option",
                    "Service.option",
                    "Service.control_flow",
                    "Service.control_flow",
                    "Service.let_else",
                    "Service.let_else",
                    "Service.todo",
                    "Service.never_inside",
                ]);
            }

            #[tokio::test]
            async fn what_never_returns_panics() {
                let seen = seen();
                let service = Service::default();
                seen.run(async {
                    let panicked = crate::seen::caught(service.only_panics()).await;
                    assert_eq!(panicked.unwrap_err(), "on purpose");
                    let Err(panicked) = crate::seen::caught(service.todo()).await else {
                        panic!("it has no name")
                    };
                    assert_eq!(panicked, "not yet implemented: later");
                    #[allow(unreachable_code, reason = "that is the point")]
                    let panicked = crate::seen::caught(async { service.never().await }).await;
                    let Err(panicked) = panicked;
                    assert_eq!(panicked, "it does not return");
                    let panicked = crate::seen::caught(service.never_inside(None)).await;
                    assert_eq!(panicked.unwrap_err(), "none");
                })
                .await;
                seen.assert(&[
                    "Service.only_panics [panicked]",
                    "Service.todo [panicked]",
                    "Service.never [panicked]",
                    "Service.never_inside [panicked]",
                ]);
            }
        }
    }
}

mod coercions {
    use super::*;

    each_way! {
        types {
            #[derive(Default)]
            pub struct Service {
                name: String,
                bytes: Vec<u8>,
            }
        }
        block {
            impl Service {
                pub async fn text(&self) -> &str {
                    &self.name
                }

                pub async fn text_in_result(&self) -> Result<&str, AppError> {
                    Ok(&self.name)
                }

                pub async fn slice_in_option(&self) -> Option<&[u8]> {
                    Some(&self.bytes)
                }

                pub async fn slice(&mut self) -> &mut [u8] {
                    &mut self.bytes
                }

                pub async fn fixed(&self) -> &'static [u8] {
                    &[1, 2, 3]
                }

                pub async fn object(&self) -> Box<dyn Describe> {
                    Box::new(1)
                }

                pub async fn object_by_branch(&self, number: bool) -> Box<dyn Describe + Send> {
                    if number { Box::new(1) } else { Box::new(self.name.clone()) }
                }

                pub async fn object_in_result(&self, fail: bool) -> Result<Box<dyn Describe>, Box<dyn Error>> {
                    if fail {
                        return Err(Box::new(AppError::Negative));
                    }
                    Ok(Box::new(1))
                }

                pub async fn object_early(&self, early: bool) -> Arc<dyn Describe + Send + Sync> {
                    if early {
                        return Arc::new(2);
                    }
                    Arc::new(self.name.clone())
                }

                pub async fn object_behind_reference(&self) -> &dyn Describe {
                    &self.name
                }

                pub async fn object_in_option(&self) -> Option<Box<dyn Describe>> {
                    Some(Box::new(1))
                }

                pub async fn objects(&self) -> Vec<Box<dyn Describe>> {
                    vec![Box::new(1), Box::new(self.name.clone())]
                }

                pub async fn objects_in_tuple(&self) -> (Box<dyn Describe>, &str) {
                    (Box::new(1), &self.name)
                }

                pub async fn boxed_slice(&self) -> Box<[u8]> {
                    Box::new([1, 2])
                }

                pub async fn function(&self) -> fn(u8) -> u8 {
                    |number| number + 1
                }

                pub async fn function_by_branch(&self, add: bool) -> Result<fn(u8) -> u8, AppError> {
                    Ok(if add { |number| number + 1 } else { |number| number - 1 })
                }

                pub async fn boxed_closure<'a>(&'a self) -> Box<dyn Fn(&str) -> String + 'a> {
                    Box::new(|suffix| format!("{}{suffix}", self.name))
                }

                pub async fn number(&self) -> Result<u64, AppError> {
                    Ok(u8::MAX.into())
                }
            }
        }
        tests {
            #[tokio::test]
            async fn what_is_returned_is_coerced() {
                let seen = seen();
                let mut service = Service { name: "name".to_owned(), bytes: vec![1, 2] };
                seen.run(async {
                    assert_eq!(service.text().await, "name");
                    assert_eq!(service.text_in_result().await, Ok("name"));
                    assert_eq!(service.slice_in_option().await, Some(&[1, 2][..]));
                    service.slice().await[0] = 5;
                    assert_eq!(service.fixed().await, [1, 2, 3]);
                    assert_eq!(service.object().await.describe(), "1");
                    assert_eq!(service.object_by_branch(true).await.describe(), "1");
                    assert_eq!(is_send(service.object_by_branch(false)).await.describe(), "name");
                    assert_eq!(service.object_in_result(false).await.unwrap().describe(), "1");
                    assert!(service.object_in_result(true).await.err().unwrap().is::<AppError>());
                    assert_eq!(service.object_early(true).await.describe(), "2");
                    assert_eq!(service.object_early(false).await.describe(), "name");
                    assert_eq!(service.object_behind_reference().await.describe(), "name");
                    assert_eq!(service.object_in_option().await.unwrap().describe(), "1");
                    assert_eq!(service.objects().await[1].describe(), "name");
                    assert_eq!(service.objects_in_tuple().await.1, "name");
                    assert_eq!(*service.boxed_slice().await, [1, 2]);
                    assert_eq!(service.function().await(1), 2);
                    assert_eq!(service.function_by_branch(false).await.unwrap()(1), 0);
                    assert_eq!(service.boxed_closure().await("!"), "name!");
                    assert_eq!(service.number().await, Ok(255));
                })
                .await;
                assert_eq!(service.bytes, [5, 2]);
                seen.assert(&[
                    "Service.text",
                    "Service.text_in_result",
                    "Service.slice_in_option",
                    "Service.slice",
                    "Service.fixed",
                    "Service.object",
                    "Service.object_by_branch",
                    "Service.object_by_branch",
                    "Service.object_in_result",
                    "Service.object_in_result [error: Box]",
                    "Service.object_early",
                    "Service.object_early",
                    "Service.object_behind_reference",
                    "Service.object_in_option",
                    "Service.objects",
                    "Service.objects_in_tuple",
                    "Service.boxed_slice",
                    "Service.function",
                    "Service.function_by_branch",
                    "Service.boxed_closure",
                    "Service.number",
                ]);
            }
        }
    }
}

mod opaque {
    use super::*;

    each_way! {
        types {
            #[derive(Default)]
            pub struct Service {
                name: String,
            }
        }
        block {
            impl Service {
                pub async fn iterator(&self) -> impl Iterator<Item = char> {
                    self.name.chars()
                }

                pub async fn captured(&self, text: &str) -> impl Iterator<Item = char> + use<'_> {
                    let _ = text;
                    self.name.chars()
                }

                pub async fn in_result(&self, fail: bool) -> Result<impl Iterator<Item = char> + Send, AppError> {
                    if fail {
                        return Err(AppError::Negative);
                    }
                    Ok(self.name.chars())
                }

                pub async fn in_option(&self) -> Option<impl Display> {
                    Some(self.name.len())
                }

                pub async fn two(&self) -> (impl Display, impl Fn(u8) -> u8) {
                    (&self.name, |number| number + 1)
                }

                pub async fn boxed(&self) -> Box<impl Describe> {
                    Box::new(1_u8)
                }

                pub async fn in_vector(&self) -> Vec<impl Describe> {
                    vec![1_u8, 2]
                }

                pub async fn closure(&self) -> impl Fn(&str) -> String {
                    |suffix: &str| format!("{}{suffix}", self.name)
                }

                pub async fn nested(&self) -> impl Iterator<Item = impl Display> {
                    self.name.bytes()
                }

                pub async fn early(&self, early: bool) -> impl Display {
                    if early {
                        return 1;
                    }
                    2
                }
            }
        }
        tests {
            #[tokio::test]
            async fn what_is_returned_has_no_name() {
                let seen = seen();
                let service = Service { name: "ab".to_owned() };
                seen.run(async {
                    assert!(service.iterator().await.eq("ab".chars()));
                    let captured = {
                        let text = String::from("shorter");
                        service.captured(&text).await
                    };
                    assert!(captured.eq("ab".chars()));
                    assert_eq!(is_send(service.in_result(false).await.unwrap()).count(), 2);
                    assert_eq!(service.in_result(true).await.err(), Some(AppError::Negative));
                    assert_eq!(service.in_option().await.unwrap().to_string(), "2");
                    let (name, add) = service.two().await;
                    assert_eq!((name.to_string(), add(1)), ("ab".to_owned(), 2));
                    assert_eq!(service.boxed().await.describe(), "1");
                    assert_eq!(service.in_vector().await.len(), 2);
                    assert_eq!((service.closure().await)("c"), "abc");
                    assert_eq!(service.nested().await.count(), 2);
                    assert_eq!(service.early(true).await.to_string(), "1");
                    assert_eq!(service.early(false).await.to_string(), "2");
                })
                .await;
                seen.assert(&[
                    "Service.iterator",
                    "Service.captured",
                    "Service.in_result",
                    "Service.in_result [error: AppError]",
                    "Service.in_option",
                    "Service.two",
                    "Service.boxed",
                    "Service.in_vector",
                    "Service.closure",
                    "Service.nested",
                    "Service.early",
                    "Service.early",
                ]);
            }
        }
        twins {
            #[tokio::test]
            async fn twins_return_it_too() {
                let seen = seen();
                let service = Service { name: "ab".to_owned() };
                seen.run(async {
                    let ctx = spanweave::Ctx::current();
                    assert!(service.iterator_ctx(ctx).await.eq("ab".chars()));
                    assert_eq!(service.in_result_ctx(ctx, false).await.unwrap().count(), 2);
                })
                .await;
                seen.assert(&["Service.iterator", "Service.in_result"]);
            }
        }
    }
}
