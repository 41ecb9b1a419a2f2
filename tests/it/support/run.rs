//! One run of the program, and what came out of it.

use std::fmt;

/// What a run printed, and its exit code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) code: i32,
}

impl Run {
    /// It must have ended with this exit code.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "unexpected exit code\n{self}");
        self
    }

    /// It must have succeeded.
    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        self.exits(0)
    }

    /// Standard error must contain this text.
    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Self {
        assert!(self.stderr.contains(text), "standard error lacks {text:?}\n{self}");
        self
    }

    /// Standard output must contain this text.
    #[track_caller]
    pub(crate) fn prints(self, text: &str) -> Self {
        assert!(self.stdout.contains(text), "standard output lacks {text:?}\n{self}");
        self
    }

    /// Standard output as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("no JSON: {error}\n{self}"))
    }
}

/// For snapshots: both streams and the exit code.
impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "exit code: {}", self.code)?;
        for (name, text) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            if !text.is_empty() {
                writeln!(f, "----- {name} -----\n{}", text.trim_end_matches('\n'))?;
            }
        }
        Ok(())
    }
}

/// Text with what differs from run to run replaced: ids of commits and operations become `<id>`.
pub(crate) fn masked(text: &str) -> String {
    let ids = regex::Regex::new(r"\b[0-9a-f]{7,64}\b").expect("a pattern");
    let masked = ids.replace_all(text, |found: &regex::Captures<'_>| {
        let id = &found[0];
        // Hardly any id is without a digit; words such as `defaced` are.
        let is_id = id.bytes().any(|byte| byte.is_ascii_digit());
        if is_id || id.len() > 12 { "<id>".to_owned() } else { id.to_owned() }
    });
    masked.into_owned()
}

impl Run {
    /// It says what is wrong, with a stable code and a way out, and shows nothing of how the program works inside.
    #[track_caller]
    pub(crate) fn complains(self) -> Self {
        self.shows_no_internals();
        let code = regex::Regex::new(r"(?m)^error\[F\d{3}\]: \S").expect("a pattern");
        assert!(code.is_match(&self.stderr), "no error with a code\n{self}");
        assert!(self.stderr.contains("help: "), "no help\n{self}");
        self
    }

    /// A complaint with this code.
    #[track_caller]
    pub(crate) fn complains_of(self, code: &str) -> Self {
        assert!(self.stderr.contains(&format!("error[{code}]: ")), "no error {code}\n{self}");
        self.complains()
    }

    /// Nothing that only a programmer could read.
    #[track_caller]
    pub(crate) fn shows_no_internals(&self) {
        assert_eq!(self.internals(), None, "in the output of\n{self}");
    }

    /// A word in the output that only a programmer could read.
    pub(crate) fn internals(&self) -> Option<&'static str> {
        const WORDS: [&str; 7] =
            ["Os { code", "panicked at", "RUST_BACKTRACE", "(os error ", "Some(", "Err(", "ErrorKind"];
        WORDS.into_iter().find(|word| self.stdout.contains(word) || self.stderr.contains(word))
    }

    /// The code of the first error, such as `F202`.
    pub(crate) fn code(&self) -> Option<&str> {
        let at = self.stderr.find("error[F")?;
        self.stderr.get(at + 6..at + 10)
    }
}
