//! What is written in another way for sqlx 0.8 than for 0.9.

use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::{Database, Encode, Type};

/// A text that is made at run time, to be executed.
pub fn text(sql: &str) -> &str {
    sql
}

/// A text to be prepared.
pub fn prepared(sql: &'static str) -> &'static str {
    sql
}

/// A number whose encoding fails.
#[derive(Debug)]
pub struct Unencodable;

impl<DB: Database> Type<DB> for Unencodable
where
    i64: Type<DB>,
{
    fn type_info() -> DB::TypeInfo {
        i64::type_info()
    }
}

impl<'q, DB: Database> Encode<'q, DB> for Unencodable {
    fn encode_by_ref(&self, _: &mut DB::ArgumentBuffer<'q>) -> Result<IsNull, BoxDynError> {
        Err("not today".into())
    }
}
