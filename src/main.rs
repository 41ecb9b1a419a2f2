//! Parse, run, exit code.

use git_flag::commands;
use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(commands::main(std::env::args_os()))
}
