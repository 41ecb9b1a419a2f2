//! What the contents of a touch say: all of an entry that takes reading files. It is remembered with the touch, as a line.

use super::contents::{Contents, State, differences};
use super::merges::Merged;
use super::touch::{FileVersion, Touch, TouchKind};
use crate::compare::{self, ASPECTS, Difference, Subject};
use crate::model::{EnvironmentName, FlagKey, Project};
use serde::{Deserialize, Serialize};

/// What changed in meaning, and the digests of the files.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Meaning {
    pub(super) differences: Vec<Difference>,
    /// SHA-256 of the file before, in hexadecimal; `None` where there is none, or none that can be read.
    pub(super) sha256_before: Option<String>,
    /// SHA-256 of the file after.
    pub(super) sha256_after: Option<String>,
}

impl Meaning {
    /// Reads the files of a touch, which took the flag from the content `before`.
    pub(super) fn read(
        touch: &Touch,
        flag: &FlagKey,
        before: Option<&FileVersion>,
        contents: &Contents<'_>,
        project: &Project,
    ) -> Self {
        let (old, new) = (contents.read_optional(before), contents.read_optional(touch.after.as_ref()));
        let state = new.as_ref().map(|content| &content.state);
        let differences = match &touch.kind {
            TouchKind::Own => differences(project, flag, old.as_ref().map(|content| &content.state), state),
            TouchKind::Merge { sides, .. } => {
                let merged = Merged { contents, before: touch.before.as_ref(), sides };
                let found = || old.as_ref().map(|content| content.state.clone());
                let expected: Option<State> = merged.expected().unwrap_or_else(found);
                differences(project, flag, expected.as_ref(), state)
            }
        };
        Self {
            differences,
            sha256_before: old.as_ref().and_then(|content| content.sha256.clone()),
            sha256_after: new.as_ref().and_then(|content| content.sha256.clone()),
        }
    }

    /// The line to remember it by; `None` where another look may find more, and for merges, which are few.
    pub(super) fn line(&self, touch: &Touch) -> Option<String> {
        let is_read = |version: &Option<FileVersion>, sha256: &Option<String>| version.is_some() == sha256.is_some();
        let is_whole = is_read(&touch.before, &self.sha256_before) && is_read(&touch.after, &self.sha256_after);
        if touch.kind != TouchKind::Own || !is_whole {
            return None;
        }
        let differences = self.differences.iter().map(Remembered::of).collect::<Option<_>>()?;
        serde_json::to_string(&Line(self.sha256_before.clone(), self.sha256_after.clone(), differences)).ok()
    }

    /// What such a line says.
    pub(super) fn from_line(line: &str) -> Option<Self> {
        let Line(sha256_before, sha256_after, differences) = serde_json::from_str(line).ok()?;
        let differences = differences.into_iter().map(Remembered::difference).collect::<Option<_>>()?;
        Some(Self { differences, sha256_before, sha256_after })
    }
}

#[derive(Serialize, Deserialize)]
struct Line(Option<String>, Option<String>, Vec<Remembered>);

/// A side of a difference: its words and its value.
type Side = Option<(String, serde_json::Value)>;

/// A difference of a flag: key, environment, rule, item, aspect, sides, whether it can change answers, whether targets or
/// rules come first.
#[derive(Serialize, Deserialize)]
struct Remembered(String, Option<String>, Option<String>, Option<String>, String, Side, Side, bool, bool);

impl Remembered {
    fn of(difference: &Difference) -> Option<Self> {
        let Subject::Flag(key) = &difference.subject else { return None };
        let side = |side: &Option<compare::Side>| side.as_ref().map(|side| (side.text.clone(), side.value.clone()));
        Some(Self(
            key.to_string(),
            difference.environment.as_ref().map(ToString::to_string),
            difference.rule.clone(),
            difference.item.clone(),
            difference.aspect.name().to_owned(),
            side(&difference.before),
            side(&difference.after),
            difference.behaviour,
            difference.rest,
        ))
    }

    fn difference(self) -> Option<Difference> {
        let Self(key, environment, rule, item, aspect, before, after, behaviour, rest) = self;
        let side = |side: Side| side.map(|(text, value)| compare::Side { text, value });
        Some(Difference {
            subject: Subject::Flag(FlagKey::new(&key).ok()?),
            environment: environment.map(|name| EnvironmentName::new(&name)).transpose().ok()?,
            rule,
            item,
            aspect: ASPECTS.iter().find(|row| row.name == aspect)?.aspect,
            before: side(before),
            after: side(after),
            behaviour,
            rest,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::compare_flags;
    use crate::git::ObjectId;
    use crate::project::read_flag;

    fn version(digit: &str) -> FileVersion {
        let id = ObjectId::from_hex(digit.repeat(40).as_bytes()).unwrap();
        FileVersion { path: "flags/a.yaml".into(), key: FlagKey::new("a").unwrap(), id, mode: 0o100_644 }
    }

    fn meaning() -> Meaning {
        let read =
            |text: &str| read_flag(&"flags/a.yaml".into(), &FlagKey::new("a").unwrap(), text.into()).value.unwrap();
        let before = "type: boolean\ndescription: \"tab\\t and \\\"quotes\\\"\"\nowner: a\ndefault: false\nenvironments:\n  production: {enabled: false, serve: false}\n";
        let after = "type: boolean\nowner: b\ndefault: true\nenvironments:\n  production:\n    enabled: true\n    rules: [{id: r, when: [{attribute: plan, equals: pro}], serve: true}]\n    serve: true\n";
        Meaning {
            differences: compare_flags(Some(&read(before)), Some(&read(after))),
            sha256_before: Some("00".into()),
            sha256_after: Some("11".into()),
        }
    }

    #[test]
    fn what_is_remembered_is_told_again() {
        let touch = Touch {
            commit: version("1").id,
            before: Some(version("2")),
            after: Some(version("3")),
            kind: TouchKind::Own,
        };
        let meaning = meaning();
        assert!(meaning.differences.len() > 3, "{meaning:?}");
        let line = meaning.line(&touch).unwrap();
        assert!(!line.contains(['\t', '\n']), "{line}");
        assert_eq!(Meaning::from_line(&line), Some(meaning.clone()));
        assert_eq!(Meaning::from_line(&line[1..]), None);
        // A file that was not here may be here the next time.
        assert_eq!(Meaning { sha256_after: None, ..meaning.clone() }.line(&touch), None);
        let merge = TouchKind::Merge { sides: Vec::new(), away: false };
        assert_eq!(meaning.line(&Touch { kind: merge, ..touch }), None);
    }
}
