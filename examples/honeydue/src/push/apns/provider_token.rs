//! The token by which Apple knows who sends: signed by us, and good for an hour.

use std::sync::{Mutex, PoisonError};

use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use reqwest::header::HeaderValue;
use secrecy::ExposeSecret;
use serde::Serialize;

use crate::config::{ApnsConfig, ConfigError};
use crate::push::PushError;
use crate::time::Timestamp;

/// Apple takes none that is older than an hour, and not two within twenty minutes.
const RENEWED_AFTER_SECONDS: i64 = 40 * 60;
const NOT_RENEWED_WITHIN_SECONDS: i64 = 20 * 60;

/// The current token.
pub(super) struct ProviderToken {
    key: EncodingKey,
    header: Header,
    team_id: String,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    issued: Option<Issued>,
    /// When one was last renewed because Apple refused it.
    refused_at: Option<Timestamp>,
}

struct Issued {
    authorization: HeaderValue,
    at: Timestamp,
}

#[derive(Serialize)]
struct Claims<'c> {
    iss: &'c str,
    iat: i64,
}

impl ProviderToken {
    pub(super) fn new(config: &ApnsConfig) -> Result<ProviderToken, ConfigError> {
        let key = EncodingKey::from_ec_pem(config.key.expose_secret().as_bytes()).map_err(bad_key)?;
        let header = Header { kid: Some(config.key_id.clone()), ..Header::new(Algorithm::ES256) };
        let token = ProviderToken { key, header, team_id: config.team_id.clone(), state: Mutex::default() };
        // A key of another curve is only found when it signs.
        token.sign(Timestamp::now()).map_err(bad_key)?;
        Ok(token)
    }

    /// The value of `authorization`: a new token, if there is none or it is about to expire.
    pub(super) fn current(&self, now: Timestamp) -> Result<HeaderValue, PushError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match &state.issued {
            Some(issued) if is_within(RENEWED_AFTER_SECONDS, issued.at, now) => {
                Ok(issued.authorization.clone())
            }
            _ => self.issue(&mut state, now),
        }
    }

    /// Another than this, which Apple refused: none, if one was renewed for that a short while ago, so that a key
    /// that is not good makes no more than one new token in twenty minutes.
    pub(super) fn renewed(
        &self,
        refused: &HeaderValue,
        now: Timestamp,
    ) -> Result<Option<HeaderValue>, PushError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let renewed_by_others = state.issued.as_ref().filter(|issued| issued.authorization != refused);
        if let Some(issued) = renewed_by_others {
            return Ok(Some(issued.authorization.clone()));
        }
        if state.refused_at.is_some_and(|at| is_within(NOT_RENEWED_WITHIN_SECONDS, at, now)) {
            return Ok(None);
        }
        state.refused_at = Some(now);
        self.issue(&mut state, now).map(Some)
    }

    fn issue(&self, state: &mut State, now: Timestamp) -> Result<HeaderValue, PushError> {
        let authorization = self.sign(now).map_err(|error| PushError::Credentials(error.into()))?;
        state.issued = Some(Issued { authorization: authorization.clone(), at: now });
        Ok(authorization)
    }

    fn sign(&self, now: Timestamp) -> Result<HeaderValue, SigningError> {
        let claims = Claims { iss: &self.team_id, iat: now.seconds() };
        let mut authorization =
            HeaderValue::from_maybe_shared(format!("bearer {}", encode(&self.header, &claims, &self.key)?))?;
        authorization.set_sensitive(true);
        Ok(authorization)
    }
}

/// Whatever is wrong with it, without the key.
fn bad_key<E>(_: E) -> ConfigError {
    let problem = "it is no private key of ES256 in PKCS #8 as PEM".to_owned();
    ConfigError::Bad { variable: "APNS_KEY", problem }
}

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
enum SigningError {
    #[error("it could not be signed")]
    Key(#[from] jsonwebtoken::errors::Error),
    #[error("it is no header's value")]
    Header(#[from] reqwest::header::InvalidHeaderValue),
}

/// Whether it was less than so long ago; it was not, if the clock was set back.
fn is_within(seconds: i64, then: Timestamp, now: Timestamp) -> bool {
    (0..seconds).contains(&(now.seconds() - then.seconds()))
}

#[cfg(test)]
mod tests {
    use rcgen::KeyPair;

    use super::{ApnsConfig, ProviderToken, Timestamp};

    fn config(key: String) -> ApnsConfig {
        ApnsConfig {
            url: String::new(),
            key: key.into(),
            key_id: "KEY".to_owned(),
            team_id: "TEAM".to_owned(),
            topic: String::new(),
        }
    }

    fn provider_token() -> ProviderToken {
        ProviderToken::new(&config(KeyPair::generate().unwrap().serialize_pem())).unwrap()
    }

    fn minute(minute: i64) -> Timestamp {
        Timestamp::try_from(1_800_000_000 + minute * 60).unwrap()
    }

    #[test]
    fn it_is_renewed_before_it_expires_and_not_too_often() {
        let token = provider_token();
        let first = token.current(minute(0)).unwrap();
        assert_eq!(token.current(minute(39)).unwrap(), first);
        let second = token.current(minute(40)).unwrap();
        assert_ne!(second, first);
        assert_eq!(token.current(minute(79)).unwrap(), second);
    }

    #[test]
    fn it_is_renewed_if_the_clock_is_set_back() {
        let token = provider_token();
        let first = token.current(minute(10)).unwrap();
        assert_ne!(token.current(minute(0)).unwrap(), first);
    }

    #[test]
    fn one_that_is_refused_is_renewed_once_in_twenty_minutes() {
        let token = provider_token();
        let first = token.current(minute(0)).unwrap();
        let second = token.renewed(&first, minute(1)).unwrap().unwrap();
        assert_ne!(second, first);
        assert_eq!(token.renewed(&first, minute(1)).unwrap(), Some(second.clone()), "of who was slower");
        assert_eq!(token.renewed(&second, minute(20)).unwrap(), None);
        assert!(token.renewed(&second, minute(21)).unwrap().is_some());
    }

    #[test]
    fn keys_that_cannot_sign_are_errors_of_the_configuration() {
        let of_another_curve = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384).unwrap().serialize_pem();
        for key in [of_another_curve, "no key".to_owned()] {
            let Err(error) = ProviderToken::new(&config(key)) else { panic!("it is taken") };
            let said = "APNS_KEY: it is no private key of ES256 in PKCS #8 as PEM";
            assert_eq!(error.to_string(), said);
        }
    }
}
