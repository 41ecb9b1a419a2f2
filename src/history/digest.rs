//! Digests over entries, each chained to the flag's entry before.
//!
//! What is hashed: SHA-256 over the canonical JSON of [`facts`], which is UTF-8 without spaces, keys sorted, strings
//! escaped as RFC 8785 says, and no numbers but integers. Facts are what was done, by whom, when and why, with the SHA-256
//! of the file's bytes before and after. What the tool derives from those bytes (action, differences, words) is left out:
//! it follows from them, and a newer version may tell it better without changing a digest.
//!
//! `previous` is the digest of the entry before in the flag's own history, in the order of [`super::timeline`]; the entry
//! that creates a flag has none, and one that renames it continues the chain of the old key. Changing anything in an entry
//! therefore changes its digest and those of all later entries of that flag.

use super::contents::hexadecimal;
use super::entry::{Entry, Kind};
use crate::git::Person;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::HashMap;

/// The version of what is hashed.
pub const VERSION: &str = "git-flag.entry/v1";

/// What is hashed of an entry, `previous` included.
#[must_use]
pub fn facts(entry: &Entry) -> Value {
    let commit = &entry.commit;
    json!({
        "version": VERSION,
        "flag": entry.flag.as_str(),
        "renamedFrom": entry.renamed_from.as_ref().map(crate::model::FlagKey::as_str),
        "kind": entry.kind.name(),
        "commit": commit.id.to_string(),
        "parents": commit.parents.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "author": person(&commit.author),
        "committer": person(&commit.committer),
        "signed": commit.signed,
        "path": { "before": entry.path_before, "after": entry.path_after },
        "sha256": { "before": entry.sha256_before, "after": entry.sha256_after },
        "reason": entry.reason,
        "ticket": entry.ticket,
        "operation": entry.operation,
        "reverts": entry.reverts,
        "previous": entry.previous,
    })
}

fn person(person: &Person) -> Value {
    json!({ "name": person.name, "email": person.email, "time": person.time, "offset": person.offset })
}

/// JSON in its one canonical form.
#[must_use]
pub fn canonical(value: &Value) -> String {
    match value {
        Value::Object(object) => {
            let mut sorted: Vec<(&String, &Value)> = object.iter().collect();
            sorted.sort_unstable_by(|a, b| a.0.encode_utf16().cmp(b.0.encode_utf16()));
            let members: Vec<String> = sorted
                .into_iter()
                .map(|(key, value)| format!("{}:{}", Value::String(key.clone()), canonical(value)))
                .collect();
            format!("{{{}}}", members.join(","))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(",")),
        other => other.to_string(),
    }
}

/// The digest of an entry, as `sha256:<hexadecimal>`.
#[must_use]
pub fn digest(entry: &Entry) -> String {
    format!("sha256:{}", hexadecimal(&Sha256::digest(canonical(&facts(entry)))))
}

/// Sets `previous` and `digest` of entries that stand newest first.
pub(super) fn chain(entries: &mut [Entry]) {
    let mut last: HashMap<String, String> = HashMap::new();
    for entry in entries.iter_mut().rev() {
        let creates = entry.kind == Kind::Change && entry.path_before.is_none();
        let key = entry.renamed_from.as_ref().unwrap_or(&entry.flag).to_string();
        // After a rename the old key is free for another flag.
        let before = if entry.renamed_from.is_some() { last.remove(&key) } else { last.get(&key).cloned() };
        entry.previous = before.filter(|_| !creates);
        entry.digest = digest(entry);
        last.insert(entry.flag.to_string(), entry.digest.clone());
    }
}
