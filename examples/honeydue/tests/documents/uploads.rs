//! Uploads and downloads.

use reqwest::multipart::{Form, Part};
use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::common::png;
use crate::harness::{Api, MAX_UPLOAD_BYTES, PDF, fetch, problem, send, upload};

#[tokio::test]
async fn a_document_comes_back_as_it_was_sent() {
    let api = Api::start().await;
    let user = api.app.user().await;
    let (residence, content) = (user.residence().await, png(40, 30));

    let document = user.upload(residence, "C:\\me\\Dach (neu)\u{202e}.png", content.clone()).await;
    assert_eq!(document["name"], "Dach (neu).png");
    assert_eq!(document["mime_type"], "image/png");
    assert_eq!(document["size_bytes"], content.len());
    assert_eq!(document["has_thumbnail"], false);
    assert!(document.get("object_key").is_none());

    let path = format!("/api/documents/{}", document["id"]);
    assert_eq!(user.get(&path).await, document);
    let download = fetch(&user, &format!("{path}/content")).await;
    assert_eq!(download.headers()["content-type"], "image/png");
    assert_eq!(download.headers()["x-content-type-options"], "nosniff");
    let disposition = &download.headers()["content-disposition"];
    assert_eq!(disposition, "attachment; filename*=UTF-8''Dach%20%28neu%29%2Epng");
    assert_eq!(download.bytes().await.unwrap(), content);
}

#[tokio::test]
async fn lists_come_in_pages() {
    let api = Api::start().await;
    let user = api.app.user().await;
    let (home, cottage) = (user.residence().await, user.residence().await);
    let first = upload(&user, home, PDF).await;
    let elsewhere = upload(&user, cottage, PDF).await;
    let last = upload(&user, home, PDF).await;

    let numbers = |page: &Value| -> Vec<i64> {
        page["items"].as_array().unwrap().iter().map(crate::common::id).collect()
    };
    assert_eq!(numbers(&user.get("/api/documents/").await), [first, elsewhere, last]);
    let pages = format!("/api/documents/?residence_id={home}&limit=1");
    let page = user.get(&pages).await;
    assert_eq!((numbers(&page), &page["next"]), (vec![first], &first.into()));
    let page = user.get(&format!("{pages}&after={first}")).await;
    assert_eq!((numbers(&page), &page["next"]), (vec![last], &Value::Null));
}

#[tokio::test]
async fn the_content_decides_what_is_taken() {
    let api = Api::start().await;
    let user = api.app.user().await;
    let residence = user.residence().await;
    for content in [&b"<script>"[..], b"GIF89a", b"PK\x03\x04", b""] {
        let file = Part::bytes(content).file_name("roof.png").mime_str("image/png").unwrap();
        let form = Form::new().text("residence_id", residence.to_string()).part("file", file);
        let request = user.request(Method::POST, "/api/documents/").multipart(form);
        let detail = problem(request.send().await.unwrap(), StatusCode::UNSUPPORTED_MEDIA_TYPE).await;
        assert_eq!(detail, "send a JPEG, a PNG, a WebP or a PDF");
    }
    assert!(api.objects().is_empty());
}

#[tokio::test]
async fn nothing_is_kept_of_what_is_too_large() {
    let api = Api::start().await;
    let user = api.app.user().await;
    let residence = user.residence().await;
    let pdf = |bytes: usize| [PDF, &vec![b' '; bytes - PDF.len()]].concat();

    // One byte too many in the file, and more than the form may have as a whole.
    for bytes in [MAX_UPLOAD_BYTES + 1, 2 * MAX_UPLOAD_BYTES] {
        let response = send(&user, residence, &pdf(bytes)).await;
        let detail = problem(response, StatusCode::PAYLOAD_TOO_LARGE).await;
        assert_eq!(detail, format!("it is larger than {MAX_UPLOAD_BYTES} bytes"));
    }
    assert!(api.objects().is_empty());

    upload(&user, residence, &pdf(MAX_UPLOAD_BYTES)).await;
    assert_eq!(api.objects().len(), 1);
}

#[tokio::test]
async fn forms_have_both_fields() {
    let api = Api::start().await;
    let user = api.app.user().await;
    let file = || Part::bytes(PDF).file_name("roof.pdf");
    let forms = [
        (Form::new().part("file", file()), "residence_id: not a number"),
        (Form::new().part("file", file()).text("residence_id", "home"), "residence_id: not a number"),
        (Form::new().text("residence_id", "1"), "file: missing"),
    ];
    for (form, detail) in forms {
        let response = user.request(Method::POST, "/api/documents/").multipart(form).send().await.unwrap();
        assert_eq!(problem(response, StatusCode::UNPROCESSABLE_ENTITY).await, detail);
    }

    let no_form = user.request(Method::POST, "/api/documents/").body("x").send().await.unwrap();
    problem(no_form, StatusCode::UNSUPPORTED_MEDIA_TYPE).await;
    let broken = user.request(Method::POST, "/api/documents/").body("--b\r\nx");
    let broken = broken.header("content-type", "multipart/form-data; boundary=b").send().await.unwrap();
    assert_eq!(problem(broken, StatusCode::UNPROCESSABLE_ENTITY).await, "the form is malformed");
}

#[tokio::test]
async fn strangers_find_nothing() {
    let api = Api::start().await;
    let (owner, stranger) = (api.app.user().await, api.app.user().await);
    let residence = owner.residence().await;
    let id = upload(&owner, residence, &png(40, 30)).await;
    api.make_thumbnail(id).await.unwrap();

    let of_document = ["", "/content", "/thumbnail"].map(|part| format!("/api/documents/{id}{part}"));
    let of_residence = format!("/api/documents/?residence_id={residence}");
    for path in of_document.iter().chain([&of_residence]) {
        assert_eq!(fetch(&owner, path).await.status(), StatusCode::OK, "{path}");
        problem(fetch(&stranger, path).await, StatusCode::NOT_FOUND).await;
        let nobody = api.app.request(Method::GET, path).send().await.unwrap();
        problem(nobody, StatusCode::UNAUTHORIZED).await;
    }
    assert_eq!(stranger.delete(&of_document[0]).await, StatusCode::NOT_FOUND);
    problem(send(&stranger, residence, PDF).await, StatusCode::NOT_FOUND).await;
    assert_eq!(api.objects().len(), 2);
}

#[tokio::test]
async fn an_upload_is_one_tree() {
    let api = Api::start().await;
    let user = api.app.user().await;
    let residence = user.residence().await;
    upload(&user, residence, PDF).await;
    assert_eq!(
        api.app.tree("POST /api/documents/", &["size_bytes", "mime_type", "bucket", "result"]),
        "POST /api/documents/
  AuthService.authenticate
    SessionRepository.user_of
      SELECT sessions
  DocumentService.upload
    ResidenceRepository.find
      SELECT residences
    DocumentRepository.discard_object
      INSERT discarded_objects
    storage.upload result=ok size_bytes=8 mime_type=application/pdf bucket=local
      b2.PutObject result=ok size_bytes=8 mime_type=application/pdf bucket=local
    DocumentRepository.insert
      transaction
        BEGIN
        INSERT documents SELECT residences
        DocumentRepository.keep_object
          DELETE discarded_objects
        COMMIT
    DocumentRepository.find
      SELECT documents residences
"
    );
}
