//! Remembered touches: a cache in `git-flag/history/` of the Git directory.
//!
//! A file holds the touches of one flag (or of all) that the commit in its first line reaches. Commits never change, so
//! what it says stays true; what it is asked for is only which commits and contents to look at, and those are read from
//! Git again. It is ignored when its checksum, version, subject or the shape of a shallow clone do not fit, written beside
//! and renamed into place so that readers and other writers never see half of it, and not missed when it can't be
//! written.

use super::contents::hexadecimal;
use super::lives::Lived;
use super::touch::{FileVersion, Touch, TouchKind};
use crate::git::{CommitId, ObjectId, Repository};
use crate::model::{FlagKey, Project};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;

/// Raised whenever the meaning of a file changes.
const FORMAT: u32 = 6;

/// What stands between a touch and its meaning: no character of JSON.
const BETWEEN: char = '\t';

/// What is remembered of a walk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Snapshot {
    /// The commit that the walk began at.
    pub(super) tip: CommitId,
    /// The files that it looked at; empty when it looked at all.
    pub(super) paths: Vec<String>,
    /// For each touch, the number of the life that it is of; empty where that is told from all of them.
    pub(super) lives: Vec<usize>,
    /// What it found, newest first.
    pub(super) touches: Vec<Touch>,
    /// For each touch the line of its [`super::meaning::Meaning`], when that is remembered; empty when none is.
    pub(super) meanings: Vec<Option<String>>,
}

impl Snapshot {
    /// That of one flag.
    pub(super) fn of_flag(tip: CommitId, paths: Vec<String>, lived: Vec<Lived>) -> Self {
        let (touches, lives) = lived.into_iter().unzip();
        Self { tip, paths, lives, touches, meanings: Vec::new() }
    }

    /// All touches with the lines of their meanings.
    pub(super) fn with_meanings(self) -> impl Iterator<Item = (Touch, Option<String>)> {
        self.touches.into_iter().zip(self.meanings.into_iter().chain(std::iter::repeat(None)))
    }

    /// The touches of one flag with their lives.
    pub(super) fn lived(&self) -> Vec<Lived> {
        self.touches.iter().cloned().zip(self.lives.iter().copied()).collect()
    }
}

/// A file of the cache.
pub(super) struct Index {
    path: PathBuf,
    header: Value,
}

impl Index {
    /// The file for all flags below `prefix`. Meanings depend on the order of environments, and on the program that tells them.
    pub(super) fn of_all(repository: &Repository, prefix: &str, project: &Project) -> Self {
        let mut index = Self::new(repository, prefix, None);
        let environments: Vec<&str> =
            project.environments.iter().map(|environment| environment.name.as_str()).collect();
        index.header["environments"] = json!(environments);
        index.header["program"] = json!([env!("CARGO_PKG_VERSION"), option_env!("GIT_FLAG_BUILD_COMMIT")]);
        index
    }

    /// The file for one flag of those below `prefix`.
    pub(super) fn of_flag(repository: &Repository, prefix: &str, key: &FlagKey) -> Self {
        Self::new(repository, prefix, Some(key))
    }

    fn new(repository: &Repository, prefix: &str, key: Option<&FlagKey>) -> Self {
        let shallow = fs::read(repository.common_dir().join("shallow")).unwrap_or_default();
        let header = json!({
            "format": FORMAT,
            "prefix": prefix,
            "flag": key.map(FlagKey::as_str),
            "shallow": hexadecimal(&Sha256::digest(shallow)),
        });
        let subject = json!([prefix, key.map(FlagKey::as_str)]).to_string();
        let name = hexadecimal(&Sha256::digest(subject)[..16]);
        Self { path: repository.cache_dir().join("history").join(name), header }
    }

    /// What is remembered; `None` when that is nothing, or nothing that can be used.
    pub(super) fn load(&self) -> Option<Snapshot> {
        let text = fs::read_to_string(&self.path).ok()?;
        let (body, checksum) = text.strip_suffix('\n')?.rsplit_once('\n')?;
        if hexadecimal(&Sha256::digest(body)) != checksum {
            return None;
        }
        let mut lines = body.lines();
        if serde_json::from_str::<Value>(lines.next()?).ok()? != self.header {
            return None;
        }
        let tip = id(&serde_json::from_str(lines.next()?).ok()?)?;
        let paths = serde_json::from_str(lines.next()?).ok()?;
        let lives = serde_json::from_str(lines.next()?).ok()?;
        let (mut touches, mut meanings) = (Vec::new(), Vec::new());
        for line in lines {
            let (line, meaning) =
                line.split_once(BETWEEN).map_or((line, None), |(line, meaning)| (line, Some(meaning)));
            touches.push(touch(&serde_json::from_str(line).ok()?)?);
            meanings.push(meaning.map(str::to_owned));
        }
        if meanings.iter().all(Option::is_none) {
            meanings.clear();
        }
        Some(Snapshot { tip, paths, lives, touches, meanings })
    }

    /// Remembers; where that fails it is not missed.
    pub(super) fn save(&self, snapshot: &Snapshot) {
        let mut body = self.header.to_string();
        for line in [json!(snapshot.tip.to_string()), json!(snapshot.paths), json!(snapshot.lives)] {
            body.push('\n');
            body += &line.to_string();
        }
        let mut meanings = snapshot.meanings.iter();
        for touch in &snapshot.touches {
            body.push('\n');
            body += &touch_json(touch).to_string();
            if let Some(meaning) = meanings.next().and_then(Option::as_ref) {
                body.push(BETWEEN);
                body += meaning;
            }
        }
        let checksum = hexadecimal(&Sha256::digest(&body));
        let _ = self.replace(format!("{body}\n{checksum}\n").as_bytes());
    }

