//! A commit object, read for its facts: who, when, why, and whether it is signed.

use crate::git::{CommitId, GitError, ObjectId, Person, Repository};

/// What a commit says about itself. Names, times and message are what its author claims.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitFacts {
    /// Its name.
    pub id: CommitId,
    /// Its parents as it names them, whether or not they are in this clone.
    pub parents: Vec<CommitId>,
    /// Who wrote the change.
    pub author: Person,
    /// Who made the commit.
    pub committer: Person,
    /// Subject, body and trailers.
    pub message: String,
    /// Whether it carries a signature, good or not.
    pub signed: bool,
}

impl CommitFacts {
    /// Reads a commit.
    ///
    /// # Errors
    /// When it is not here, or is no commit.
    pub fn read(repository: &Repository, id: CommitId) -> Result<Self, GitError> {
        let bytes = repository.read(id)?;
        Self::parse(id, &bytes).ok_or_else(|| GitError::Unexpected {
            command: "cat-file".to_owned(),
            detail: format!("`{id}` is no commit"),
        })
    }

    /// The commit with these bytes; `None` when they are none.
    #[must_use]
    pub fn parse(id: CommitId, bytes: &[u8]) -> Option<Self> {
        let end = bytes.windows(2).position(|pair| pair == b"\n\n").unwrap_or(bytes.len());
        let (headers, message) = bytes.split_at(end);
        let mut facts = Self {
            id,
            parents: Vec::new(),
            author: nobody(),
            committer: nobody(),
            message: String::new(),
            signed: false,
        };
        let mut latin = false;
        let lines = || headers.split(|byte| *byte == b'\n');
        if !lines().next().is_some_and(|line| line.starts_with(b"tree ")) {
            return None;
        }
        for line in lines() {
            match line.split(|byte| *byte == b' ').next().unwrap_or_default() {
                b"parent" => facts.parents.push(ObjectId::from_hex(&line[7..])?),
                b"gpgsig" | b"gpgsig-sha256" => facts.signed = true,
                b"encoding" => {
                    latin = line[9..].eq_ignore_ascii_case(b"iso-8859-1") || line[9..].eq_ignore_ascii_case(b"latin1");
                }
                _ => {}
            }
        }
        let text = |bytes: &[u8]| {
            if latin {
                bytes.iter().map(|byte| char::from(*byte)).collect()
            } else {
                String::from_utf8_lossy(bytes).into_owned()
            }
        };
        for line in lines() {
            if let Some(author) = line.strip_prefix(b"author ") {
                facts.author = person(&text(author));
            } else if let Some(committer) = line.strip_prefix(b"committer ") {
                facts.committer = person(&text(committer));
            }
        }
        facts.message = text(message.get(2..).unwrap_or_default());
        Some(facts)
    }

    /// The first line of the message.
    #[must_use]
    pub fn subject(&self) -> &str {
        self.message.trim_start().lines().next().unwrap_or_default()
    }
}

fn nobody() -> Person {
    Person { name: String::new(), email: String::new(), time: 0, offset: 0 }
}

/// `Ada Lovelace <ada@example.com> 1700000000 +0130`; whatever is damaged stays empty.
fn person(text: &str) -> Person {
    let (name, rest) = text.split_once('<').unwrap_or((text, ""));
    let (email, date) = rest.rsplit_once('>').unwrap_or((rest, ""));
    let mut words = date.split_whitespace();
    let time = words.next().and_then(|word| word.parse().ok()).unwrap_or(0);
    let zone = words.next().unwrap_or("+0000");
    let digits: i32 = zone.trim_start_matches(['+', '-']).parse().unwrap_or(0);
    let minutes = digits / 100 * 60 + digits % 100;
    Person {
        name: name.trim().to_owned(),
        email: email.trim().to_owned(),
        time,
        offset: if zone.starts_with('-') { -minutes } else { minutes },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(digit: char) -> ObjectId {
        ObjectId::from_hex(digit.to_string().repeat(40).as_bytes()).unwrap()
    }

    #[test]
    fn headers_people_and_message() {
        let text = format!(
            "tree {}\nparent {}\nparent {}\nauthor Ada L. <ada@example.com> 1700000000 +0130\ncommitter Grace <> 17 -0200\n\
             gpgsig -----BEGIN\n parent nothing\n -----END\n\nsubject\n\nbody\n\nFlag-Op: x\n",
            id('1'),
            id('2'),
            id('3')
        );
        let facts = CommitFacts::parse(id('9'), text.as_bytes()).unwrap();
        assert_eq!(facts.parents, [id('2'), id('3')]);
        assert_eq!((facts.author.name.as_str(), facts.author.email.as_str()), ("Ada L.", "ada@example.com"));
        assert_eq!((facts.author.time, facts.author.offset), (1_700_000_000, 90));
        assert_eq!((facts.committer.time, facts.committer.offset, facts.committer.email.as_str()), (17, -120, ""));
        assert_eq!((facts.subject(), facts.message.as_str()), ("subject", "subject\n\nbody\n\nFlag-Op: x\n"));
        assert!(facts.signed);
    }

    #[test]
    fn damaged_and_foreign_objects() {
        assert_eq!(CommitFacts::parse(id('9'), b"hello"), None);
        assert_eq!(CommitFacts::parse(id('9'), b""), None);
        let text = [format!("tree {}\nauthor ? <", id('1')).as_bytes(), b"\xff> x"].concat();
        let facts = CommitFacts::parse(id('9'), &text).unwrap();
        assert_eq!((facts.author.time, facts.message.as_str(), facts.signed), (0, "", false));
        let latin = [
            format!("tree {}\n", id('1')).as_bytes(),
            b"author J\xf6rg <j@x> 1 +0000\nencoding ISO-8859-1\n\nGr\xfc\xdfe",
        ]
        .concat();
        let facts = CommitFacts::parse(id('9'), &latin).unwrap();
        assert_eq!((facts.author.name.as_str(), facts.message.as_str()), ("Jörg", "Grüße"));
    }
}
