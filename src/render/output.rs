//! The two streams, and what the terminal can show.

use super::{Format, Outcome, Pager, Report, diagnostic, json, style};
use crate::diagnostic::Failure;
use anstream::AutoStream;
use anstream::adapter::strip_str;
use std::io::{self, IsTerminal, Write};

/// What a stream can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terminal {
    /// Whether colour is on.
    pub color: bool,
    /// Whether symbols beyond ASCII may be used.
    pub unicode: bool,
    /// The width to fit into; `None` when output is not for a terminal and nothing is cut.
    pub width: Option<u16>,
    /// Whether a person looks at a terminal that can show tables. Lists are tab-separated records otherwise.
    pub tables: bool,
}

impl Terminal {
    /// No colour, no width: as when output is piped.
    #[must_use]
    pub const fn plain() -> Self {
        Self { color: false, unicode: true, width: None, tables: false }
    }
}

/// `--color`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum ColorChoice {
    /// As the environment and the stream say.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Whether a stream gets colour. First that applies wins: `--color`, `NO_COLOR`, `FORCE_COLOR` or `CLICOLOR_FORCE`,
/// `CLICOLOR=0`, `GIT_FLAG_PLAIN`, a `TERM` that is `dumb` or (but on Windows, or where `CI` is set) missing, whether the
/// stream is a terminal. Empty variables count as unset.
#[must_use]
pub fn choose_color(choice: ColorChoice, variable: &dyn Fn(&str) -> Option<String>, is_terminal: bool) -> bool {
    let set = |name: &str| variable(name).filter(|value| !value.is_empty());
    match choice {
        ColorChoice::Always => return true,
        ColorChoice::Never => return false,
        ColorChoice::Auto => {}
    }
    if set("NO_COLOR").is_some() {
        return false;
    }
    if ["FORCE_COLOR", "CLICOLOR_FORCE"].iter().any(|name| set(name).is_some_and(|value| value != "0")) {
        return true;
    }
    let off = set("CLICOLOR").is_some_and(|value| value == "0");
    let plain = set("GIT_FLAG_PLAIN").is_some_and(|value| value != "0");
    let able = set("TERM").map_or(cfg!(windows) || set("CI").is_some(), |term| term != "dumb");
    is_terminal && able && !off && !plain
}

/// Where reports and words go.
pub struct Output {
    /// How reports are printed.
    pub format: Format,
    /// Whether words on standard error are limited to errors.
    pub quiet: bool,
    /// What standard output can show.
    pub stdout: Terminal,
    /// What standard error can show.
    pub stderr: Terminal,
    /// Shows what is longer than the screen, if there is one.
    pub pager: Option<Pager>,
    out: Box<dyn Write>,
    data: Box<dyn Write>,
    err: Box<dyn Write>,
}

impl Output {
    /// To the process's own streams.
    #[must_use]
    pub fn standard(stdout: Terminal, stderr: Terminal) -> Self {
        let choice = |color| if color { anstream::ColorChoice::AlwaysAnsi } else { anstream::ColorChoice::Never };
        let out = AutoStream::new(io::stdout(), choice(stdout.color));
        let err = AutoStream::new(io::stderr(), choice(stderr.color));
        let (format, data) = (Format::default(), io::stdout());
        Self {
            format,
            quiet: false,
            stdout,
            stderr,
            pager: None,
            out: Box::new(out),
            data: Box::new(data),
            err: Box::new(err),
        }
    }

