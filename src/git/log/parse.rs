//! What `git log -z --raw` writes.

use std::io::BufRead;
use std::path::Path;

use super::{CommitId, GitError, ObjectId};

/// Ten fields, each ended by NUL, which no field can contain.
pub(super) const FORMAT: &str = "%H%x00%T%x00%P%x00%an%x00%ae%x00%ad%x00%cn%x00%ce%x00%cd%x00%B%x00";

/// Author or committer, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// As they call themselves; nobody checks it.
    pub name: String,
    /// As they say; nobody checks it.
    pub email: String,
    /// Seconds since 1970.
    pub time: i64,
    /// Minutes that their clock was ahead of UTC.
    pub offset: i32,
}

/// One file that a commit changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawChange {
    /// Relative to the top, with `/`.
    pub path: String,
    /// `A` added, `D` deleted, `M` modified, `T` type changed, against the first parent.
    pub status: char,
    /// Its mode in the first parent; 0 if it was not there.
    pub old_mode: u32,
    /// Its mode now; 0 if it is gone.
    pub new_mode: u32,
    /// Its contents in the first parent.
    pub old: Option<ObjectId>,
    /// Its contents now.
    pub new: Option<ObjectId>,
    /// Its mode and contents in the further parents, when merges show [`super::MergeChanges::Combined`].
    pub other_parents: Vec<(u32, Option<ObjectId>)>,
}

/// A commit and what it changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// Its name.
    pub id: CommitId,
    /// Its tree.
    pub tree: ObjectId,
    /// Its parents; none for a root (or where a shallow clone ends).
    pub parents: Vec<CommitId>,
    /// Who wrote the change.
    pub author: Person,
    /// Who made the commit.
    pub committer: Person,
    /// Subject, body and trailers.
    pub message: String,
    /// The files it changed, by path.
    pub changes: Vec<RawChange>,
}

impl Commit {
    /// The first paragraph of the message, on one line.
    #[must_use]
    pub fn subject(&self) -> String {
        let lines = self.message.lines().skip_while(|line| line.trim().is_empty());
        let first: Vec<&str> = lines.take_while(|line| !line.trim().is_empty()).map(str::trim).collect();
        first.join(" ")
    }

    /// The trailers (`Key: value`) of the last paragraph, in order, if all of it is trailers. Lines that begin with a
    /// space continue the value before.
    #[must_use]
    pub fn trailers(&self) -> Vec<(String, String)> {
        let text = self.message.trim_end();
        // The subject is never a trailer.
        let Some((_, last)) = text.rsplit_once("\n\n") else { return Vec::new() };
        let mut trailers: Vec<(String, String)> = Vec::new();
        for line in last.lines() {
            if line.starts_with([' ', '\t']) {
                let Some((_, value)) = trailers.last_mut() else { return Vec::new() };
                value.push(' ');
                value.push_str(line.trim());
                continue;
            }
            match line.split_once(':') {
                Some((key, value)) if is_trailer_key(key) => {
                    trailers.push((key.to_owned(), value.trim().to_owned()));
                }
                _ => return Vec::new(),
            }
        }
        trailers
    }
}

