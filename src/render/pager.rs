//! A pager for what does not fit on the screen.

use std::io::{self, Write};
use std::process::{Command, Stdio};

/// Shows long output on a terminal page by page.
pub struct Pager {
    /// How many lines fit on the screen.
    pub height: u16,
    /// The command line of the pager, for the shell; `None` for none. Asked only when there is something to show.
    pub command: Box<dyn Fn() -> Option<String>>,
    /// Variables that the pager gets.
    pub variables: Vec<(&'static str, &'static str)>,
}

impl Pager {
    /// Shows the text if it is too long for the screen; says whether it did.
    pub(super) fn show(&self, text: &str) -> bool {
        if text.lines().count() < usize::from(self.height) {
            return false;
        }
        (self.command)().is_some_and(|command| self.run(&command, text).is_ok())
    }

    /// As with Git, the pager is a command line for the shell. Whoever leaves it early has seen enough.
    #[expect(clippy::disallowed_methods, reason = "the one place that starts a pager")]
    fn run(&self, line: &str, text: &str) -> io::Result<()> {
        let mut command = if cfg!(windows) {
            let mut words = line.split_whitespace();
            let mut command = Command::new(words.next().unwrap_or(line));
            command.args(words);
            command
        } else {
            let mut command = Command::new("sh");
            command.arg("-c").arg(line);
            command
        };
        let mut child = command.envs(self.variables.iter().copied()).stdin(Stdio::piped()).spawn()?;
        if let Some(mut pipe) = child.stdin.take() {
            drop(pipe.write_all(text.as_bytes()));
        }
        // The shell says so when there is no such command; then the text has not been seen.
        match child.wait()?.code() {
            Some(126 | 127) => Err(io::ErrorKind::NotFound.into()),
            _ => Ok(()),
        }
    }
}
