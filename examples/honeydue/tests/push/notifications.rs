//! The routes of notifications and devices, and what becomes of a notification on its way to telephones.

use std::sync::Mutex;

use honeydue::error::AppError;
use honeydue::notifications::{Category, Delivery};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::common::vendor::{Answer, Received, Vendor, answer};
use crate::common::{TestApp, User};
use crate::server::{Server, answered, deliver, notify};
use crate::{ANDROID_TOKEN, IOS_TOKEN};

fn fine(_: &Received) -> Answer {
    answer(200, "{}")
}

async fn ids(user: &User<'_>, path: &str) -> Vec<i64> {
    let page = user.get(path).await;
    page["items"].as_array().unwrap().iter().map(|item| item["id"].as_i64().unwrap()).collect()
}

/// The last part of each path that was asked for.
fn pushed_to(apple: &Vendor) -> Vec<String> {
    let tokens =
        apple.received().into_iter().map(|request| request.path.rsplit('/').next().unwrap().to_owned());
    let mut tokens: Vec<_> = tokens.collect();
    tokens.sort_unstable();
    tokens
}

#[tokio::test]
async fn devices_are_registered_listed_and_removed() {
    let server = Server::start(fine, fine).await;
    let user = server.user().await;
    let device = user.post("/api/devices/", &json!({ "platform": "ios", "push_token": IOS_TOKEN })).await;
    let keys: Vec<_> = device.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["id", "platform", "registered_at"], "the token is told to nobody");

    let id = device["id"].as_i64().unwrap();
    let again = server.register(&user, "ios", IOS_TOKEN).await;
    assert_eq!(again, id, "a device has one token, and a token one device");
    let page = user.get("/api/devices/").await;
    assert_eq!(page["items"][0]["platform"], "ios");
    assert!(!page.to_string().contains(IOS_TOKEN));

    assert_eq!(user.delete(&format!("/api/devices/{id}")).await, StatusCode::NO_CONTENT);
    assert_eq!(user.delete(&format!("/api/devices/{id}")).await, StatusCode::NOT_FOUND);
    assert!(ids(&user, "/api/devices/").await.is_empty());
}

#[tokio::test]
async fn devices_with_malformed_tokens_are_refused_and_not_repeated() {
    let server = Server::start(fine, fine).await;
    let user = server.user().await;
    let too_long = "a".repeat(2_000);
    for (platform, token) in [
        ("ios", ""),
        ("ios", "../../other"),
        ("ios", ANDROID_TOKEN),
        ("ios", &too_long),
        ("android", "a b"),
        ("android", &too_long),
        ("windows", IOS_TOKEN),
    ] {
        let input = json!({ "platform": platform, "push_token": token });
        let (status, problem) = answered(user.request(Method::POST, "/api/devices/").json(&input)).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{platform} {token}");
        assert!(token.is_empty() || !problem.to_string().contains(token), "{problem}");
    }
}

#[tokio::test]
async fn a_device_belongs_to_who_registered_it_last() {
    let server = Server::start(fine, fine).await;
    let (ann, bob) = (server.user().await, server.user().await);
    let id = server.register(&ann, "ios", IOS_TOKEN).await;
    let of_ann = server.notify(&ann, Category::TaskDue).await;
    assert_eq!(bob.delete(&format!("/api/devices/{id}")).await, StatusCode::NOT_FOUND);

    server.register(&bob, "ios", IOS_TOKEN).await;
    assert!(ids(&ann, "/api/devices/").await.is_empty());
    assert_eq!(ids(&bob, "/api/devices/").await.len(), 1);
    assert_eq!(server.deliver(of_ann).await.unwrap(), Delivery::default());
    assert!(pushed_to(&server.apple).is_empty(), "it was for Ann");
}

#[tokio::test]
async fn the_twenty_latest_devices_are_kept() {
    let server = Server::start(fine, fine).await;
    let user = server.user().await;
    let mut registered = Vec::new();
    for number in 0..22 {
        registered.push(server.register(&user, "ios", &format!("{number:064}")).await);
    }
    assert_eq!(ids(&user, "/api/devices/").await, registered[2..]);
}