    fn replace(&self, text: &[u8]) -> std::io::Result<()> {
        let Some(folder) = self.path.parent() else { return Ok(()) };
        fs::create_dir_all(folder)?;
        let mut file = tempfile::Builder::new().prefix(".new-").tempfile_in(folder)?;
        file.write_all(text)?;
        file.persist(&self.path).map_err(|error| error.error)?;
        Ok(())
    }
}

fn touch_json(touch: &Touch) -> Value {
    let versions = [&touch.before, &touch.after].map(|version| version_json(version.as_ref()));
    match &touch.kind {
        TouchKind::Own => json!([touch.commit.to_string(), versions[0], versions[1]]),
        TouchKind::Merge { sides, away } => {
            let sides: Vec<Value> = sides
                .iter()
                .map(|(base, side)| json!([version_json(base.as_ref()), version_json(side.as_ref())]))
                .collect();
            json!([touch.commit.to_string(), versions[0], versions[1], sides, away])
        }
    }
}

fn version_json(version: Option<&FileVersion>) -> Value {
    version.map_or(Value::Null, |version| {
        json!([version.path, version.key.as_str(), version.id.to_string(), version.mode])
    })
}

fn touch(value: &Value) -> Option<Touch> {
    let fields = value.as_array()?;
    let kind = match fields.len() {
        3 => TouchKind::Own,
        5 => {
            let pair = |pair: &Value| match pair.as_array()?.as_slice() {
                [base, side] => Some((version(base)?, version(side)?)),
                _ => None,
            };
            let sides = fields[3].as_array()?.iter().map(pair).collect::<Option<_>>()?;
            TouchKind::Merge { sides, away: fields[4].as_bool()? }
        }
        _ => return None,
    };
    Some(Touch { commit: id(&fields[0])?, before: version(&fields[1])?, after: version(&fields[2])?, kind })
}

#[expect(clippy::option_option, reason = "outside: damaged or not; inside: there or not")]
fn version(value: &Value) -> Option<Option<FileVersion>> {
    if value.is_null() {
        return Some(None);
    }
    let [path, key, object, mode] = value.as_array()?.as_slice() else { return None };
    let key = FlagKey::new(key.as_str()?).ok()?;
    let mode = u32::try_from(mode.as_u64()?).ok()?;
    Some(Some(FileVersion { path: path.as_str()?.to_owned(), key, id: id(object)?, mode }))
}

fn id(value: &Value) -> Option<ObjectId> {
    ObjectId::from_hex(value.as_str()?.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot() -> Snapshot {
        let id = |digit: &str| ObjectId::from_hex(digit.repeat(40).as_bytes()).unwrap();
        let version = |path: &str, digit| {
            Some(FileVersion { path: path.into(), key: FlagKey::new("a").unwrap(), id: id(digit), mode: 0o100_644 })
        };
        let merge = TouchKind::Merge { sides: vec![(None, version("flags/a.yaml", "4"))], away: true };
        Snapshot {
            tip: id("1"),
            paths: vec!["flags/a.yaml".into()],
            lives: vec![1, 0],
            touches: vec![
                Touch { commit: id("1"), before: version("flags/a.yaml", "3"), after: None, kind: merge },
                Touch {
                    commit: id("2"),
                    before: None,
                    after: version("flags/ü \"x\"\n/a.yaml", "3"),
                    kind: TouchKind::Own,
                },
            ],
            meanings: vec![None, Some("[null,\"\\t\",[]]".into())],
        }
    }

    fn index(folder: &std::path::Path) -> Index {
        Index { path: folder.join("deep/file"), header: json!({"format": FORMAT, "flag": "a"}) }
    }

    #[test]
    fn what_is_saved_is_loaded() {
        let folder = tempfile::tempdir().unwrap();
        let index = index(folder.path());
        assert_eq!(index.load(), None);
        index.save(&snapshot());
        assert_eq!(index.load(), Some(snapshot()));
        assert_eq!(fs::read_dir(folder.path().join("deep")).unwrap().count(), 1);
    }

    #[test]
    fn anything_damaged_is_ignored() {
        let folder = tempfile::tempdir().unwrap();
        let index = index(folder.path());
        index.save(&snapshot());
        let good = fs::read(&index.path).unwrap();
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 1;
            fs::write(&index.path, &bad).unwrap();
            assert_eq!(index.load(), None, "byte {at}");
            fs::write(&index.path, &good[..at]).unwrap();
            assert_eq!(index.load(), None, "cut at {at}");
        }
        let other = Index { path: index.path.clone(), header: json!({"format": FORMAT + 1, "flag": "a"}) };
        fs::write(&index.path, &good).unwrap();
        assert_eq!(other.load(), None);
        assert_eq!(index.load(), Some(snapshot()));
    }

    #[test]
    fn a_place_that_cannot_be_written_is_not_missed() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("deep"), "a file, not a folder").unwrap();
        let index = index(folder.path());
        index.save(&snapshot());
        assert_eq!(index.load(), None);
    }
}
