//! What is left of documents that are removed, or were never complete.

use reqwest::StatusCode;

use crate::common::png;
use crate::harness::{Api, PDF, fetch, problem, send, upload};

#[tokio::test]
async fn a_deleted_document_is_gone_with_its_objects() {
    let api = Api::start().await;
    let user = api.app.user().await;
    let residence = user.residence().await;
    let id = upload(&user, residence, &png(40, 30)).await;
    api.make_thumbnail(id).await.unwrap();
    let other = upload(&user, residence, PDF).await;
    assert_eq!(api.objects().len(), 3);

    let path = format!("/api/documents/{id}");
    assert_eq!(user.delete(&path).await, StatusCode::NO_CONTENT);
    assert_eq!(user.delete(&path).await, StatusCode::NOT_FOUND);
    problem(fetch(&user, &format!("{path}/content")).await, StatusCode::NOT_FOUND).await;
    assert_eq!(api.remove_discarded().await, 2);
    assert_eq!(api.objects().len(), 1);
    assert_eq!(api.remove_discarded().await, 0);
    let other = fetch(&user, &format!("/api/documents/{other}/content")).await;
    assert_eq!(other.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_residence_takes_its_documents_along() {
    let api = Api::start().await;
    let (user, stranger) = (api.app.user().await, api.app.user().await);
    let (home, other) = (user.residence().await, user.residence().await);
    let id = upload(&user, home, &png(40, 30)).await;
    api.make_thumbnail(id).await.unwrap();
    upload(&user, home, PDF).await;
    upload(&user, other, PDF).await;

    let path = format!("/api/residences/{home}");
    assert_eq!(stranger.delete(&path).await, StatusCode::NOT_FOUND);
    assert_eq!(api.objects().len(), 4);
    assert_eq!(user.delete(&path).await, StatusCode::NO_CONTENT);
    assert_eq!(api.remove_discarded().await, 3);
    assert_eq!(api.objects().len(), 1);
    problem(fetch(&user, &format!("/api/documents/{id}")).await, StatusCode::NOT_FOUND).await;
}

/// Has an hour pass, in which every upload has ended one way or the other.
async fn an_hour_later(api: &Api) {
    sqlx::query("UPDATE discarded_objects SET remove_after = remove_after - 3600")
        .execute(&api.app.app.pool)
        .await
        .unwrap();
}

#[tokio::test]
async fn an_object_without_a_row_is_removed() {
    let api = Api::start().await;
    let user = api.app.user().await;
    let residence = user.residence().await;
    sqlx::query("DROP TABLE documents").execute(&api.app.app.pool).await.unwrap();

    let response = send(&user, residence, PDF).await;
    assert_eq!(problem(response, StatusCode::INTERNAL_SERVER_ERROR).await, "the database failed");
    assert_eq!((api.remove_discarded().await, api.objects().len()), (0, 1), "somebody may be at it");
    an_hour_later(&api).await;
    assert_eq!((api.remove_discarded().await, api.objects().len()), (1, 0));
}

#[tokio::test]
async fn a_document_that_is_there_keeps_its_objects() {
    let api = Api::start().await;
    let user = api.app.user().await;
    let residence = user.residence().await;
    let id = upload(&user, residence, &png(40, 30)).await;
    api.make_thumbnail(id).await.unwrap();
    an_hour_later(&api).await;
    assert_eq!((api.remove_discarded().await, api.objects().len()), (0, 2));
}

#[tokio::test]
async fn a_thumbnail_of_a_document_that_is_deleted_meanwhile_is_removed() {
    let api = Api::start().await;
    let user = api.app.user().await;
    let residence = user.residence().await;
    let id = upload(&user, residence, &png(40, 30)).await;
    let (documents, pool) = (api.app.app.documents.clone(), api.app.app.pool.clone());
    // As if the worker had stopped before the row said where the thumbnail is.
    documents.make_thumbnail(id).await.unwrap();
    sqlx::query("INSERT INTO discarded_objects SELECT thumbnail_key, 0 FROM documents")
        .execute(&pool)
        .await
        .unwrap();
    sqlx::query("UPDATE documents SET thumbnail_key = NULL").execute(&pool).await.unwrap();
    assert_eq!(user.delete(&format!("/api/documents/{id}")).await, StatusCode::NO_CONTENT);
    documents.make_thumbnail(id).await.unwrap();
    assert_eq!((api.remove_discarded().await, api.objects().len()), (2, 0));
}

#[tokio::test]
async fn an_object_that_cannot_be_removed_does_not_keep_others() {
    let api = Api::start().await;
    let user = api.app.user().await;
    let residence = user.residence().await;
    let id = upload(&user, residence, PDF).await;
    // The store has a folder there.
    sqlx::query("INSERT INTO discarded_objects (object_key, remove_after) VALUES ('documents', -1)")
        .execute(&api.app.app.pool)
        .await
        .unwrap();
    assert_eq!(user.delete(&format!("/api/documents/{id}")).await, StatusCode::NO_CONTENT);
    assert_eq!((api.remove_discarded().await, api.objects().len()), (1, 0));
    let left: Vec<String> = sqlx::query_scalar("SELECT object_key FROM discarded_objects")
        .fetch_all(&api.app.app.pool)
        .await
        .unwrap();
    assert_eq!(left, ["documents"], "it is tried again");
}

#[tokio::test]
async fn a_row_without_an_object_can_be_removed() {
    let api = Api::start().await;
    let user = api.app.user().await;
    let residence = user.residence().await;
    let id = upload(&user, residence, PDF).await;
    let key: String =
        sqlx::query_scalar("SELECT object_key FROM documents").fetch_one(&api.app.app.pool).await.unwrap();
    api.remove_object(&key);

    let path = format!("/api/documents/{id}");
    problem(fetch(&user, &format!("{path}/content")).await, StatusCode::NOT_FOUND).await;
    assert_eq!(user.delete(&path).await, StatusCode::NO_CONTENT);
}