#[tokio::test]
async fn notifications_are_listed_in_pages_and_read_once() {
    let server = Server::start(fine, fine).await;
    let (ann, bob) = (server.user().await, server.user().await);
    let mut told = Vec::new();
    for category in [Category::TaskDue, Category::TaskCompleted, Category::Digest] {
        told.push(server.notify(&ann, category).await);
    }
    let page = ann.get("/api/notifications/?limit=2").await;
    assert_eq!((page["items"].as_array().unwrap().len(), &page["next"]), (2, &json!(told[1])));
    assert_eq!(page["items"][0]["category"], "digest", "the newest is the first");
    assert_eq!(page["items"][0]["read_at"], Value::Null);
    assert_eq!(ids(&ann, &format!("/api/notifications/?after={}", told[1])).await, told[..1]);
    assert!(ids(&bob, "/api/notifications/").await.is_empty());

    let read = format!("/api/notifications/{}/read", told[0]);
    assert_eq!(answered(bob.request(Method::POST, &read)).await.0, StatusCode::NOT_FOUND);
    assert_eq!(answered(ann.request(Method::POST, &read)).await.0, StatusCode::NO_CONTENT);
    let read_at = async || ann.get("/api/notifications/").await["items"][2]["read_at"].clone();
    let first = read_at().await;
    assert!(first.is_string());
    assert_eq!(answered(ann.request(Method::POST, &read)).await.0, StatusCode::NO_CONTENT);
    assert_eq!(read_at().await, first);
}

#[tokio::test]
async fn nothing_is_for_those_without_a_session() {
    let server = Server::start(fine, fine).await;
    for (method, path) in [
        (Method::GET, "/api/notifications/"),
        (Method::POST, "/api/notifications/1/read"),
        (Method::GET, "/api/devices/"),
        (Method::POST, "/api/devices/"),
        (Method::DELETE, "/api/devices/1"),
    ] {
        let (status, _) = answered(server.request(method.clone(), path)).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{method} {path}");
    }
}

/// Apple's answers to three telephones: one is fine, one has lost the app, one is reached at the second attempt.
fn apple_answers(request: &Received, failed: &Mutex<bool>) -> Answer {
    match request.path.chars().last() {
        Some('b') => answer(410, json!({ "reason": "Unregistered" })),
        Some('c') if !std::mem::replace(&mut *failed.lock().unwrap(), true) => {
            answer(503, json!({ "reason": "ServiceUnavailable" }))
        }
        _ => answer(200, ""),
    }
}

#[tokio::test]
async fn another_attempt_leaves_out_what_was_reached() {
    let failed = Mutex::new(false);
    let server = Server::start(move |request| apple_answers(request, &failed), fine).await;
    let user = server.user().await;
    let mut devices = Vec::new();
    for token in ["0a", "0b", "0c"] {
        devices.push(server.register(&user, "ios", token).await);
    }
    devices.push(server.register(&user, "android", ANDROID_TOKEN).await);
    let notification = server.notify(&user, Category::TaskDue).await;

    let error = server.deliver(notification).await.unwrap_err();
    assert!(matches!(&error, AppError::Push(_)) && error.is_transient(), "{error:?}");
    assert_eq!(pushed_to(&server.apple), ["0a", "0b", "0c"], "whatever becomes of the others");
    assert_eq!(server.google.received().len(), 1);
    let left = [devices[0], devices[2], devices[3]];
    assert_eq!(ids(&user, "/api/devices/").await, left, "nothing reaches a telephone without the app");

    let second = server.deliver(notification).await.unwrap();
    assert_eq!(second, Delivery { sent: 1, ..Delivery::default() });
    assert_eq!(pushed_to(&server.apple), ["0a", "0b", "0c", "0c"]);
    assert_eq!(server.google.received().len(), 1, "nobody hears of it twice");
    assert_eq!(server.deliver(notification).await.unwrap(), Delivery::default());
}