fn is_trailer_key(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// Commits out of NUL-ended tokens.
pub(super) struct Records<R> {
    source: R,
    token: Vec<u8>,
    /// Whether `token` begins the next commit.
    ahead: bool,
    /// Whether a commit is complete with its first change.
    one_change: bool,
}

impl<R: BufRead> Records<R> {
    pub(super) fn new(source: R, one_change: bool) -> Self {
        Self { source, token: Vec::new(), ahead: false, one_change }
    }

    pub(super) fn next_commit(&mut self) -> Result<Option<Commit>, GitError> {
        if !self.ahead && !self.read_marked()? {
            return Ok(None);
        }
        self.ahead = false;
        // Of what was taken for a file and was a folder, the rest.
        while self.token.first() == Some(&b':') {
            self.read_field()?;
            if !self.read_marked()? {
                return Ok(None);
            }
        }
        let id = self.id()?;
        self.read_field()?;
        let tree = self.id()?;
        let parents = self.field()?;
        let parents = parents.split_whitespace().map(parse_id).collect::<Result<_, _>>()?;
        let author = self.person()?;
        let committer = self.person()?;
        let message = self.field()?;
        let mut changes = Vec::new();
        while self.read_marked()? {
            if self.token.first() != Some(&b':') {
                self.ahead = true;
                break;
            }
            let facts = self.text();
            let path = self.field()?;
            changes.push(parse_change(&facts, path)?);
            if self.one_change {
                break;
            }
        }
        Ok(Some(Commit { id, tree, parents, author, committer, message, changes }))
    }

    /// Reads the next token that says something: between commits and changes stand empty ones and line breaks.
    fn read_marked(&mut self) -> Result<bool, GitError> {
        loop {
            if !self.read_token()? {
                return Ok(false);
            }
            let blank = self.token.iter().take_while(|byte| **byte == b'\n').count();
            self.token.drain(..blank);
            if !self.token.is_empty() {
                return Ok(true);
            }
        }
    }

    fn read_token(&mut self) -> Result<bool, GitError> {
        self.token.clear();
        let read = self.source.read_until(0, &mut self.token);
        read.map_err(|error| GitError::io("read", Path::new("git log"), error))?;
        if self.token.is_empty() {
            return Ok(false);
        }
        if self.token.pop() == Some(0) { Ok(true) } else { Err(nonsense("it ended early")) }
    }

    fn read_field(&mut self) -> Result<(), GitError> {
        if self.read_token()? { Ok(()) } else { Err(nonsense("it ended early")) }
    }

    fn field(&mut self) -> Result<String, GitError> {
        self.read_field()?;
        Ok(self.text())
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.token).into_owned()
    }

    fn id(&self) -> Result<ObjectId, GitError> {
        ObjectId::from_hex(&self.token).ok_or_else(|| nonsense(&self.text()))
    }

    fn person(&mut self) -> Result<Person, GitError> {
        let name = self.field()?;
        let email = self.field()?;
        let date = self.field()?;
        // A commit with a damaged date has an empty one.
        let (time, zone) = date.split_once(' ').unwrap_or((&date, "+0000"));
        Ok(Person { name, email, time: time.parse().unwrap_or(0), offset: parse_zone(zone) })
    }
}

/// `+0130` is 90 minutes.
fn parse_zone(zone: &str) -> i32 {
    let digits: i32 = zone.trim_start_matches(['+', '-']).parse().unwrap_or(0);
    let minutes = digits / 100 * 60 + digits % 100;
    if zone.starts_with('-') { -minutes } else { minutes }
}

/// What `git diff-tree -z --raw` writes: facts and path in turns.
pub(in crate::git) fn parse_raw(text: &[u8]) -> Result<Vec<RawChange>, GitError> {
    let mut tokens = text.split(|byte| *byte == 0).filter(|token| !token.is_empty());
    let mut changes = Vec::new();
    while let (Some(facts), Some(path)) = (tokens.next(), tokens.next()) {
        changes.push(parse_change(&String::from_utf8_lossy(facts), String::from_utf8_lossy(path).into_owned())?);
    }
    Ok(changes)
}

/// `:<mode> <mode> <id> <id> <status>`; one more colon, mode and id for each further parent.
pub(in crate::git) fn parse_change(facts: &str, path: String) -> Result<RawChange, GitError> {
    let parents = facts.bytes().take_while(|byte| *byte == b':').count();
    let words: Vec<&str> = facts[parents..].split(' ').collect();
    let (modes, ids, status) = match words.len() {
        length if length == 2 * parents + 3 => {
            (&words[..=parents], &words[parents + 1..2 * parents + 2], words[length - 1])
        }
        _ => return Err(nonsense(facts)),
    };
    let mode = |word: &str| u32::from_str_radix(word, 8).map_err(|_| nonsense(facts));
    let id = |word: &str| parse_id(word).map(|id| Some(id).filter(|id| !id.is_zero()));
    let mut other_parents = Vec::new();
    for parent in 1..parents {
        other_parents.push((mode(modes[parent])?, id(ids[parent])?));
    }
    Ok(RawChange {
        path,
        status: status.chars().next().ok_or_else(|| nonsense(facts))?,
        old_mode: mode(modes[0])?,
        new_mode: mode(modes[parents])?,
        old: id(ids[0])?,
        new: id(ids[parents])?,
        other_parents,
    })
}

fn parse_id(text: &str) -> Result<ObjectId, GitError> {
    ObjectId::from_hex(text.as_bytes()).ok_or_else(|| nonsense(text))
}

fn nonsense(detail: &str) -> GitError {
    GitError::Unexpected { command: "log".to_owned(), detail: format!("`{detail}`") }
}
