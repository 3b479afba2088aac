//! What is written in another way for sqlx 0.9 than for 0.8.

use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::{AssertSqlSafe, Database, Encode, SqlSafeStr, SqlStr, Type};

/// A text that is made at run time, to be executed.
pub fn text(sql: &str) -> impl SqlSafeStr + use<> {
    AssertSqlSafe(sql.to_owned())
}

/// A text to be prepared.
pub fn prepared(sql: &'static str) -> SqlStr {
    SqlStr::from_static(sql)
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

impl<DB: Database> Encode<'_, DB> for Unencodable {
    fn encode_by_ref(&self, _: &mut DB::ArgumentBuffer) -> Result<IsNull, BoxDynError> {
        Err("not today".into())
    }
}
