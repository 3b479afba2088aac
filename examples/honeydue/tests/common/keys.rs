//! Keys of nobody, made for each test.

use honeydue::config::{ApnsConfig, FcmConfig};
use rcgen::{KeyPair, PKCS_RSA_SHA256, RsaKeySize};
use serde_json::json;

pub struct Key {
    pub private_pem: String,
    pub public_pem: String,
}

pub fn ecdsa() -> Key {
    Key::of(&KeyPair::generate().unwrap())
}

pub fn rsa() -> Key {
    Key::of(&KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap())
}

impl Key {
    fn of(pair: &KeyPair) -> Key {
        Key { private_pem: pair.serialize_pem(), public_pem: pair.public_key_pem() }
    }
}

pub fn apns_config(url: &str, key: &Key) -> ApnsConfig {
    ApnsConfig {
        url: url.to_owned(),
        key: key.private_pem.clone().into(),
        key_id: "ABC123DEFG".to_owned(),
        team_id: "DEF123GHIJ".to_owned(),
        topic: "com.example.honeydue".to_owned(),
    }
}

pub fn fcm_config(url: &str, token_url: &str, key: &Key) -> FcmConfig {
    FcmConfig { url: url.to_owned(), service_account: service_account(token_url, key).into() }
}

/// The variables of an application whose vendors are these.
pub fn variables(apple: &str, google: &str, tokens: &str) -> Vec<(&'static str, String)> {
    vec![
        ("APNS_URL", apple.to_owned()),
        ("APNS_KEY", ecdsa().private_pem),
        ("APNS_KEY_ID", "ABC123DEFG".to_owned()),
        ("APNS_TEAM_ID", "DEF123GHIJ".to_owned()),
        ("APNS_TOPIC", "com.example.honeydue".to_owned()),
        ("FCM_URL", google.to_owned()),
        ("FCM_SERVICE_ACCOUNT", service_account(tokens, &rsa())),
    ]
}

fn service_account(token_url: &str, key: &Key) -> String {
    let account = json!({
        "type": "service_account",
        "project_id": "honeydue-test",
        "private_key": key.private_pem,
        "client_email": "push@honeydue-test.iam.gserviceaccount.com",
        "token_uri": token_url,
    });
    account.to_string()
}
