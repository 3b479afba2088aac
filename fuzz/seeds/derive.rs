#[derive(ErrorClass)]
pub enum PushError<E> where E: Error {
    BadToken,
    #[error_class("gone")]
    Gone { id: i64 },
    #[error_class(inner)]
    Storage(#[from] StorageError<E>),
}
