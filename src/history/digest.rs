//! Digests over entries, each chained to the flag's entry before.
//!
//! What is hashed: SHA-256 over the canonical JSON of [`Facts`], which is UTF-8 without spaces, keys sorted, strings
//! escaped as RFC 8785 says, and no numbers but integers. Facts are what was done, by whom, when and why, with the SHA-256
//! of the file's bytes before and after. What the tool derives from those bytes (action, differences, words) is left out:
//! it follows from them, and a newer version may tell it better without changing a digest.
//!
//! `previous` is the digest of the entry before in the flag's own life ([`super::lives`]), in the order of
//! [`super::timeline`]; the entry that creates a flag has none, and one that renames it continues the chain of the old key. Changing anything in an entry
//! therefore changes its digest and those of all later entries of that flag.

use super::contents::hexadecimal;
use super::entry::Entry;
use crate::git::Person;
use crate::model::FlagKey;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::fmt;

/// The version of what is hashed.
pub const VERSION: &str = "git-flag.entry/v1";

/// What is hashed of an entry, `previous` included. Its fields stand in the order of canonical JSON.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Facts<'e> {
    author: Who<'e>,
    commit: String,
    committer: Who<'e>,
    flag: &'e str,
    kind: &'static str,
    operation: Option<&'e str>,
    parents: Vec<String>,
    path: Sides<'e>,
    previous: Option<&'e str>,
    reason: Option<&'e str>,
    renamed_from: Option<&'e str>,
    reverts: &'e [String],
    sha256: Sides<'e>,
    signed: bool,
    ticket: Option<&'e str>,
    version: &'static str,
}

#[derive(Serialize)]
struct Who<'e> {
    email: &'e str,
    name: &'e str,
    offset: i32,
    time: i64,
}

#[derive(Serialize)]
struct Sides<'e> {
    after: Option<&'e str>,
    before: Option<&'e str>,
}

impl<'e> Facts<'e> {
    /// Those of an entry.
    #[must_use]
    pub fn of(entry: &'e Entry) -> Self {
        let commit = &entry.commit;
        let sides = |before: &'e Option<String>, after: &'e Option<String>| Sides {
            after: after.as_deref(),
            before: before.as_deref(),
        };
        Self {
            author: Who::new(&commit.author),
            commit: commit.id.to_string(),
            committer: Who::new(&commit.committer),
            flag: entry.flag.as_str(),
            kind: entry.kind.name(),
            operation: entry.operation.as_deref(),
            parents: commit.parents.iter().map(ToString::to_string).collect(),
            path: sides(&entry.path_before, &entry.path_after),
            previous: entry.previous.as_deref(),
            reason: entry.reason.as_deref(),
            renamed_from: entry.renamed_from.as_ref().map(FlagKey::as_str),
            reverts: &entry.reverts,
            sha256: sides(&entry.sha256_before, &entry.sha256_after),
            signed: commit.signed,
            ticket: entry.ticket.as_deref(),
            version: VERSION,
        }
    }

    /// Them as canonical JSON.
    #[must_use]
    pub fn canonical(&self) -> Vec<u8> {
        // Text, numbers and nothing else: there is nothing that could fail.
        serde_json::to_vec(self).unwrap_or_default()
    }
}

impl<'e> Who<'e> {
    fn new(person: &'e Person) -> Self {
        Self { email: &person.email, name: &person.name, offset: person.offset, time: person.time }
    }
}

/// A digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sha([u8; 32]);

/// As `sha256:<hexadecimal>`.
impl fmt::Display for Sha {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sha256:{}", hexadecimal(&self.0))
    }
}

/// What the chain needs of an entry: its facts as canonical JSON, without `previous`.
pub(super) struct Link(Box<[u8]>);

/// How facts without an entry before say so.
const NO_PREVIOUS: &[u8] = b",\"previous\":null,";

impl Link {
    /// That of an entry which is in no chain yet.
    pub(super) fn of(entry: &Entry) -> Self {
        Self(Facts::of(entry).canonical().into())
    }

