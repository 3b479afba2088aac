//! The export over TLS: the system's roots decide whom the token is shown to.

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::Bytes;
use futures_util::stream::{self, Stream};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use http_body_util::{BodyExt, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use crate::config::export_once;

/// A collector behind TLS, with a certificate for `localhost`, over whichever protocol it is spoken to.
struct Collector {
    /// Without a path.
    url: String,
    /// Of the authority that signed the certificate, in PEM.
    authority: String,
    /// What the requests that got through have for a token.
    tokens: Receiver<String>,
}

impl Collector {
    async fn start() -> Collector {
        let (authority, config) = certified();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
        let (arrived, tokens) = channel(100);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // Who does not trust the certificate goes away.
                let Ok(stream) = acceptor.accept(stream).await else { continue };
                let answer = service_fn(|request| answer(request, arrived.clone()));
                let _gone =
                    Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), answer).await;
            }
        });
        Collector { url, authority, tokens }
    }
}

/// Takes a request, in the words of whatever carries it. An empty message says that everything was taken.
async fn answer(
    request: Request<Incoming>,
    arrived: Sender<String>,
) -> Result<Response<StreamBody<impl Stream<Item = Result<Frame<Bytes>, Infallible>>>>, Infallible> {
    let token = request.headers()["authorization"].to_str().unwrap().to_owned();
    let is_grpc = request.headers()["content-type"] == "application/grpc";
    request.into_body().collect().await.unwrap();
    arrived.send(token).await.unwrap();
    let trailers = HeaderMap::from_iter([(HeaderName::from_static("grpc-status"), HeaderValue::from(0))]);
    // In gRPC a message has its compression and its length in front of it.
    let message = [Frame::data(Bytes::from_static(&[0; 5])), Frame::trailers(trailers)];
    let frames = if is_grpc { Vec::from(message) } else { Vec::new() };
    let content_type = if is_grpc { "application/grpc" } else { "application/x-protobuf" };
    let body = StreamBody::new(stream::iter(frames.into_iter().map(Ok)));
    Ok(Response::builder().header("content-type", content_type).body(body).unwrap())
}

/// The certificate of an authority, and what a server needs that it has certified.
fn certified() -> (String, ServerConfig) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority_key = KeyPair::generate().unwrap();
    let authority = params.self_signed(&authority_key).unwrap().pem();
    let issuer = Issuer::new(params, authority_key);
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let certificate = params.signed_by(&key, &issuer).unwrap();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    // Other members of the workspace bring another provider along, so that there is no default one.
    let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    config.alpn_protocols = ["h2", "http/1.1"].map(|protocol| protocol.as_bytes().to_vec()).into();
    (authority, config)
}

/// Exports one trace in a process that has this environment, and trusts this authority and no other; returns what it said.
async fn export(environment: Vec<(&'static str, String)>, authority: String) -> String {
    tokio::task::spawn_blocking(move || {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), authority).unwrap();
        let mut environment: Vec<_> = environment.iter().map(|(name, value)| (*name, &**value)).collect();
        environment.push(("SSL_CERT_FILE", file.path().to_str().unwrap()));
        let output = export_once(&environment);
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap()
    })
    .await
    .unwrap()
}

/// Exports over HTTP to this URL.
fn over_http(url: &str) -> Vec<(&'static str, String)> {
    vec![("OBS_TRACES_URL", format!("{url}/v1/traces")), ("OBS_INGEST_TOKEN", "of-the-test".to_owned())]
}

/// Exports over gRPC to this URL.
fn over_grpc(url: &str) -> Vec<(&'static str, String)> {
    vec![
        ("OTEL_EXPORTER_OTLP_ENDPOINT", url.to_owned()),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc".to_owned()),
        ("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20of-the-test".to_owned()),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn spans_reach_a_collector_that_the_system_trusts() {
    for over in [over_http, over_grpc] {
        let mut collector = Collector::start().await;
        let said = export(over(&collector.url), collector.authority).await;
        assert!(said.contains("flushed: Ok(true)"), "{said}");
        assert_eq!(collector.tokens.recv().await.unwrap(), "Bearer of-the-test");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unknown_authority_gets_neither_spans_nor_the_token() {
    for over in [over_http, over_grpc] {
        let mut collector = Collector::start().await;
        let (another, _) = certified();
        let said = export(over(&collector.url), another).await;
        assert!(said.contains("flushed: Ok(false)") && said.contains("certificate"), "{said}");
        assert!(collector.tokens.try_recv().is_err());
    }
}
