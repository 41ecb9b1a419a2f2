//! One entry of the audit log: what one commit did to one flag, who did it, when and why.

use super::commit::CommitFacts;
use super::contents::Contents;
use super::meaning::Meaning;
use super::touch::{FileVersion, Touch, TouchKind};
use crate::compare::{self, Difference};
use crate::git::Person;
use crate::model::{FlagKey, Project, Timestamp};
use crate::project::{trailer, trailers};
use serde::ser::{Serialize, SerializeStruct as _, Serializer};
use std::sync::Arc;

/// What kind of commit an entry is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A commit of its own.
    Change,
    /// A merge that changed the flag itself.
    Merge,
    /// A merge that dropped what one of its parents had changed.
    MergedAway,
}

impl Kind {
    /// Its name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Change => "change",
            Self::Merge => "merge",
            Self::MergedAway => "merged-away",
        }
    }
}

/// What one commit did to one flag.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The flag, by its key after the change.
    pub flag: FlagKey,
    /// Its key before, when the commit renamed it.
    pub renamed_from: Option<FlagKey>,
    /// What kind of commit it is.
    pub kind: Kind,
    /// The verb: that of its differences; `merged-away`; `move` to another folder; `reformat` when no meaning changed.
    pub action: &'static str,
    /// What changed in meaning.
    pub differences: Vec<Difference>,
    /// The commit.
    pub commit: Arc<CommitFacts>,
    /// The file before, from the top of the repository.
    pub path_before: Option<String>,
    /// The file after.
    pub path_after: Option<String>,
    /// SHA-256 of the file before, in hexadecimal.
    pub sha256_before: Option<String>,
    /// SHA-256 of the file after.
    pub sha256_after: Option<String>,
    /// Why, as the commit's trailers say.
    pub reason: Option<String>,
    /// The ticket, as they say.
    pub ticket: Option<String>,
    /// The operation's id, when the commit says that this tool made it.
    pub operation: Option<String>,
    /// The commits that it says it undoes.
    pub reverts: Vec<String>,
    /// The digest of the flag's entry before.
    pub previous: Option<String>,
    /// The entry's own; see [`super::Facts`].
    pub digest: String,
}

impl Entry {
    /// Tells a touch in full, but for its place in the chain; `None` when there is no flag on either side.
    pub(super) fn new(
        touch: &Touch,
        commit: Arc<CommitFacts>,
        contents: &Contents<'_>,
        project: &Project,
    ) -> Option<Self> {
        Self::with(touch, commit, |flag, before| Meaning::read(touch, flag, before, contents, project))
    }

    /// The same with what its contents mean.
    pub(super) fn with(
        touch: &Touch,
        commit: Arc<CommitFacts>,
        meaning: impl FnOnce(&FlagKey, Option<&FileVersion>) -> Meaning,
    ) -> Option<Self> {
        let (sides, kind): (&[_], _) = match &touch.kind {
            TouchKind::Own => (&[], Kind::Change),
            TouchKind::Merge { sides, away: true } => (sides, Kind::MergedAway),
            TouchKind::Merge { sides, away: false } => (sides, Kind::Merge),
        };
        let before = lost(touch, sides).unwrap_or(touch.before.as_ref());
        let any = || sides.iter().flat_map(|(base, side)| [side.as_ref(), base.as_ref()]).flatten().next();
        let flag = touch.key().or_else(|| any().map(|version| &version.key))?.clone();
        let Meaning { differences, sha256_before, sha256_after } = meaning(&flag, before);
        let path = |version: Option<&FileVersion>| version.map(|version| version.path.clone());
        let one = |name| trailers(&commit.message, name).next().map(str::to_owned);
        let operation = one(trailer::OPERATION).filter(|_| one(trailer::KEY).is_some());
        let mut entry = Self {
            renamed_from: touch.renamed_from().cloned(),
            flag,
            kind,
            action: "",
            differences,
            path_before: path(before),
            path_after: path(touch.after.as_ref()),
            sha256_before,
            sha256_after,
            reason: one(trailer::REASON),
            ticket: one(trailer::TICKET),
            operation,
            reverts: trailers(&commit.message, trailer::REVERTS).map(str::to_owned).collect(),
            previous: None,
            digest: String::new(),
            commit,
        };
        entry.action = entry.verb();
        Some(entry)
    }

