//! How a call ended, decided once and shown alike by span, counter and log.

use std::any::type_name;
use std::marker::PhantomData;
use std::ops::Deref;

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It returned, and what it returned was not an `Err`.
    Ok,
    /// It returned an `Err` of this class: the error's [`ErrorClass`], or its type's name.
    Error(&'static str),
    /// Its future was dropped before its end.
    Cancelled,
    /// It panicked: one of its polls did not return.
    Panicked,
}

impl Outcome {
    pub(crate) const COUNT: usize = 4;
    /// By [`index`](Outcome::index).
    pub(crate) const LABELS: [&'static str; Outcome::COUNT] = ["ok", "error", "cancelled", "panicked"];

    /// The value of the `outcome` label: `ok`, `error`, `cancelled` or `panicked`.
    pub const fn label(self) -> &'static str {
        Outcome::LABELS[self.index()]
    }

    pub(crate) const fn index(self) -> usize {
        match self {
            Outcome::Ok => 0,
            Outcome::Error(_) => 1,
            Outcome::Cancelled => 2,
            Outcome::Panicked => 3,
        }
    }
}

/// Tells the outcome from what a method returned. Implemented by the classes that [`Returns`] chooses from.
pub trait Classify<R> {
    /// The outcome of having returned `returned`.
    fn classify(returned: &R) -> Outcome;
}

/// The class of return types that have no error in them: whatever comes back is [`Outcome::Ok`].
#[derive(Clone, Copy, Debug)]
pub struct AnyReturn;

impl<R> Classify<R> for AnyReturn {
    #[inline]
    fn classify(_: &R) -> Outcome {
        Outcome::Ok
    }
}

/// The class of `Result`s: an `Err` is an [`Outcome::Error`].
#[derive(Clone, Copy, Debug)]
pub struct ResultReturn;

impl<T, E> Classify<Result<T, E>> for ResultReturn {
    #[inline]
    fn classify(returned: &Result<T, E>) -> Outcome {
        match returned {
            Ok(_) => Outcome::Ok,
            Err(_) => error_of::<E>(),
        }
    }
}

/// The class of `Result`s whose error tells its own class.
#[derive(Clone, Copy, Debug)]
pub struct ClassedReturn;

impl<T, E: ErrorClass> Classify<Result<T, E>> for ClassedReturn {
    #[inline]
    fn classify(returned: &Result<T, E>) -> Outcome {
        match returned {
            Ok(_) => Outcome::Ok,
            Err(error) => Outcome::Error(error.error_class()),
        }
    }
}

/// Errors that tell what kind of failure they are, in a word that metrics and spans can show.
///
/// Derived for an enum, each variant is a class, named as in `snake_case`:
///
/// ```
/// use spanweave::ErrorClass;
///
/// #[derive(ErrorClass)]
/// enum PushError {
///     /// The class is `bad_token`.
///     BadToken { status: u16 },
///     #[error_class("unreachable")]
///     Connect(std::io::Error),
///     /// The class of what it holds.
///     #[error_class(inner)]
///     Storage(StorageError),
/// }
///
/// #[derive(ErrorClass)]
/// enum StorageError {
///     Full,
/// }
///
/// assert_eq!(PushError::BadToken { status: 410 }.error_class(), "bad_token");
/// assert_eq!(PushError::Storage(StorageError::Full).error_class(), "full");
/// ```
///
/// The class of an error that does not implement this is the name of its type.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no error class of its own",
    note = "derive it: `#[derive(spanweave::ErrorClass)]`, or name one: `#[error_class(\"…\")]`"
)]
pub trait ErrorClass {
    /// One of few words: a metric counts by it.
    fn error_class(&self) -> &'static str;
}

impl<E: ErrorClass + ?Sized> ErrorClass for Box<E> {
    fn error_class(&self) -> &'static str {
        (**self).error_class()
    }
}

impl<E: ErrorClass + ?Sized> ErrorClass for std::sync::Arc<E> {
    fn error_class(&self) -> &'static str {
        (**self).error_class()
    }
}

#[cold]
fn error_of<E>() -> Outcome {
    Outcome::Error(class_name(type_name::<E>()))
}

