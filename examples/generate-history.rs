//! Writes the stream of a generated repository, for `git fast-import`:
//!
//!     git init bench && cargo run --release --example generate-history -- FLAGS COMMITS [MERGE_EVERY [MOVE_EVERY]] | git -C bench fast-import --done

#![expect(clippy::print_stderr, reason = "a program of its own")]

#[path = "../benches/support/mod.rs"]
mod support;

use std::io::{self, BufWriter, Write as _};

fn main() -> io::Result<std::process::ExitCode> {
    let numbers: Vec<usize> = std::env::args().skip(1).filter_map(|argument| argument.parse().ok()).collect();
    let default = support::Plan::default();
    let plan = match numbers[..] {
        [] => default,
        [flags, commits] => support::Plan { flags, commits, ..default },
        [flags, commits, merge_every] => support::Plan { flags, commits, merge_every, ..default },
        [flags, commits, merge_every, move_every] => {
            support::Plan { flags, commits, merge_every, move_every, ..default }
        }
        _ => {
            eprintln!("usage: generate-history [FLAGS COMMITS [MERGE_EVERY [MOVE_EVERY]]]");
            return Ok(std::process::ExitCode::from(2));
        }
    };
    let mut out = BufWriter::new(io::stdout().lock());
    support::fast_import(&plan, &mut out)?;
    out.flush()?;
    Ok(std::process::ExitCode::SUCCESS)
}
