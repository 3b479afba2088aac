//! A collector that is not there, does not answer, or answers what nobody wants to hear.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;
use std::time::Duration;

use http::StatusCode;
use spanweave::testing::{Answer, KeptSpans, OtlpReceiver};
use spanweave::{Otlp, Telemetry};
use spanweave_faults::{Account, Progress};

use crate::scenario::{run, telemetry, tell, two_seconds};

const DEADLINE: Duration = Duration::from_secs(5);
const PATIENCE: Duration = Duration::from_mins(1);
const SECOND: Duration = Duration::from_secs(1);

/// An address of this machine where nobody listens.
fn nobody() -> std::net::SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

fn url(address: std::net::SocketAddr) -> String {
    format!("http://{address}/v1/traces")
}

#[test]
fn it_is_down_at_the_start_and_comes_later() {
    let address = nobody();
    let telemetry = telemetry(&url(address));
    let late = thread::spawn(move || {
        thread::sleep(Duration::from_secs(3));
        OtlpReceiver::start_at(address).unwrap()
    });
    let served = two_seconds().run(Some(&telemetry), &Progress::default());
    let collector = late.join().unwrap();
    assert!(telemetry.flush(PATIENCE));
    telemetry.shutdown(DEADLINE);
    let account = Account::new(served.spans(), Some(&collector), &telemetry.metrics_text());
    account.assert_balanced();
    let plain = tell("down at the start, back later", two_seconds(), &served, &account);
    served.latency().assert_undisturbed(plain);
    assert_eq!(account.lost(), 0, "{account}");
}

#[test]
fn it_refuses_connections() {
    let telemetry = telemetry(&url(nobody()));
    let account = run("refuses connections", two_seconds(), &telemetry, None, DEADLINE);
    assert_eq!(account.lost_as(&["unanswered", "shut_down"]), account.produced, "{account}");
}

#[test]
fn its_name_is_not_known() {
    let telemetry = telemetry("http://collector.invalid:4318/v1/traces");
    let account = run("name not known", two_seconds(), &telemetry, None, DEADLINE);
    assert_eq!(account.lost_as(&["unanswered", "shut_down"]), account.produced, "{account}");
}

#[test]
fn it_accepts_and_never_answers() {
    let collector = OtlpReceiver::start().unwrap();
    collector.answer(Answer::Never);
    let telemetry = telemetry(&collector.url());
    let account = run("never answers", two_seconds(), &telemetry, Some(&collector), DEADLINE);
    assert_eq!(account.lost_as(&["unanswered", "shut_down"]), account.produced, "{account}");
}

#[test]
fn it_answers_after_thirty_seconds() {
    let collector = OtlpReceiver::start().unwrap();
    collector.answer(Answer::After(Duration::from_secs(30)));
    let patient = Otlp::http(collector.url());
    let telemetry = Telemetry::builder().sampling_ratio(1.0).otlp(patient).build().unwrap();
    let account = run("after 30 s", two_seconds(), &telemetry, Some(&collector), Duration::from_secs(12));
    assert_eq!(account.lost_as(&["unanswered", "shut_down"]), account.produced, "{account}");
}

#[test]
fn it_refuses_the_token_or_the_size() {
    for status in [StatusCode::UNAUTHORIZED, StatusCode::PAYLOAD_TOO_LARGE] {
        let collector = OtlpReceiver::start().unwrap();
        collector.answer(Answer::Status(status));
        let telemetry = telemetry(&collector.url());
        let account = run(status.as_str(), two_seconds(), &telemetry, Some(&collector), DEADLINE);
        assert_eq!(account.lost_as(&["refused"]), account.produced, "{account}");
    }
}

#[test]
fn it_wants_to_be_asked_later() {
    let collector = OtlpReceiver::start().unwrap();
    collector.answer_next(vec![Answer::RetryAfter(StatusCode::TOO_MANY_REQUESTS, 1); 2]);
    let telemetry = telemetry(&collector.url());
    let account = run("429, twice", two_seconds(), &telemetry, Some(&collector), PATIENCE);
    assert_eq!(account.lost(), 0, "{account}");
    let times: Vec<_> = collector.requests().iter().map(|request| request.received_at).collect();
    assert!(times[1] - times[0] >= SECOND && times[2] - times[1] >= SECOND, "each is waited for");
}

#[test]
fn it_has_an_outage() {
    let collector = OtlpReceiver::start().unwrap();
    collector.answer_next(vec![Answer::Status(StatusCode::SERVICE_UNAVAILABLE); 2]);
    let telemetry = telemetry(&collector.url());
    let account = run("503, twice", two_seconds(), &telemetry, Some(&collector), PATIENCE);
    assert_eq!(account.lost(), 0, "{account}");
}

#[test]
fn it_fails() {
    let collector = OtlpReceiver::start().unwrap();
    collector.answer(Answer::Status(StatusCode::INTERNAL_SERVER_ERROR));
    let telemetry = telemetry(&collector.url());
    let account = run("500", two_seconds(), &telemetry, Some(&collector), DEADLINE);
    assert_eq!(account.lost(), account.produced, "{account}");
}

#[test]
fn it_rejects_some() {
    let collector = OtlpReceiver::start().unwrap();
    collector.answer_next([Answer::RejectSome(3)]);
    let telemetry = telemetry(&collector.url());
    let account = run("rejects three", two_seconds(), &telemetry, Some(&collector), PATIENCE);
    assert_eq!(account.lost_as(&["rejected"]), 3, "{account}");
}

#[test]
fn it_answers_half_a_response() {
    let collector = OtlpReceiver::start().unwrap();
    collector.answer_next(vec![Answer::HalfResponse; 3]);
    let telemetry = telemetry(&collector.url());
    let account = run("half a body", two_seconds(), &telemetry, Some(&collector), PATIENCE);
    assert_eq!(account.lost(), 0, "{account}");
}

#[test]
fn it_answers_half_a_head() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for mut connection in listener.incoming().flatten() {
            let _gone = connection.read(&mut [0; 1_024]);
            let _gone = connection.write_all(b"HTTP/1.1 20");
        }
    });
    let telemetry = telemetry(&url(address));
    let account = run("half a head", two_seconds(), &telemetry, None, DEADLINE);
    assert_eq!(account.lost_as(&["unanswered", "shut_down"]), account.produced, "{account}");
}

#[test]
fn it_is_gone_and_another_exporter_has_everything() {
    let kept = KeptSpans::new();
    let gone = Otlp::http(url(nobody())).timeout(SECOND);
    let builder = Telemetry::builder().sampling_ratio(1.0).exporter(kept.clone()).otlp(gone);
    let telemetry = builder.build().unwrap();
    let served = two_seconds().run(Some(&telemetry), &Progress::default());
    telemetry.shutdown(DEADLINE);
    let account = Account::new(served.spans(), None, &telemetry.metrics_text());
    let plain = tell("another exporter beside it", two_seconds(), &served, &account);
    served.latency().assert_undisturbed(plain);
    let of_kept = account.of_exporter("KeptSpans", &kept.spans());
    of_kept.assert_balanced();
    assert_eq!(of_kept.lost(), 0, "{of_kept}");
    let of_gone = account.of_exporter("otlp", &[]);
    of_gone.assert_balanced();
    assert_eq!(of_gone.lost(), served.spans(), "{of_gone}");
}