    /// What the process's streams can show. `variable` reads the environment.
    #[must_use]
    pub fn terminals(choice: ColorChoice, variable: &dyn Fn(&str) -> Option<String>) -> (Terminal, Terminal) {
        let forced = variable("GIT_FLAG_FORCE_TTY").and_then(|width| width.parse::<u16>().ok());
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| variable(name).filter(|v| !v.is_empty()));
        let utf8 = locale.is_none_or(|locale| {
            let locale = locale.to_ascii_lowercase();
            locale.contains("utf-8") || locale.contains("utf8")
        });
        let yes = |name: &str| variable(name).is_some_and(|value| !value.is_empty() && value != "0");
        let ascii = yes("GIT_FLAG_ASCII");
        // What reads a screen aloud has no use for columns.
        let simple = yes("GIT_FLAG_PLAIN") || variable("TERM").is_some_and(|term| term == "dumb");
        let of = |is_terminal: bool, width: Option<u16>| Terminal {
            color: choose_color(choice, variable, is_terminal || forced.is_some()),
            unicode: utf8 && !ascii,
            width: forced.or(width.filter(|_| is_terminal)),
            tables: (is_terminal || forced.is_some()) && !simple,
        };
        let width = terminal_width(variable);
        (of(io::stdout().is_terminal(), width), of(io::stderr().is_terminal(), width))
    }

    /// How many lines fit on the screen; `None` where nobody looks at one.
    #[must_use]
    pub fn height(&self, variable: &dyn Fn(&str) -> Option<String>) -> Option<u16> {
        let lines = variable("LINES").and_then(|lines| lines.parse::<u16>().ok());
        let size = || terminal_size::terminal_size().filter(|_| io::stdout().is_terminal());
        let height = lines.or_else(|| size().map(|(_, height)| height.0));
        height.filter(|height| self.stdout.tables && *height > 1)
    }

    /// Prints what a command returned.
    ///
    /// # Errors
    /// When standard output can't be written.
    pub fn print(&mut self, outcome: &Outcome) -> io::Result<()> {
        if let Some(report) = &outcome.report {
            self.print_report(report.as_ref())?;
        }
        for note in &outcome.notes {
            self.note(note);
        }
        Ok(())
    }

    fn print_report(&mut self, report: &dyn Report) -> io::Result<()> {
        // Data has no styles to take out.
        let mut out = io::BufWriter::with_capacity(1 << 16, &mut self.data);
        if let Some(streamed) = report.stream(self.format, &mut out) {
            streamed?;
            return out.flush();
        }
        drop(out);
        let text = self.rendered(report);
        let text = if self.format == Format::Table { readable(text, &self.stdout) } else { text };
        if let Some(pager) = &self.pager {
            let shown = if self.stdout.color { text.clone() } else { strip_str(&text).to_string() };
            if pager.show(&shown) {
                return Ok(());
            }
        }
        let text = text.as_str();
        match self.format {
            // Taking styles out would take NUL bytes out, too.
            Format::Plain => self.data.write_all(text.as_bytes())?,
            // All at once: the stream that takes styles out writes each line for itself.
            _ if !self.stdout.color => self.data.write_all(strip_str(text).to_string().as_bytes())?,
            _ => self.out.write_all(text.as_bytes())?,
        }
        self.data.flush()?;
        self.out.flush()
    }

    fn rendered(&self, report: &dyn Report) -> String {
        match self.format {
            Format::Table => report.text(&self.stdout),
            Format::Json => format!("{}\n", json::pretty(&report.json())),
            Format::Yaml => serde_yaml::to_string(&report.json()).unwrap_or_default(),
            Format::Jsonl => report.records().iter().map(|record| json::compact(record) + "\n").collect(),
            other => report.other(other).unwrap_or_else(|| report.text(&self.stdout)),
        }
    }

    /// Standard output, for commands that print data while they work.
    pub fn stream(&mut self) -> &mut dyn Write {
        &mut self.data
    }

    /// A line for people on standard error.
    pub fn note(&mut self, line: &str) {
        if !self.quiet {
            // A closed standard error takes nothing away from the work done.
            let _ = writeln!(self.err, "{}", readable(line.to_owned(), &self.stderr));
        }
    }

    /// Prints why a command failed: as text with snippets, or as one JSON document per problem in a JSON format.
    pub fn failure(&mut self, failure: &Failure) {
        let machine = matches!(self.format, Format::Json | Format::Jsonl);
        let mut text = String::new();
        for problem in &failure.diagnostics {
            if machine {
                let mut object = serde_json::json!({ "schema": "git-flag.error/v1" });
                if let (Some(object), serde_json::Value::Object(fields)) =
                    (object.as_object_mut(), diagnostic::json(problem, &failure.sources))
                {
                    object.extend(fields);
                    object.insert("docs".into(), format!("git flag explain {}", problem.code.id).into());
                }
                text += &(json::compact(&object) + "\n");
            } else {
                text += &readable(diagnostic::text(problem, &failure.sources, &self.stderr), &self.stderr);
            }
        }
        self.error(&text);
    }

    /// Text on standard error that `--quiet` does not silence.
    pub fn error(&mut self, text: &str) {
        let _ = self.err.write_all(text.as_bytes());
        let _ = self.err.flush();
    }
}

/// For a terminal without Unicode, our own symbols become ASCII. What else there is comes from the repository, and stays.
fn readable(text: String, terminal: &Terminal) -> String {
    if terminal.unicode { text } else { style::ascii(&text) }
}

fn terminal_width(variable: &dyn Fn(&str) -> Option<String>) -> Option<u16> {
    let columns = variable("COLUMNS").and_then(|columns| columns.parse::<u16>().ok());
    columns.or_else(|| terminal_size::terminal_size().map(|(width, _)| width.0)).filter(|width| *width >= 20)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn color(choice: ColorChoice, variables: &[(&str, &str)], is_terminal: bool) -> bool {
        let read = |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        choose_color(choice, &read, is_terminal)
    }

    #[test]
    fn colour_precedence() {
        use ColorChoice::{Always, Auto, Never};
        assert!(color(Always, &[("NO_COLOR", "1")], false));
        assert!(!color(Never, &[("FORCE_COLOR", "1")], true));
        assert!(!color(Auto, &[("NO_COLOR", "1"), ("FORCE_COLOR", "1")], true));
        assert!(color(Auto, &[("NO_COLOR", ""), ("FORCE_COLOR", "1")], false));
        assert!(color(Auto, &[("CLICOLOR_FORCE", "1"), ("TERM", "dumb")], false));
        assert!(!color(Auto, &[("CLICOLOR", "0")], true));
        assert!(!color(Auto, &[("TERM", "dumb")], true));
        assert!(!color(Auto, &[("TERM", "xterm"), ("GIT_FLAG_PLAIN", "1")], true));
        assert_eq!(color(Auto, &[], true), cfg!(windows));
        assert!(color(Auto, &[("CI", "true")], true));
        assert!(!color(Auto, &[("CI", "true")], false));
        assert!(color(Auto, &[("TERM", "xterm")], true));
        assert!(!color(Auto, &[], false));
    }
}