/// The return type of a traced method, named once: it pins the type for inference, and chooses the class.
///
/// Generated code asks `Returns::<R>::NEW.class()`. For a `Result` whose error is an [`ErrorClass`], an alias included,
/// the inherent method answers; for other `Result`s, method resolution goes on to [`ResultReturns`] behind `Deref`, and
/// for anything else to [`AnyReturns`] behind that.
///
/// ```
/// use spanweave::{AnyReturn, ClassedReturn, ErrorClass, ResultReturn, Returns};
///
/// #[derive(ErrorClass)]
/// enum Failure {
///     Full,
/// }
///
/// type Saved = std::io::Result<()>;
/// let _: ResultReturn = Returns::<Saved>::NEW.class();
/// let _: ClassedReturn = Returns::<Result<(), Failure>>::NEW.class();
/// let _: AnyReturn = Returns::<Vec<u8>>::NEW.class();
/// ```
pub struct Returns<R>(ResultReturns<R>);

/// What [`Returns`] falls back to for a type that does not tell its class itself.
pub struct ResultReturns<R>(AnyReturns<R>);

/// What [`ResultReturns`] falls back to for a type that is not a `Result`.
pub struct AnyReturns<R>(PlainReturns<R>);

/// What [`AnyReturns`] falls back to for a type that is neither a future nor a stream in a box.
pub struct PlainReturns<R>(PhantomData<fn() -> R>);

impl<R> Clone for Returns<R> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<R> Copy for Returns<R> {}

impl<R> Clone for ResultReturns<R> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<R> Copy for ResultReturns<R> {}

impl<R> Clone for AnyReturns<R> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<R> Copy for AnyReturns<R> {}

impl<R> Clone for PlainReturns<R> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<R> Copy for PlainReturns<R> {}

impl<R> Returns<R> {
    /// The one value.
    pub const NEW: Self = Returns(ResultReturns(AnyReturns(PlainReturns(PhantomData))));

    /// Always `None`. `if let Some(early) = returns.early() { return early; }` is never taken, and tells type
    /// inference what the surrounding block returns, so that coercions work as in a plain function.
    #[inline]
    pub fn early(self) -> Option<R> {
        None
    }
}

impl<T, E: ErrorClass> Returns<Result<T, E>> {
    /// The class of a `Result` whose error tells its own.
    #[inline]
    pub fn class(self) -> ClassedReturn {
        ClassedReturn
    }
}

impl<T, E> ResultReturns<Result<T, E>> {
    /// The class of a `Result`.
    #[inline]
    pub fn class(self) -> ResultReturn {
        ResultReturn
    }
}

impl<R> AnyReturns<R> {
    /// The class of everything else.
    #[inline]
    pub fn class(self) -> AnyReturn {
        AnyReturn
    }
}

impl<R> Deref for Returns<R> {
    type Target = ResultReturns<R>;

    fn deref(&self) -> &ResultReturns<R> {
        &self.0
    }
}

impl<R> Deref for ResultReturns<R> {
    type Target = AnyReturns<R>;

    fn deref(&self) -> &AnyReturns<R> {
        &self.0
    }
}

impl<R> Deref for AnyReturns<R> {
    type Target = PlainReturns<R>;

    fn deref(&self) -> &PlainReturns<R> {
        &self.0
    }
}

/// `honeydue::errors::AppError<T>` as `AppError`; a bare `Error`, which half of all crates have, keeps its path:
/// `sqlx_core::error::Error`.
pub(crate) fn class_name(type_name: &'static str) -> &'static str {
    let path = type_name.split(['<', ' ']).next().unwrap_or(type_name);
    let path = path.trim_matches(['&', '(', ')', '[', ']', '*']);
    let last = path.rsplit("::").next().unwrap_or(path);
    if last.is_empty() {
        return "error";
    }
    if last == "Error" { path } else { last }
}

#[cfg(test)]
mod tests {
    use super::{Classify, Outcome, ResultReturn, class_name};

    #[test]
    fn a_class_is_the_error_types_name() {
        assert_eq!(class_name("honeydue::errors::AppError"), "AppError");
        assert_eq!(class_name("honeydue::Wrapped<honeydue::Inner>"), "Wrapped");
        assert_eq!(class_name("sqlx_core::error::Error"), "sqlx_core::error::Error");
        assert_eq!(class_name("alloc::boxed::Box<dyn core::error::Error>"), "Box");
        assert_eq!(class_name("&str"), "str");
        assert_eq!(class_name("()"), "error");
    }

    #[test]
    fn an_err_is_an_error_of_its_type() {
        let failed: Result<(), std::num::ParseIntError> = "x".parse::<i32>().map(drop);
        assert_eq!(ResultReturn::classify(&failed), Outcome::Error("ParseIntError"));
        assert_eq!(ResultReturn::classify(&Ok::<_, ()>(1)), Outcome::Ok);
    }
}
