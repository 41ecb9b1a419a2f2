//! One long-lived `git cat-file` that answers many questions.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use super::run::{Git, Manner, Place};
use super::{GitError, ObjectId};

/// A running `git cat-file --batch-command`.
pub(super) struct Batch {
    child: Child,
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

/// How many questions are asked before the answers are read. Few enough that they fit into a pipe, so that neither
/// side can wait for the other.
const AHEAD: usize = 200;

impl Batch {
    pub(super) fn start(place: &Place) -> Result<Self, GitError> {
        let mut child = Git::new(place, Manner::Read, "cat-file").arg("--batch-command").converse(Stdio::null())?;
        match (child.stdin.take(), child.stdout.take()) {
            (Some(questions), Some(answers)) => {
                Ok(Self { child, questions: Some(questions), answers: BufReader::with_capacity(1 << 16, answers) })
            }
            _ => Err(nonsense("no pipes")),
        }
    }

    /// The contents of these objects, in this order; `None` for those that are not here.
    pub(super) fn contents(&mut self, ids: &[ObjectId]) -> Result<Vec<Option<Vec<u8>>>, GitError> {
        let mut contents = Vec::with_capacity(ids.len());
        for some in ids.chunks(AHEAD) {
            let questions = some.iter().fold(String::new(), |text, id| text + "contents " + &id.to_string() + "\n");
            let pipe = self.questions.as_mut().ok_or_else(|| nonsense("closed"))?;
            pipe.write_all(questions.as_bytes()).and_then(|()| pipe.flush()).map_err(broken)?;
            for _ in some {
                contents.push(self.answer()?);
            }
        }
        Ok(contents)
    }

    /// `<id> <type> <size>`, the bytes and a line break, or `<id> missing`.
    fn answer(&mut self) -> Result<Option<Vec<u8>>, GitError> {
        let mut header = String::new();
        self.answers.read_line(&mut header).map_err(broken)?;
        let mut words = header.trim_end().split(' ').skip(1);
        match (words.next(), words.next()) {
            (Some("missing"), None) => Ok(None),
            (Some(_), Some(size)) => {
                let size: usize = size.parse().map_err(|_| nonsense(&header))?;
                let mut bytes = vec![0; size + 1];
                self.answers.read_exact(&mut bytes).map_err(broken)?;
                bytes.truncate(size);
                Ok(Some(bytes))
            }
            _ => Err(nonsense(if header.is_empty() { "it ended early" } else { &header })),
        }
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        // With its questions at an end it leaves by itself.
        drop(self.questions.take());
        drop(self.child.wait());
    }
}

fn nonsense(detail: &str) -> GitError {
    GitError::Unexpected { command: "cat-file".to_owned(), detail: detail.trim_end().to_owned() }
}

fn broken(error: std::io::Error) -> GitError {
    GitError::io("talk to", Path::new("git cat-file"), error)
}
