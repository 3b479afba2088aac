use std::fs;
use std::path::PathBuf;

use super::Token;
use crate::telemetry::otlp::TokenSource;

/// A file of this test, which is removed at its end.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str, text: &str) -> Scratch {
        let path = std::env::temp_dir().join(format!("spanweave-token-{}-{name}", std::process::id()));
        fs::write(&path, text).unwrap();
        Scratch(path)
    }

    fn token(&self) -> Result<Token, String> {
        Token::new(TokenSource::File(self.0.clone()))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _gone_already = fs::remove_file(&self.0);
    }
}

#[test]
fn a_file_is_read_again_when_it_has_changed() {
    let file = Scratch::new("rotated", "first\n");
    let mut token = file.token().unwrap();
    assert_eq!(token.header(), "Bearer first");
    fs::write(&file.0, "the-second\n").unwrap();
    assert_eq!(token.header(), "Bearer the-second");
    assert!(token.header().is_sensitive());
}

#[test]
fn what_cannot_be_read_leaves_the_last_token() {
    let file = Scratch::new("kept", "good");
    let mut token = file.token().unwrap();
    for bad in ["", "two words", "ümlaut", &"x".repeat(20_000)] {
        fs::write(&file.0, bad).unwrap();
        assert_eq!(token.header(), "Bearer good");
    }
    fs::remove_file(&file.0).unwrap();
    assert_eq!(token.header(), "Bearer good");
    fs::create_dir(&file.0).unwrap();
    assert_eq!(token.header(), "Bearer good");
    fs::remove_dir(&file.0).unwrap();
    fs::write(&file.0, "better").unwrap();
    assert_eq!(token.header(), "Bearer better");
}

#[test]
fn a_refused_token_is_looked_for_in_the_file() {
    let file = Scratch::new("refused", "a");
    let mut token = file.token().unwrap();
    assert_eq!(token.header(), "Bearer a");
    fs::write(&file.0, "b").unwrap();
    assert!(token.may_be_renewed());
    assert_eq!(token.header(), "Bearer b");
    let mut fixed = Token::new(TokenSource::Fixed("a".to_owned())).unwrap();
    assert!(!fixed.may_be_renewed());
}

#[test]
fn what_is_no_token_is_refused_at_the_start_and_not_shown() {
    let file = Scratch::new("secret", "hunter2 hunter2");
    let error = file.token().err().unwrap();
    assert!(error.contains("spanweave-token") && !error.contains("hunter2"), "{error}");
    let error = Token::new(TokenSource::File("/nonexistent/token".into())).err().unwrap();
    assert!(error.starts_with("the token file `/nonexistent/token` cannot be read: "), "{error}");
    let error = Token::new(TokenSource::Fixed("Bearer hunter2".to_owned())).err().unwrap();
    assert!(!error.contains("hunter2"), "{error}");
}
