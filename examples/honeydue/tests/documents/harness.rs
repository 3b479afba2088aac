//! The application with a store that the test can look into.

use std::path::{Path, PathBuf};

use reqwest::{Method, Response, StatusCode};
use tempfile::TempDir;

use crate::common::{TestApp, User, id};

/// What uploads of these tests may have.
pub const MAX_UPLOAD_BYTES: usize = 64 << 10;

/// A document without a thumbnail.
pub const PDF: &[u8] = b"%PDF-1.7";

/// The application, over a folder of documents.
pub struct Api {
    pub app: TestApp,
    folder: TempDir,
}

impl Api {
    pub async fn start() -> Api {
        let folder = tempfile::tempdir().unwrap();
        let variables = [
            ("STORAGE_FOLDER", folder.path().display().to_string()),
            ("MAX_UPLOAD_BYTES", MAX_UPLOAD_BYTES.to_string()),
        ];
        Api { app: TestApp::start_with(&variables).await, folder }
    }

    /// The keys of all objects in the store.
    pub fn objects(&self) -> Vec<String> {
        let mut files = Vec::new();
        find_files(self.folder.path(), &mut files);
        let key = |file: &PathBuf| file.strip_prefix(self.folder.path()).unwrap().display().to_string();
        files.iter().map(key).collect()
    }

    /// Takes an object out of the store behind the application's back.
    pub fn remove_object(&self, key: &str) {
        std::fs::remove_file(self.folder.path().join(key)).unwrap();
    }

    /// What the schedule behind removals does; how many objects it has removed.
    pub async fn remove_discarded(&self) -> usize {
        self.app.app.documents.remove_discarded().await.unwrap()
    }

    /// What the job behind an upload does.
    pub async fn make_thumbnail(&self, document: i64) -> honeydue::error::Result<()> {
        self.app.app.documents.make_thumbnail(document).await
    }
}

fn find_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { find_files(&path, found) } else { found.push(path) }
    }
}

/// The response to a `GET`.
pub async fn fetch(user: &User<'_>, path: &str) -> Response {
    user.request(Method::GET, path).send().await.unwrap()
}

/// The response to an upload.
pub async fn send(user: &User<'_>, residence: i64, content: &[u8]) -> Response {
    user.upload_request(residence, "roof.jpg", content.to_vec()).send().await.unwrap()
}

/// The id of an upload that is taken.
pub async fn upload(user: &User<'_>, residence: i64, content: &[u8]) -> i64 {
    id(&user.upload(residence, "roof.jpg", content.to_vec()).await)
}

/// The detail of a problem that has this status.
pub async fn problem(response: Response, expected: StatusCode) -> String {
    let (status, problem) = crate::common::problem(response).await;
    assert_eq!(status, expected, "{problem}");
    problem["detail"].as_str().unwrap().to_owned()
}
