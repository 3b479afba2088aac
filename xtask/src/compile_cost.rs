//! `cargo xtask bench compile`: what 1,000 annotated methods cost to compile, against other attributes and none.
//!
//! One crate per contender is generated below `target/`; only the crate itself is timed, its dependencies are built
//! before. CPU seconds, of which a busy machine disturbs fewer than of the clock's.

mod generate;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use generate::{CONTENDERS, Contender, Program};

const REPEATS: usize = 3;
/// The longest chain of awaits that is looked for; plain code allows for about thirty.
const LONGEST_CHAIN: usize = 48;

/// Compares the contenders that have one of these names, or all.
pub(crate) fn run(root: &Path, names: &[&str]) -> ExitCode {
    match measure(root, names) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn measure(root: &Path, names: &[&str]) -> io::Result<()> {
    println!("1,000 methods in 100 impl blocks; CPU seconds, the least of {REPEATS}; stripped megabytes\n");
    println!(
        "{:<22}{:>8}{:>8}{:>9}{:>11}{:>13}{:>7}",
        "", "check", "debug", "release", "debug MB", "release MB", "chain"
    );
    let is_meant = |contender: &&Contender| names.is_empty() || names.contains(&contender.name);
    for contender in CONTENDERS.iter().filter(is_meant) {
        let methods = Crate::write(root, contender, &Program::Methods)?;
        let check = methods.cpu_seconds("check")?;
        let debug = methods.cpu_seconds("build")?;
        let release = methods.cpu_seconds("build --release")?;
        let (debug_size, release_size) = (methods.megabytes("debug")?, methods.megabytes("release")?);
        let chain = longest_chain(root, contender)?;
        println!(
            "{:<22}{check:>8.1}{debug:>8.1}{release:>9.1}{debug_size:>11.2}{release_size:>13.2}{chain:>7}",
            contender.name
        );
    }
    Ok(())
}

/// By bisection: if a chain compiles, every shorter one does.
fn longest_chain(root: &Path, contender: &Contender) -> io::Result<usize> {
    let (mut compiles, mut fails) = (1, LONGEST_CHAIN);
    while fails - compiles > 1 {
        let length = usize::midpoint(compiles, fails);
        let chain = Crate::write(root, contender, &Program::Chain(length))?;
        if chain.cargo("build").status()?.success() { compiles = length } else { fails = length }
    }
    Ok(compiles)
}

struct Crate {
    name: String,
    folder: PathBuf,
    target: PathBuf,
}

impl Crate {
    fn write(root: &Path, contender: &Contender, program: &Program) -> io::Result<Crate> {
        let name = format!("{}-{}", contender.name, program.name());
        let base = root.join("target").join("compile-cost");
        let folder = base.join(&name);
        fs::create_dir_all(folder.join("src"))?;
        fs::write(folder.join("Cargo.toml"), contender.manifest(&name, root))?;
        fs::write(folder.join("src/main.rs"), contender.source(program))?;
        Ok(Crate { name, folder, target: base.join("target") })
    }

    /// Without incremental compilation, which would find everything done.
    fn cargo(&self, arguments: &str) -> Command {
        let mut command = Command::new("cargo");
        command
            .args(arguments.split(' '))
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", &self.target)
            .env("CARGO_INCREMENTAL", "0")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    }

    fn cpu_seconds(&self, arguments: &str) -> io::Result<f64> {
        self.build(arguments)?;
        let mut least = f64::INFINITY;
        for _ in 0..REPEATS {
            let source = self.folder.join("src/main.rs");
            fs::write(&source, fs::read(&source)?)?;
            let before = children_cpu_seconds()?;
            self.build(arguments)?;
            least = least.min(children_cpu_seconds()? - before);
        }
        Ok(least)
    }

    fn build(&self, arguments: &str) -> io::Result<()> {
        if self.cargo(arguments).status()?.success() {
            return Ok(());
        }
        Err(io::Error::other(format!("`cargo {arguments}` failed in {}", self.folder.display())))
    }

    fn megabytes(&self, profile: &str) -> io::Result<f64> {
        let stripped = self.target.join("stripped");
        let status = Command::new("strip")
            .arg("-o")
            .arg(&stripped)
            .arg(self.target.join(profile).join(&self.name))
            .status()?;
        if !status.success() {
            return Err(io::Error::other("`strip` failed"));
        }
        let bytes = u32::try_from(fs::metadata(&stripped)?.len()).map_err(io::Error::other)?;
        Ok(f64::from(bytes) / 1e6)
    }
}

/// The user and system time of the children that were waited for, by proc(5), fields 16 and 17.
fn children_cpu_seconds() -> io::Result<f64> {
    /// Ticks per second, which is a constant of Linux's interface.
    const USER_HZ: f64 = 100.0;
    let stat = fs::read_to_string("/proc/self/stat")?;
    let after_name = stat.rsplit_once(')').map_or(stat.as_str(), |(_, rest)| rest);
    let field = |number: usize| after_name.split_whitespace().nth(number - 3)?.parse::<f64>().ok();
    let ticks = field(16).zip(field(17)).map(|(user, system)| user + system);
    ticks.map(|ticks| ticks / USER_HZ).ok_or_else(|| io::Error::other("/proc/self/stat is not understood"))
}
