//! The export over TLS: the system's roots decide whom the token is shown to.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{Receiver, channel};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use crate::config::export_once;

/// A collector behind TLS, with a certificate for `localhost`.
struct Collector {
    url: String,
    /// Of the authority that signed the certificate, in PEM.
    authority: String,
    /// The heads of the requests that got through.
    heads: Receiver<String>,
}

impl Collector {
    async fn start() -> Collector {
        let (authority, config) = certified();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://localhost:{}/v1/traces", listener.local_addr().unwrap().port());
        let (arrived, heads) = channel(100);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // Who does not trust the certificate goes away.
                let Ok(mut stream) = acceptor.accept(stream).await else { continue };
                let mut request = vec![0; 1 << 20];
                let Ok(length) = stream.read(&mut request).await else { continue };
                let head = String::from_utf8_lossy(&request[..length]).into_owned();
                let _answered = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
                arrived.send(head).await.unwrap();
            }
        });
        Collector { url, authority, heads }
    }
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
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    (authority, config)
}

/// Exports one trace in a process that trusts this authority, and no other; returns what it said.
async fn export(url: String, authority: String) -> String {
    tokio::task::spawn_blocking(move || {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), authority).unwrap();
        let roots = file.path().to_str().unwrap();
        let token = "of-the-test";
        let output =
            export_once(&[("OBS_TRACES_URL", &url), ("OBS_INGEST_TOKEN", token), ("SSL_CERT_FILE", roots)]);
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap()
    })
    .await
    .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn spans_reach_a_collector_that_the_system_trusts() {
    let mut collector = Collector::start().await;
    let said = export(collector.url, collector.authority).await;
    assert!(said.contains("flushed: Ok(true)"), "{said}");
    let head = collector.heads.recv().await.unwrap();
    assert!(head.contains("authorization: Bearer of-the-test"), "{head}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unknown_authority_gets_neither_spans_nor_the_token() {
    let mut collector = Collector::start().await;
    let (another, _) = certified();
    let said = export(collector.url, another).await;
    assert!(said.contains("flushed: Ok(false)") && said.contains("certificate"), "{said}");
    assert!(collector.heads.try_recv().is_err());
}
