//! Tells the program which commit it is built from, for `git flag --version`.

#![expect(clippy::disallowed_methods, reason = "a build has an environment around it")]

use std::path::Path;
use std::process::Command;

const VARIABLE: &str = "GIT_FLAG_BUILD_COMMIT";

fn main() {
    println!("cargo:rerun-if-env-changed={VARIABLE}");
    println!("cargo:rerun-if-changed=build.rs");
    // While one develops, a commit is no reason to build everything again.
    let release = std::env::var("PROFILE").is_ok_and(|profile| profile == "release");
    let commit = std::env::var(VARIABLE).ok().or_else(packaged).or_else(|| release.then(checked_out).flatten());
    if let Some(commit) = commit {
        println!("cargo:rustc-env={VARIABLE}={commit}");
    }
}

/// The commit that `cargo package` noted.
fn packaged() -> Option<String> {
    let text = std::fs::read_to_string(".cargo_vcs_info.json").ok()?;
    let (_, rest) = text.split_once("\"sha1\"")?;
    rest.split('"').nth(1).map(str::to_owned)
}

/// The commit of the repository that is built in, if it is ours.
fn checked_out() -> Option<String> {
    let git = |words: &[&str]| {
        let output = Command::new("git").args(words).output().ok().filter(|output| output.status.success())?;
        Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
    };
    if Path::new(&git(&["rev-parse", "--show-toplevel"])?) != Path::new(&std::env::var("CARGO_MANIFEST_DIR").ok()?) {
        return None;
    }
    // The log of HEAD grows with every commit and checkout.
    println!("cargo:rerun-if-changed={}", git(&["rev-parse", "--git-path", "logs/HEAD"])?);
    git(&["rev-parse", "HEAD"])
}