    fn verb(&self) -> &'static str {
        if self.kind == Kind::MergedAway {
            return "merged-away";
        }
        match (self.differences.is_empty(), self.path_before == self.path_after) {
            (false, _) => compare::action(&self.differences),
            (true, false) => "move",
            (true, true) => "reformat",
        }
    }

    /// The environments that it concerns; none when it concerns the flag as a whole.
    #[must_use]
    pub fn environments(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for name in self.differences.iter().filter_map(|difference| difference.environment.as_ref()) {
            if !names.contains(&name.as_str()) {
                names.push(name.as_str());
            }
        }
        names
    }

    /// Whether it concerns that environment: something of it changed, or something of the whole flag that answers there
    /// depend on.
    #[must_use]
    pub fn concerns(&self, environment: &str) -> bool {
        self.differences.iter().any(|difference| match &difference.environment {
            Some(name) => name.as_str() == environment,
            None => difference.behaviour,
        })
    }

    /// What changed, in one line.
    #[must_use]
    pub fn summary(&self) -> String {
        match (self.differences.is_empty(), self.kind) {
            (_, Kind::MergedAway) if self.path_before.is_none() => "lost in a merge: its deletion".into(),
            (false, Kind::MergedAway) => format!("lost in a merge: {}", compare::summarise(&self.differences)),
            (false, _) => compare::summarise(&self.differences),
            (true, Kind::MergedAway) if self.path_before != self.path_after => {
                format!("lost in a merge: its move to {}", self.path_before.as_deref().unwrap_or_default())
            }
            (true, _) if self.action == "move" => match (&self.path_before, &self.path_after) {
                (Some(before), _) => format!("moved from {before}"),
                (None, after) => format!("moved to {}", after.as_deref().unwrap_or_default()),
            },
            (true, _) => "comments or formatting only".into(),
        }
    }

    /// `git-flag` when the commit says that this tool made it, else `git`.
    #[must_use]
    pub const fn via(&self) -> &'static str {
        if self.operation.is_some() { "git-flag" } else { "git" }
    }
}

/// Everything, as an object of `git-flag.audit/v1`.
impl Serialize for Entry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Entry", 22)?;
        fields.serialize_field("flag", self.flag.as_str())?;
        fields.serialize_field("renamedFrom", &self.renamed_from.as_ref().map(FlagKey::as_str))?;
        fields.serialize_field("action", self.action)?;
        fields.serialize_field("kind", self.kind.name())?;
        fields.serialize_field("environments", &self.environments())?;
        fields.serialize_field("summary", &self.summary())?;
        fields.serialize_field("differences", &self.differences)?;
        fields.serialize_field("commit", &self.commit.id.to_string())?;
        let parents: Vec<String> = self.commit.parents.iter().map(ToString::to_string).collect();
        fields.serialize_field("parents", &parents)?;
        fields.serialize_field("time", &time(&self.commit.committer))?;
        fields.serialize_field("author", &Who(&self.commit.author))?;
        fields.serialize_field("committer", &Who(&self.commit.committer))?;
        fields.serialize_field("signed", &self.commit.signed)?;
        fields.serialize_field("via", self.via())?;
        fields.serialize_field("reason", &self.reason)?;
        fields.serialize_field("ticket", &self.ticket)?;
        fields.serialize_field("operation", &self.operation)?;
        fields.serialize_field("reverts", &self.reverts)?;
        fields.serialize_field(
            "path",
            &Sides { before: self.path_before.as_deref(), after: self.path_after.as_deref() },
        )?;
        fields.serialize_field(
            "sha256",
            &Sides { before: self.sha256_before.as_deref(), after: self.sha256_after.as_deref() },
        )?;
        fields.serialize_field("previous", &self.previous)?;
        fields.serialize_field("digest", &self.digest)?;
        fields.end()
    }
}

#[derive(serde::Serialize)]
struct Sides<'e> {
    before: Option<&'e str>,
    after: Option<&'e str>,
}

/// A person with the time in UTC, and how far the person's clock is from it, in minutes.
struct Who<'e>(&'e Person);

impl Serialize for Who<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Person", 4)?;
        fields.serialize_field("name", &self.0.name)?;
        fields.serialize_field("email", &self.0.email)?;
        fields.serialize_field("time", &time(self.0))?;
        fields.serialize_field("offset", &self.0.offset)?;
        fields.end()
    }
}

/// The content that a merge dropped: of the parent whose change is not in it. Nothing is there when that was a deletion.
#[expect(clippy::option_option, reason = "outside: dropped or not; inside: there or not")]
fn lost<'t>(touch: &'t Touch, sides: &'t [super::touch::Pair]) -> Option<Option<&'t FileVersion>> {
    match &touch.kind {
        TouchKind::Merge { away: true, .. } if touch.before == touch.after => {
            let dropped = |(base, side): &&super::touch::Pair| *side != touch.after && side != base;
            sides.iter().find(dropped).map(|(_, side)| side.as_ref())
        }
        _ => None,
    }
}

fn time(person: &Person) -> String {
    Timestamp::from_unix(person.time).to_string()
}
