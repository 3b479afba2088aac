//! What every request passes, whichever route it is of.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::sync::Semaphore;

use crate::error::{AppError, Result, problem};

/// A middleware: a request that takes longer is answered so, and what it waits for is dropped.
///
/// # Errors
///
/// It took longer.
pub async fn within(State(limit): State<Duration>, request: Request, next: Next) -> Result<Response> {
    tokio::time::timeout(limit, next.run(request)).await.map_err(|_| AppError::TimedOut)
}

/// A middleware: no more requests at a time than there are permits. One more is refused at once, since a queue would be answered
/// when nobody waits for it any longer.
///
/// # Errors
///
/// There is no permit left.
pub async fn at_most(
    State(permits): State<Arc<Semaphore>>,
    request: Request,
    next: Next,
) -> Result<Response> {
    let _permit = permits.try_acquire().map_err(|_| AppError::Busy)?;
    Ok(next.run(request).await)
}

/// The answer to a path that no route has.
pub async fn no_such_page() -> Response {
    problem(StatusCode::NOT_FOUND, "there is no such page").into_response()
}

/// The answer to a method that a route does not have; its `Allow` names those that it has.
pub async fn wrong_method() -> Response {
    problem(StatusCode::METHOD_NOT_ALLOWED, "the page is not asked for with this method").into_response()
}

/// The empty 500 of a request that panicked, as the problem that it is.
pub async fn panic_as_problem(panicked: Response) -> Response {
    let is_empty = !panicked.headers().contains_key(CONTENT_TYPE);
    if !(panicked.status() == StatusCode::INTERNAL_SERVER_ERROR && is_empty) {
        return panicked;
    }
    let mut response = problem(StatusCode::INTERNAL_SERVER_ERROR, "something went wrong").into_response();
    let mut headers = panicked.into_parts().0.headers;
    headers.remove(CONTENT_LENGTH);
    response.headers_mut().extend(headers);
    response
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use axum::Router;
    use axum::body::Body;
    use axum::http::{Request, StatusCode};
    use axum::middleware::from_fn_with_state;
    use axum::response::Response;
    use axum::routing::get;
    use tokio::sync::Semaphore;
    use tower::ServiceExt;

    use super::{at_most, within};

    async fn get_root(router: Router) -> Response {
        router.oneshot(Request::new(Body::empty())).await.unwrap()
    }

    #[tokio::test]
    async fn a_request_that_never_ends_is_ended() {
        let router = Router::new().route("/", get(std::future::pending::<()>));
        let response =
            get_root(router.route_layer(from_fn_with_state(Duration::from_millis(10), within))).await;
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(response.headers()["content-type"], "application/problem+json");
    }

    #[tokio::test]
    async fn one_request_too_many_is_refused_at_once() {
        let permits = Arc::new(Semaphore::new(1));
        let router = Router::new().route("/", get(async || {}));
        let router = router.layer(from_fn_with_state(Arc::clone(&permits), at_most));
        assert_eq!(get_root(router.clone()).await.status(), StatusCode::OK);

        let _other = permits.acquire().await.unwrap();
        let refused = get_root(router).await;
        assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(refused.headers()["retry-after"], "1");
    }
}
