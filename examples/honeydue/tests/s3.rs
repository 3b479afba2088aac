//! The store over a real S3 server, which checks signatures.

mod common;

use std::path::Path;

use bytes::Bytes;
use common::TestApp;
use honeydue::config::{S3Config, StorageConfig};
use honeydue::storage::{Storage, StorageError};
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use object_store::aws::AmazonS3Builder;
use object_store::{Attribute, ObjectStoreExt};
use reqwest::{Method, StatusCode};
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s_fs::FileSystem;
use spanweave::ErrorClass;
use spanweave::testing::TestTelemetry;
use tokio::net::TcpListener;

const BUCKET: &str = "honeydue";
const KEY_ID: &str = "key-id";
const SECRET: &str = "secret";
const SHOWN: &[&str] = &["size_bytes", "key", "mime_type", "bucket", "result"];

/// Serves a folder, in which there is one bucket, and returns its URL.
async fn serve(folder: &Path) -> String {
    std::fs::create_dir(folder.join(BUCKET)).unwrap();
    let mut service = S3ServiceBuilder::new(FileSystem::new(folder).unwrap());
    service.set_auth(SimpleAuth::from_single(KEY_ID, SECRET));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(accept(listener, service.build()));
    url
}

async fn accept(listener: TcpListener, service: S3Service) {
    while let Ok((socket, _)) = listener.accept().await {
        let service = service.clone();
        tokio::spawn(async move {
            // A client that hangs up is no failure.
            let _ended = http1::Builder::new().serve_connection(TokioIo::new(socket), service).await;
        });
    }
}

fn storage(endpoint: &str, secret: &str) -> Storage {
    let config = S3Config {
        bucket: BUCKET.to_owned(),
        endpoint: endpoint.to_owned(),
        region: "us-east-1".to_owned(),
        access_key_id: KEY_ID.to_owned().into(),
        secret_access_key: secret.to_owned().into(),
    };
    Storage::open(&StorageConfig::S3(config)).unwrap()
}

/// The lines of the metrics of uploads.
fn metrics(telemetry: &TestTelemetry) -> String {
    let text = telemetry.metrics_text();
    text.lines()
        .filter(|line| line.starts_with("b2_upload_"))
        .fold(String::new(), |text, line| text + line + "\n")
}

#[tokio::test]
async fn an_object_goes_there_and_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let (url, telemetry) = (serve(folder.path()).await, TestTelemetry::new());
    let storage = storage(&url, SECRET);
    let calls = async {
        storage.upload("documents/1/roof", "image/png", Bytes::from_static(b"an image")).await.unwrap();
        assert_eq!(storage.download("documents/1/roof").await.unwrap(), "an image");
        storage.delete("documents/1/roof").await.unwrap();
        storage.download("documents/1/roof").await.unwrap_err()
    };
    let error = telemetry.root("test").run(calls).await;

    assert!(matches!(error, StorageError::NotFound));
    assert_eq!(
        telemetry.span_tree_with(SHOWN),
        "test
  storage.upload size_bytes=8 key=documents/1/roof mime_type=image/png bucket=honeydue
    b2.PutObject result=ok size_bytes=8 key=documents/1/roof mime_type=image/png bucket=honeydue
  storage.download key=documents/1/roof bucket=honeydue
    b2.GetObject key=documents/1/roof bucket=honeydue
  storage.delete key=documents/1/roof bucket=honeydue
    b2.DeleteObject key=documents/1/roof bucket=honeydue
  storage.download [error: not_found] key=documents/1/roof bucket=honeydue
    b2.GetObject [error: not_found] key=documents/1/roof bucket=honeydue
"
    );
    assert_eq!(
        metrics(&telemetry),
        "b2_upload_bytes_total{bucket=\"honeydue\",result=\"ok\"} 8
b2_upload_duration_seconds_count{bucket=\"honeydue\",result=\"ok\"} 1
"
    );
}

#[tokio::test]
async fn the_type_is_kept_beside_the_object() {
    let folder = tempfile::tempdir().unwrap();
    let url = serve(folder.path()).await;
    let object = Bytes::from_static(b"an image");
    storage(&url, SECRET).upload("roof", "image/png", object).await.unwrap();

    let others = AmazonS3Builder::new().with_bucket_name(BUCKET).with_endpoint(&url).with_allow_http(true);
    let others = others.with_access_key_id(KEY_ID).with_secret_access_key(SECRET).build().unwrap();
    let found = others.get(&"roof".into()).await.unwrap();
    assert_eq!(found.attributes.get(&Attribute::ContentType).unwrap().as_ref(), "image/png");
}

#[tokio::test]
async fn a_wrong_secret_is_counted_as_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let (url, telemetry) = (serve(folder.path()).await, TestTelemetry::new());
    let storage = storage(&url, "another secret");
    let upload = async { storage.upload("roof", "image/png", Bytes::from_static(b"an image")).await };
    let error = telemetry.root("test").run(upload).await.unwrap_err();

    assert_eq!(error.error_class(), "error");
    assert_eq!(
        telemetry.span_tree_with(SHOWN),
        "test
  storage.upload [error: error] size_bytes=8 key=roof mime_type=image/png bucket=honeydue
    b2.PutObject [error: error] result=error size_bytes=8 key=roof mime_type=image/png bucket=honeydue
"
    );
    assert_eq!(
        metrics(&telemetry),
        "b2_upload_bytes_total{bucket=\"honeydue\",result=\"error\"} 8
b2_upload_duration_seconds_count{bucket=\"honeydue\",result=\"error\"} 1
"
    );
}

#[tokio::test]
async fn the_application_keeps_its_documents_there() {
    let folder = tempfile::tempdir().unwrap();
    let url = serve(folder.path()).await;
    let variables = [
        ("S3_BUCKET", BUCKET.to_owned()),
        ("S3_ENDPOINT", url),
        ("S3_ACCESS_KEY_ID", KEY_ID.to_owned()),
        ("S3_SECRET_ACCESS_KEY", SECRET.to_owned()),
    ];
    let app = TestApp::start_with(&variables).await;
    let user = app.user().await;
    let document = user.upload(user.residence().await, "roof.png", common::png(300, 200)).await;
    app.app.documents.make_thumbnail(common::id(&document)).await.unwrap();

    let path = format!("/api/documents/{}", document["id"]);
    let content = user.request(Method::GET, &format!("{path}/content")).send().await.unwrap();
    assert_eq!(content.bytes().await.unwrap(), common::png(300, 200));
    assert_eq!(user.get(&path).await["has_thumbnail"], true);
    assert_eq!(user.delete(&path).await, StatusCode::NO_CONTENT);
    assert_eq!(app.telemetry.metrics_text().matches("b2_upload_duration_seconds_count").count(), 1);
}
