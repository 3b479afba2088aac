//! The generated crates: services that call repositories, the same for every contender but for its attributes
//! and what it writes by hand.

use std::fmt::Write;
use std::path::Path;

/// One way to annotate methods.
pub(super) struct Contender {
    pub(super) name: &'static str,
    dependency: &'static str,
    prelude: &'static str,
    service: &'static str,
    repo: &'static str,
    method: &'static str,
    /// What a body starts with where an attribute alone does not do: `{type}` and `{method}` are replaced.
    start: &'static str,
}

pub(super) const CONTENDERS: &[Contender] = &[
    Contender { name: "plain", dependency: "", prelude: "", service: "", repo: "", method: "", start: "" },
    Contender {
        name: "spanweave",
        dependency: "spanweave = { path = \"{root}/runtime\", default-features = false, features = [\"enable\"] }",
        prelude: "use spanweave::{repo, traced_service};",
        service: "#[traced_service(calls(repo))]",
        repo: "#[repo]",
        method: "",
        start: "",
    },
    Contender {
        name: "fastrace",
        dependency: "fastrace = { version = \"0.7.19\", features = [\"enable\"] }",
        prelude: "",
        service: "",
        repo: "",
        method: "#[fastrace::trace]",
        start: "",
    },
    Contender {
        name: "instrument",
        dependency: "tracing = \"0.1.44\"",
        prelude: "",
        service: "",
        repo: "",
        method: "#[tracing::instrument(skip_all, err)]",
        start: "",
    },
    Contender {
        name: "instrument-histogram",
        dependency: "tracing = \"0.1.44\"\nprometheus = { version = \"0.14.0\", default-features = false }",
        prelude: DURATION,
        service: "",
        repo: "",
        method: "#[tracing::instrument(skip_all, err)]",
        start: "let _timer = DURATION.with_label_values(&[\"{type}\", \"{method}\"]).start_timer();",
    },
    Contender {
        name: "autometrics",
        dependency: "autometrics = { version = \"3.0.0\", features = [\"prometheus-0_14\"] }",
        prelude: "use autometrics::autometrics;",
        service: "#[autometrics]",
        repo: "#[autometrics]",
        method: "",
        start: "",
    },
];

const DURATION: &str = r#"
static DURATION: std::sync::LazyLock<prometheus::HistogramVec> = std::sync::LazyLock::new(|| {
    prometheus::register_histogram_vec!("duration_seconds", "Of calls.", &["type", "method"]).unwrap()
});
"#;

pub(super) enum Program {
    /// 1,000 methods in 100 impl blocks.
    Methods,
    /// So many methods of which each awaits the next, in a spawned task.
    Chain(usize),
}

impl Program {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Program::Methods => "methods",
            Program::Chain(_) => "chain",
        }
    }
}

const BLOCKS: usize = 50;
const METHODS: usize = 10;

const ERRORS: &str = r#"
#[derive(Debug)]
pub struct AppError(pub String);
impl std::fmt::Display for AppError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(&self.0) }
}
#[derive(Debug)]
pub struct DbError;
impl std::fmt::Display for DbError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str("db") }
}
impl From<DbError> for AppError {
    fn from(_: DbError) -> Self { AppError(String::new()) }
}
"#;

const MAIN: &str = r#"
fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    println!("{}", runtime.block_on(async { tokio::spawn(all()).await.unwrap() }));
}
"#;

impl Contender {
    pub(super) fn manifest(&self, name: &str, root: &Path) -> String {
        let dependency = self.dependency.replace("{root}", &root.display().to_string());
        format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n{dependency}\n\
             tokio = {{ version = \"1\", default-features = false, features = [\"rt\"] }}\n\n[workspace]\n"
        )
    }

    pub(super) fn source(&self, program: &Program) -> String {
        let body = match program {
            Program::Methods => self.methods(),
            Program::Chain(length) => self.chain(*length),
        };
        format!("#![allow(unused)]\n{}\n{ERRORS}\n{body}\n{MAIN}", self.prelude)
    }

    fn methods(&self) -> String {
        let blocks: String = (0..BLOCKS).map(|block| self.repo(block) + &self.service(block)).collect();
        let mut calls = String::new();
        for block in 0..BLOCKS {
            push(&mut calls, format_args!("let s = Svc{block} {{ repo: Repo{block} {{ base: 1 }} }};\n"));
            for method in 0..METHODS {
                let call = format_args!("t += s.list_{method}(t, String::new()).await.unwrap_or(1);\n");
                push(&mut calls, call);
            }
        }
        format!("{blocks}\nasync fn all() -> u64 {{\nlet mut t = 0;\n{calls}t\n}}\n")
    }

    fn repo(&self, block: usize) -> String {
        let mut methods = String::new();
        for method in 0..METHODS {
            push(
                &mut methods,
                format_args!(
                    "{} pub async fn find_{method}(&self, id: u64, name: &str) -> Result<Vec<u64>, DbError> {{
                        {}
                        tokio::task::yield_now().await;
                        if id == {method} {{ return Err(DbError); }}
                        Ok(vec![id + self.base, name.len() as u64])
                    }}\n",
                    self.method,
                    self.start(&format!("Repo{block}"), &format!("find_{method}"))
                ),
            );
        }
        format!(
            "pub struct Repo{block} {{ pub base: u64 }}\n{}\nimpl Repo{block} {{\n{methods}}}\n",
            self.repo
        )
    }

    fn service(&self, block: usize) -> String {
        let mut methods = String::new();
        for method in 0..METHODS {
            let other = (method + 1) % METHODS;
            push(
                &mut methods,
                format_args!(
                    "{} pub async fn list_{method}(&self, id: u64, name: String) -> Result<u64, AppError> {{
                        {}
                        let a = self.repo.find_{method}(id, &name).await?;
                        let b = self.repo.find_{other}(id + 1, &name).await?;
                        Ok(a.iter().sum::<u64>() + b.len() as u64)
                    }}\n",
                    self.method,
                    self.start(&format!("Svc{block}"), &format!("list_{method}"))
                ),
            );
        }
        let attribute = self.service;
        format!(
            "pub struct Svc{block} {{ pub repo: Repo{block} }}\n{attribute}\nimpl Svc{block} {{\n{methods}}}\n"
        )
    }

    fn start(&self, of: &str, method: &str) -> String {
        self.start.replace("{type}", of).replace("{method}", method)
    }

    fn chain(&self, length: usize) -> String {
        let mut methods = String::new();
        for method in 0..length {
            let next = method + 1;
            let rest = if next < length { format!("self.m{next}(id).await?") } else { "id".to_owned() };
            push(
                &mut methods,
                format_args!(
                    "{} pub async fn m{method}(&self, id: u64) -> Result<u64, AppError> {{ {} Ok({rest} + 1) }}\n",
                    self.method,
                    self.start("Chain", &format!("m{method}"))
                ),
            );
        }
        // A service of its own attribute alone: nothing is listed that it calls.
        let attribute = self.service.split('(').next().unwrap_or_default();
        let close = if self.service.contains('(') { "]" } else { "" };
        format!(
            "struct Chain;\n{attribute}{close}\nimpl Chain {{\n{methods}}}\n\
             async fn all() -> u64 {{ Chain.m0(1).await.unwrap_or(0) }}\n"
        )
    }
}

fn push(text: &mut String, line: std::fmt::Arguments<'_>) {
    text.write_fmt(line).expect("a string takes what is written to it");
}
