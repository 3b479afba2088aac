use std::ffi::OsString;

use super::{Config, JobsConfig, StorageConfig};

fn config(variables: &[(&str, &str)]) -> Result<Config, String> {
    let find = |name: &str| variables.iter().find(|(of, _)| *of == name).map(|(_, value)| *value);
    Config::from_variables(find).map_err(|error| error.to_string())
}

fn error(variables: &[(&str, &str)]) -> String {
    config(variables).unwrap_err()
}

const S3: [(&str, &str); 4] = [
    ("S3_BUCKET", "b"),
    ("S3_ENDPOINT", "https://s3.example"),
    ("S3_ACCESS_KEY_ID", "secret-1"),
    ("S3_SECRET_ACCESS_KEY", "secret-2"),
];
const APNS: [(&str, &str); 4] =
    [("APNS_KEY", "secret-3"), ("APNS_KEY_ID", "k"), ("APNS_TEAM_ID", "t"), ("APNS_TOPIC", "a")];
const FCM: [(&str, &str); 1] = [("FCM_SERVICE_ACCOUNT", "secret-4")];

#[test]
fn nothing_has_to_be_set() {
    let config = config(&[]).unwrap();
    assert!(matches!(config.jobs, JobsConfig::InProcess));
    assert!(matches!(config.storage, StorageConfig::Folder(_)));
    assert!(config.apns.is_none() && config.fcm.is_none());
    assert_eq!(config.trusted_proxies, 0);
}

#[test]
fn errors_name_the_variable_and_keep_its_value() {
    assert_eq!(
        error(&[("LISTEN_ADDR", "x")]),
        "LISTEN_ADDR: it is not an address and a port, as 127.0.0.1:8000"
    );
    for (number, value, expected) in [
        ("DATABASE_MAX_CONNECTIONS", "0", "a whole number, 1 or more"),
        ("TRUSTED_PROXIES", "-1", "a whole number, 0 or more"),
        ("MAX_UPLOAD_BYTES", "10MB", "a whole number of bytes"),
    ] {
        assert_eq!(error(&[(number, value)]), format!("{number}: it is not {expected}"));
    }
    for variable in ["DATABASE_URL", "JOBS_URL"] {
        let error = error(&[(variable, "mysql://user:secret@host/")]);
        assert!(error.starts_with(variable) && !error.contains("secret"), "{error}");
    }
}

#[test]
fn who_sets_one_of_a_group_means_all() {
    for group in [&S3[..], &APNS, &FCM] {
        assert!(config(group).is_ok());
        for left_out in group.iter().filter(|_| group.len() > 1) {
            let others: Vec<_> = group.iter().filter(|set| *set != left_out).copied().collect();
            let expected = format!("{} is not set, and {} is", left_out.0, others[0].0);
            assert_eq!(error(&others), expected);
        }
    }
    for (alone, needed) in [
        ("APNS_TOPIC", "APNS_KEY"),
        ("APNS_URL", "APNS_KEY"),
        ("FCM_URL", "FCM_SERVICE_ACCOUNT"),
        ("S3_ENDPOINT", "S3_BUCKET"),
        ("S3_REGION", "S3_BUCKET"),
    ] {
        assert_eq!(error(&[(alone, "https://x")]), format!("{needed} is not set, and {alone} is"));
    }
}

#[cfg(unix)]
#[test]
fn what_is_not_utf_8_is_not_overlooked() {
    use std::os::unix::ffi::OsStringExt;
    for variable in ["DATABASE_URL", "JOBS_URL", "LISTEN_ADDR", "APNS_KEY", "STORAGE_FOLDER"] {
        let find = |name: &str| (name == variable).then(|| OsString::from_vec(vec![b'a', 0xff]));
        let error = Config::from_variables(find).unwrap_err().to_string();
        assert_eq!(error, format!("{variable}: it is not UTF-8"));
    }
}

#[test]
fn secrets_are_sent_over_tls_or_not_off_this_machine() {
    for (variable, group) in [("S3_ENDPOINT", &S3[..]), ("APNS_URL", &APNS), ("FCM_URL", &FCM)] {
        let with = |url| {
            let others = group.iter().filter(|(name, _)| *name != variable).copied();
            config(&others.chain([(variable, url)]).collect::<Vec<_>>()).map(drop)
        };
        for url in
            ["https://a.example", "http://127.0.0.1:9000", "http://localhost:9000/", "http://[::1]:9000"]
        {
            assert_eq!(with(url), Ok(()), "{variable} {url}");
        }
        for url in
            ["http://a.example", "http://localhost.example", "http://127.0.0.1.a.example", "http://10.0.0.1"]
        {
            let expected = format!("{variable}: http:// is for this machine only; say https://");
            assert_eq!(with(url), Err(expected), "{url}");
        }
        assert!(with("ftp://a.example").unwrap_err().starts_with(variable));
        assert!(with("a.example").unwrap_err().starts_with(variable));
    }
}

#[test]
fn secrets_are_not_shown() {
    let variables = [&S3[..], &APNS, &FCM, &[("DATABASE_URL", "postgres://user:secret-5@host/")]].concat();
    for scheme in ["redis", "postgres"] {
        let jobs = format!("{scheme}://user:secret-6@host/");
        let shown = format!("{:?}", config(&[&variables[..], &[("JOBS_URL", &jobs)]].concat()).unwrap());
        assert!(!shown.contains("secret-") && shown.contains("REDACTED"), "{shown}");
    }
}
