//! What people see should the program have a bug: what happened, and where to report it, instead of a trace.

use std::io::Write as _;
use std::panic;

const REPORT: &str = "https://github.com/git-flag/git-flag/issues";

/// Replaces the message of panics. The process then ends with Rust's exit code 101.
pub(super) fn install_hook() {
    panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(|at| format!(" at {}:{}", at.file(), at.line())).unwrap_or_default();
        let what = panic.payload_as_str().unwrap_or("no message");
        let mut stderr = std::io::stderr().lock();
        let _ =
            writeln!(stderr, "git-flag has a bug: {what}{place}\nNothing was half written. Please report it: {REPORT}");
    }));
}