#[tokio::test]
async fn a_token_that_is_not_known_may_be_our_fault() {
    let is_wrong = std::sync::Arc::new(Mutex::new(true));
    let apple = {
        let is_wrong = std::sync::Arc::clone(&is_wrong);
        move |_: &Received| {
            if *is_wrong.lock().unwrap() {
                answer(400, json!({ "reason": "DeviceTokenNotForTopic" }))
            } else {
                answer(200, "")
            }
        }
    };
    let server = Server::start(apple, fine).await;
    let user = server.user().await;
    let device = server.register(&user, "ios", IOS_TOKEN).await;
    let push = async || server.deliver(server.notify(&user, Category::Digest).await).await.unwrap();
    let (refused, removed) =
        (Delivery { refused: 1, ..Delivery::default() }, Delivery { removed: 1, ..Delivery::default() });

    for _ in 0..4 {
        assert_eq!(push().await, refused);
    }
    *is_wrong.lock().unwrap() = false;
    assert_eq!(push().await.sent, 1, "the topic is mended");
    *is_wrong.lock().unwrap() = true;
    for _ in 0..4 {
        assert_eq!(push().await, refused, "they are counted anew");
    }
    assert_eq!(ids(&user, "/api/devices/").await, [device]);
    assert_eq!(push().await, removed);
    assert!(ids(&user, "/api/devices/").await.is_empty());
}

#[tokio::test]
async fn what_is_refused_for_good_is_not_worth_another_attempt() {
    let server = Server::start(|_| answer(403, json!({ "reason": "TopicDisallowed" })), fine).await;
    let user = server.user().await;
    let device = server.register(&user, "ios", IOS_TOKEN).await;
    let error = server.deliver(server.notify(&user, Category::Digest).await).await.unwrap_err();
    assert!(matches!(&error, AppError::Push(_)) && !error.is_transient(), "{error:?}");
    assert_eq!(ids(&user, "/api/devices/").await, [device], "it is not the device's fault");
}

#[tokio::test]
async fn a_delivery_is_one_trace() {
    let server = Server::start(fine, fine).await;
    let user = server.user().await;
    server.register(&user, "ios", IOS_TOKEN).await;
    server.register(&user, "android", ANDROID_TOKEN).await;
    for (category, apns) in [(Category::TaskDue, "apns.SendWithCategory"), (Category::Digest, "apns.Send")] {
        let notification = server.notify(&user, category).await;
        let delivery = server.deliver(notification).await.unwrap();
        assert_eq!(delivery, Delivery { sent: 2, ..Delivery::default() });
        for span in [apns, "fcm.Send"] {
            let spans = server.telemetry().spans();
            let last = spans.iter().rfind(|other| other.name == span).unwrap();
            let parent =
                spans.iter().find(|other| other.span_context.span_id() == last.parent_span_id).unwrap();
            assert_eq!(parent.name, "NotificationService.deliver");
        }
    }
    let metrics = server.telemetry().metrics_text();
    assert!(metrics.contains("apns_send_duration_seconds_count{result=\"ok\"} 2"), "{metrics}");
    assert!(metrics.contains("fcm_send_duration_seconds_count{result=\"ok\"} 2"), "{metrics}");
}

#[tokio::test]
async fn without_a_vendor_devices_are_skipped() {
    let app = TestApp::start().await;
    let user = app.user().await;
    for (platform, token) in [("ios", IOS_TOKEN), ("android", ANDROID_TOKEN)] {
        user.post("/api/devices/", &json!({ "platform": platform, "push_token": token })).await;
    }
    let delivery = deliver(&app, notify(&app, &user, Category::Digest).await).await.unwrap();
    assert_eq!(delivery, Delivery { skipped: 2, ..Delivery::default() });
}

#[tokio::test]
async fn what_is_gone_is_not_pushed() {
    let server = Server::start(fine, fine).await;
    assert_eq!(server.deliver(12_345).await.unwrap(), Delivery::default());
}
