//! `OTEL_EXPORTER_OTLP_COMPRESSION`.

use super::error::Refused;

const COMPRESSIONS: &str = "`gzip` or `none`";
const WITHOUT_GZIP: &str = "`none`, or spanweave's feature `gzip`";

/// Whether it is gzip.
pub(super) fn parse(value: &str) -> Result<bool, Refused> {
    match &*value.to_ascii_lowercase() {
        "gzip" => built(true),
        "none" => Ok(false),
        _ => Err(Refused::showing(value, if cfg!(feature = "gzip") { COMPRESSIONS } else { WITHOUT_GZIP })),
    }
}

/// A compression that the features of this build have.
pub(super) fn built(gzip: bool) -> Result<bool, Refused> {
    if gzip && !cfg!(feature = "gzip") {
        return Err(Refused::showing(name(gzip), WITHOUT_GZIP));
    }
    Ok(gzip)
}

pub(super) fn name(gzip: bool) -> &'static str {
    if gzip { "gzip" } else { "none" }
}

#[cfg(test)]
mod tests {
    use super::super::tests::refused;

    #[test]
    fn what_is_no_compression_is_refused() {
        let (expected, not_built) = if cfg!(feature = "gzip") {
            (super::COMPRESSIONS, "deflate")
        } else {
            (super::WITHOUT_GZIP, "gzip")
        };
        for variable in ["OTEL_EXPORTER_OTLP_COMPRESSION", "OTEL_EXPORTER_OTLP_TRACES_COMPRESSION"] {
            for value in ["zstd", "gzip,none", not_built] {
                refused(variable, value, &format!("`{value}`; expected {expected}"));
            }
        }
    }
}