    fn digest(&self, previous: Option<Sha>) -> Sha {
        let mut hash = Sha256::new();
        // Quotes within strings are escaped: these bytes are nowhere else.
        let hole = self.0.windows(NO_PREVIOUS.len()).position(|bytes| bytes == NO_PREVIOUS);
        match (previous, hole) {
            (Some(previous), Some(at)) => {
                hash.update(&self.0[..at]);
                hash.update(format!(",\"previous\":\"{previous}\","));
                hash.update(&self.0[at + NO_PREVIOUS.len()..]);
            }
            _ => hash.update(&self.0),
        }
        Sha(hash.finalize().into())
    }
}

/// Where an entry stands in its flag's chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The digest of the flag's entry before.
    pub previous: Option<Sha>,
    /// Its own.
    pub digest: Sha,
}

/// The places of entries, each with its life, that stand newest first.
pub(super) fn chain<'l>(links: impl DoubleEndedIterator<Item = (&'l Link, usize)>) -> Vec<Place> {
    let mut last: HashMap<usize, Sha> = HashMap::new();
    let mut places = Vec::new();
    for (link, life) in links.rev() {
        let previous = last.get(&life).copied();
        let digest = link.digest(previous);
        last.insert(life, digest);
        places.push(Place { previous, digest });
    }
    places.reverse();
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::ObjectId;
    use crate::history::{CommitFacts, Kind};
    use serde_json::Value;
    use std::sync::Arc;

    /// JSON with sorted keys and without spaces, told apart from how [`Facts`] comes to it.
    fn sorted(value: &Value) -> String {
        match value {
            Value::Object(object) => {
                let mut members: Vec<_> = object.iter().collect();
                members.sort_unstable_by(|a, b| a.0.encode_utf16().cmp(b.0.encode_utf16()));
                let members: Vec<_> =
                    members.into_iter().map(|(key, value)| format!("\"{key}\":{}", sorted(value))).collect();
                format!("{{{}}}", members.join(","))
            }
            Value::Array(items) => format!("[{}]", items.iter().map(sorted).collect::<Vec<_>>().join(",")),
            Value::String(text) => {
                let escaped = text.chars().map(|character| match character {
                    '"' | '\\' => format!("\\{character}"),
                    '\u{8}' => "\\b".into(),
                    '\t' => "\\t".into(),
                    '\n' => "\\n".into(),
                    '\u{c}' => "\\f".into(),
                    '\r' => "\\r".into(),
                    control if control < ' ' => format!("\\u{:04x}", u32::from(control)),
                    other => other.to_string(),
                });
                format!("\"{}\"", escaped.collect::<String>())
            }
            other => other.to_string(),
        }
    }

    #[test]
    fn facts_are_canonical_whatever_they_say() {
        let odd: String = ('\0'..'\u{a0}').chain("/\u{2028}\u{2029}é😀".chars()).collect();
        let id = |digit: &str| ObjectId::from_hex(digit.repeat(40).as_bytes()).unwrap();
        let person = Person { name: odd.clone(), email: odd.clone(), time: -5, offset: -90 };
        let entry = Entry {
            flag: FlagKey::new("a").unwrap(),
            renamed_from: Some(FlagKey::new("b").unwrap()),
            kind: Kind::Change,
            action: "change",
            differences: Vec::new(),
            commit: Arc::new(CommitFacts {
                id: id("1"),
                parents: vec![id("2"), id("3")],
                author: person.clone(),
                committer: person,
                message: String::new(),
                signed: true,
            }),
            path_before: Some(odd.clone()),
            path_after: None,
            sha256_before: None,
            sha256_after: Some("00".into()),
            reason: Some(odd.clone()),
            ticket: None,
            operation: Some(odd.clone()),
            reverts: vec![odd],
            previous: None,
            digest: String::new(),
        };
        let facts = Facts::of(&entry);
        let text = String::from_utf8(facts.canonical()).unwrap();
        assert_eq!(text, sorted(&serde_json::to_value(&facts).unwrap()));
        let link = Link::of(&entry);
        let last = link.digest(None);
        assert_eq!(last.to_string(), format!("sha256:{}", hexadecimal(&Sha256::digest(&text))));
        let next = Entry { previous: Some(last.to_string()), ..entry.clone() };
        let told = Sha256::digest(Facts::of(&next).canonical());
        assert_eq!(link.digest(Some(last)).to_string(), format!("sha256:{}", hexadecimal(&told)));
        assert!(text.contains("\\u0000") && text.contains('\u{2028}') && text.contains("\"time\":-5"), "{text}");
    }
}
