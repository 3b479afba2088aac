//! Thumbnails, as the job makes them.

use std::time::Duration;

use image::ImageFormat;
use reqwest::StatusCode;
use spanweave::ErrorClass;

use crate::common::png;
use crate::harness::{Api, PDF, fetch, problem, upload};
use crate::images;

#[tokio::test]
async fn images_get_a_thumbnail() {
    let api = Api::start().await;
    let user = api.app.user().await;
    let residence = user.residence().await;
    for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
        let id = upload(&user, residence, &images::encoded(100, 400, format)).await;
        let path = format!("/api/documents/{id}/thumbnail");
        assert_eq!(
            problem(fetch(&user, &path).await, StatusCode::NOT_FOUND).await,
            "there is no such thumbnail"
        );

        api.make_thumbnail(id).await.unwrap();
        let response = fetch(&user, &path).await;
        assert_eq!(response.headers()["content-type"], "image/jpeg");
        assert_eq!(response.headers()["x-content-type-options"], "nosniff");
        let thumbnail = image::load_from_memory(&response.bytes().await.unwrap()).unwrap();
        assert_eq!((thumbnail.width(), thumbnail.height()), (64, 256));
        let document = user.get(&format!("/api/documents/{id}")).await;
        assert_eq!(document["has_thumbnail"], true);
    }
}

#[tokio::test]
async fn a_thumbnail_is_the_right_way_up() {
    let api = Api::start().await;
    let user = api.app.user().await;
    let residence = user.residence().await;
    let id = upload(&user, residence, &images::turned(400, 100)).await;
    api.make_thumbnail(id).await.unwrap();
    let response = fetch(&user, &format!("/api/documents/{id}/thumbnail")).await;
    let thumbnail = image::load_from_memory(&response.bytes().await.unwrap()).unwrap();
    assert_eq!((thumbnail.width(), thumbnail.height()), (64, 256));
}

#[tokio::test]
async fn an_upload_asks_for_its_thumbnail() {
    let api = Api::start().await;
    let user = api.app.user().await;
    let residence = user.residence().await;
    let working = honeydue::jobs::work(api.app.app.clone(), &api.app.telemetry, std::future::pending());
    let made = async {
        let id = upload(&user, residence, &png(40, 30)).await;
        let path = format!("/api/documents/{id}/thumbnail");
        while fetch(&user, &path).await.status() == StatusCode::NOT_FOUND {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        fetch(&user, &path).await.status()
    };
    tokio::select! {
        ended = working => panic!("the worker ended: {ended:?}"),
        status = tokio::time::timeout(Duration::from_secs(30), made) => assert_eq!(status, Ok(StatusCode::OK)),
    }
}

#[tokio::test]
async fn a_job_that_comes_twice_does_no_more() {
    let api = Api::start().await;
    let user = api.app.user().await;
    let residence = user.residence().await;
    let id = upload(&user, residence, &png(40, 30)).await;
    api.make_thumbnail(id).await.unwrap();
    api.make_thumbnail(id).await.unwrap();
    assert_eq!(api.objects().len(), 2);
}

#[tokio::test]
async fn there_is_nothing_to_do_for_other_documents() {
    let api = Api::start().await;
    let user = api.app.user().await;
    let residence = user.residence().await;
    let pdf = upload(&user, residence, PDF).await;
    let deleted = upload(&user, residence, &png(40, 30)).await;
    user.delete(&format!("/api/documents/{deleted}")).await;
    assert_eq!(api.remove_discarded().await, 1);

    api.make_thumbnail(pdf).await.unwrap();
    api.make_thumbnail(deleted).await.unwrap();
    assert_eq!(api.objects().len(), 1);
}

#[tokio::test]
async fn hostile_images_are_errors() {
    let api = Api::start().await;
    let user = api.app.user().await;
    let residence = user.residence().await;
    let png = images::encoded(400, 100, ImageFormat::Png);
    let hostile = [
        // Too wide; more bytes than are decoded; less data than it says; cut off; nothing behind the first bytes.
        images::bomb(60_000, 1, 8),
        images::bomb(12_000, 12_000, 16),
        images::bomb(4_000, 4_000, 8),
        png[..png.len() / 2].to_vec(),
        b"\xff\xd8\xff\xe0".to_vec(),
    ];
    for content in hostile {
        let id = upload(&user, residence, &content).await;
        let error = api.make_thumbnail(id).await.unwrap_err();
        assert_eq!(error.error_class(), "bad_image", "{error:?}");
        problem(fetch(&user, &format!("/api/documents/{id}/thumbnail")).await, StatusCode::NOT_FOUND).await;
    }
    assert!(api.objects().iter().all(|key| key.starts_with("documents/")));
}

#[tokio::test]
async fn the_work_on_another_thread_is_in_the_trace() {
    let api = Api::start().await;
    let user = api.app.user().await;
    let residence = user.residence().await;
    let id = upload(&user, residence, &png(40, 30)).await;
    let job = async { api.make_thumbnail(id).await };
    api.app.telemetry.root("job").run(job).await.unwrap();
    assert_eq!(
        api.app.tree("job", &["result"]),
        "job
  DocumentService.make_thumbnail
    DocumentRepository.without_thumbnail
      SELECT documents
    storage.download
      b2.GetObject
    thumbnail.scale
    DocumentRepository.discard_object
      INSERT discarded_objects
    storage.upload result=ok
      b2.PutObject result=ok
    DocumentRepository.set_thumbnail
      transaction
        BEGIN
        UPDATE documents
        DocumentRepository.keep_object
          DELETE discarded_objects
        COMMIT
"
    );
}
