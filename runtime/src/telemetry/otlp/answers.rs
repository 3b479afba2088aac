//! What the answers of collectors mean, by the specification of OTLP.

use std::time::{Duration, SystemTime};

use http::{HeaderMap, StatusCode, header};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;

use crate::telemetry::export::Answer;

/// An answer, before the token is looked at.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Reply {
    Final(Answer),
    /// The collector does not know the token.
    Unauthorized {
        why: String,
    },
}

/// What a collector's status says, other than that it took the batch. `500` is no reason to try again: it would be
/// refused as often as it came.
pub(super) fn of_status(status: StatusCode, headers: &HeaderMap) -> Reply {
    let hint = if status == StatusCode::NOT_FOUND { "; most take traces at the path /v1/traces" } else { "" };
    let why = format!("the collector answered with status {}{hint}", status.as_u16());
    match status {
        StatusCode::TOO_MANY_REQUESTS
        | StatusCode::BAD_GATEWAY
        | StatusCode::SERVICE_UNAVAILABLE
        | StatusCode::GATEWAY_TIMEOUT => Reply::Final(Answer::Retry { after: retry_after(headers), why }),
        StatusCode::UNAUTHORIZED => Reply::Unauthorized { why },
        _ => Reply::Final(Answer::Refused { why }),
    }
}

/// What was taken, for all that a collector says of it.
pub(super) fn taken(response: &ExportTraceServiceResponse) -> Reply {
    let rejected = response.partial_success.as_ref().map_or(0, |partial| partial.rejected_spans);
    Reply::Final(Answer::Taken { rejected: usize::try_from(rejected).unwrap_or(0) })
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(value).ok()?;
    Some(date.duration_since(SystemTime::now()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use http::{HeaderMap, StatusCode};

    use super::{Reply, of_status, retry_after};
    use crate::telemetry::export::Answer;

    fn headers(retry_after: &str) -> HeaderMap {
        HeaderMap::from_iter([(http::header::RETRY_AFTER, retry_after.parse().unwrap())])
    }

    #[test]
    fn only_what_the_specification_lists_is_tried_again() {
        let is_tried_again = |status: &u16| {
            let reply = of_status(StatusCode::from_u16(*status).unwrap(), &HeaderMap::new());
            matches!(reply, Reply::Final(Answer::Retry { after: None, .. }))
        };
        let tried: Vec<u16> = (300..600).filter(is_tried_again).collect();
        assert_eq!(tried, [429, 502, 503, 504]);
    }

    #[test]
    fn a_path_that_is_not_there_is_said_with_the_usual_one() {
        let why =
            "the collector answered with status 404; most take traces at the path /v1/traces".to_owned();
        let reply = of_status(StatusCode::NOT_FOUND, &HeaderMap::new());
        assert_eq!(reply, Reply::Final(Answer::Refused { why }));
    }

    #[test]
    fn retry_after_is_a_number_of_seconds_or_a_date() {
        assert_eq!(retry_after(&headers("120")), Some(Duration::from_mins(2)));
        assert_eq!(retry_after(&headers("Wed, 21 Oct 2015 07:28:00 GMT")), Some(Duration::ZERO));
        let date = httpdate::fmt_http_date(SystemTime::now() + Duration::from_hours(2));
        let wait = retry_after(&headers(&date)).unwrap();
        assert!(wait > Duration::from_mins(119) && wait <= Duration::from_hours(2), "{wait:?}");
        for nonsense in ["-1", "soon", "1.5", "", "99999999999999999999999"] {
            assert_eq!(retry_after(&headers(nonsense)), None, "{nonsense}");
        }
        assert_eq!(retry_after(&HeaderMap::new()), None);
    }
}
