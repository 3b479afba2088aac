//! The address of a device at its vendor. Whoever has it and the app's keys can write to the telephone: it is a secret.

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::Platform;

/// Apple says that the length may change; it has been 64 so far.
const MAX_IOS_BYTES: usize = 200;
/// Google states none. `PostgreSQL` indexes no more than 2,704 bytes.
const MAX_ANDROID_BYTES: usize = 1_024;

/// A device's token. It is shown nowhere.
#[derive(Clone, Debug, Deserialize)]
#[serde(transparent)]
pub struct PushToken(SecretString);

impl PushToken {
    /// For whom it is meant: the vendor and the database.
    pub(crate) fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// A rule of input: whether it can be one of this platform's, and nothing that changes a URL.
    pub(crate) fn is_of(platform: Platform) -> impl FnOnce(&PushToken, &()) -> garde::Result {
        move |token, ()| {
            let token = token.expose();
            let (max_bytes, is_well_formed) = match platform {
                Platform::Ios => (MAX_IOS_BYTES, token.bytes().all(|byte| byte.is_ascii_hexdigit())),
                Platform::Android => (MAX_ANDROID_BYTES, token.bytes().all(is_of_fcm)),
            };
            if (1..=max_bytes).contains(&token.len()) && is_well_formed {
                return Ok(());
            }
            Err(garde::Error::new(format!("no token of {platform}")))
        }
    }
}

fn is_of_fcm(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b':')
}

impl From<String> for PushToken {
    fn from(token: String) -> PushToken {
        PushToken(token.into())
    }
}

#[cfg(test)]
mod tests {
    use super::{Platform, PushToken};

    fn is_of(platform: Platform, token: &str) -> bool {
        PushToken::is_of(platform)(&PushToken::from(token.to_owned()), &()).is_ok()
    }

    #[test]
    fn tokens_have_the_form_of_their_platform() {
        assert!(is_of(Platform::Ios, &"0aF9".repeat(16)));
        assert!(is_of(Platform::Android, "dGVz_dA-1:APA91b"));
        for token in ["", "../x", "a/b", "a b", "a?b", "a%2f", "\u{e9}", "a\n"] {
            assert!(!is_of(Platform::Ios, token), "{token:?}");
            assert!(!is_of(Platform::Android, token), "{token:?}");
        }
        assert!(!is_of(Platform::Ios, "dGVz_dA-1:APA91b"));
    }

    #[test]
    fn tokens_are_bounded() {
        assert!(!is_of(Platform::Ios, &"a".repeat(201)));
        assert!(!is_of(Platform::Android, &"a".repeat(1_025)));
    }

    #[test]
    fn tokens_are_not_shown() {
        let token = PushToken::from("abc123".to_owned());
        assert!(!format!("{token:?}").contains("abc123"));
    }
}
