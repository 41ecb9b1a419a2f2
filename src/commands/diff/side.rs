//! The changed files on one side, read.

use super::range::{At, Changed, State};
use crate::compare::{self, Aspect, Difference, Subject};
use crate::diagnostic::{Diagnostic, Result};
use crate::git::Repository;
use crate::model::{Broken, Catalog, Flag, FlagKey, Project, Segment, SegmentName};
use crate::project::layout::{self, PROJECT, Role};
use crate::project::{Content, Root, View, read_flag, read_project_file, read_segment};
use crate::source::FilePath;
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// Both sides of a comparison.
pub(super) struct Both {
    /// Before and after.
    pub(super) sides: [Catalog; 2],
    /// That the project reads on one side only, or does not for another reason.
    pub(super) unreadable: Option<Difference>,
    /// The names of states whose project does not read.
    pub(super) unread: Vec<String>,
    /// What there is among what may differ.
    pub(super) found: Findings,
}

/// What there is among the files that may differ.
#[derive(Default)]
pub(super) struct Findings {
    /// The names of the files of flags, segments and the project that do differ. One that moved is one.
    pub(super) differing: BTreeSet<String>,
    /// Files that can't be of a flag, as `git flag validate` says.
    pub(super) misplaced: Vec<FilePath>,
}

/// Reads both sides.
pub(super) fn read_both(root: &Root, states: [State; 2], changed: &[Changed]) -> Result<Both> {
    let [old, new] = states;
    let projects = [project_of(root, old)?, project_of(root, new)?];
    let broken = |(state, project): (State, &Side)| matches!(project, Side::Broken(_)).then(|| state.name());
    let unread = states.into_iter().zip(&projects).filter_map(broken).collect();
    let unreadable = unreadable(&projects);
    // Where one does not read, nothing can be said about what differs between the two.
    let [before, after] = match projects {
        [Side::Project(old), Side::Project(new)] => [old, new],
        [Side::Project(one), Side::Broken(_)] | [Side::Broken(_), Side::Project(one)] => [one.clone(), one],
        [Side::Project(one), _] => [one, no_project()],
        [_, Side::Project(one)] => [no_project(), one],
        _ => [no_project(), no_project()],
    };
    let (sides, found) = catalogs(root, [*before, *after], changed)?;
    Ok(Both { sides, unreadable, unread, found })
}

fn unreadable(projects: &[Side; 2]) -> Option<Difference> {
    let side = |side: &Side| match side {
        Side::Broken(error) => Some(compare::Side::text(error)),
        Side::Project(_) => Some(compare::Side::new("readable", "readable")),
        Side::Nothing => None,
    };
    let aspect = match projects {
        [Side::Broken(before), Side::Broken(after)] if before == after => return None,
        [_, Side::Broken(_)] => Aspect::Unreadable,
        [Side::Broken(_), Side::Project(_)] => Aspect::Readable,
        [Side::Broken(_), Side::Nothing] => Aspect::Deleted,
        _ => return None,
    };
    Some(Difference {
        subject: Subject::Project,
        environment: None,
        rule: None,
        item: None,
        aspect,
        before: side(&projects[0]),
        after: side(&projects[1]),
        behaviour: true,
        rest: false,
    })
}

enum Side {
    Nothing,
    /// It does not read, for this reason.
    Broken(String),
    Project(Box<Project>),
}

fn project_of(root: &Root, state: State) -> Result<Side> {
    let repository = root.git()?;
    let path = format!("{}{PROJECT}", root.prefix());
    let entry = match state {
        State::Nothing => None,
        State::WorkTree => {
            let bytes = root.files(View::WorkTree)?.read(PROJECT)?;
            return Ok(bytes.map_or(Side::Nothing, decode));
        }
        State::Commit(commit) => repository.entry(commit, &path)?,
        State::Index => {
            let entries = repository.list(crate::git::Source::Index, path.trim_end_matches("/project.yaml"))?;
            entries.into_iter().find(|entry| entry.path == path)
        }
    };
    entry.map_or(Ok(Side::Nothing), |entry| Ok(decode(repository.read(entry.id)?)))
}

fn decode(bytes: Vec<u8>) -> Side {
    let read = read_project_file(bytes);
    let Some(project) = read.value else {
        let error = read.problems.iter().find(|problem| problem.is_error());
        return Side::Broken(error.map_or_else(String::new, |it| format!("{} ({})", it.message, it.code.id)));
    };
    Side::Project(Box::new(project))
}

enum Part {
    Flag(FlagKey, std::result::Result<Box<Flag>, String>),
    Segment(SegmentName, std::result::Result<Segment, String>),
}

/// How many files are decoded at once.
const BATCH: usize = 32;

/// A file of one side (0 before, 1 after), read.
struct Text {
    position: usize,
    side: usize,
    path: FilePath,
    role: Role,
    /// `None` where it is no plain file.
    bytes: Option<Vec<u8>>,
}

impl Text {
    fn decode(self) -> Option<(usize, usize, Part)> {
        let not_plain = || "it is not a plain file (F223)".to_owned();
        let part = match self.role {
            Role::Flag(key) => {
                let read = self.bytes.map(|bytes| read_flag(&self.path, &key, bytes)).ok_or_else(not_plain);
                let flag = read.and_then(|read| read.value.map(Box::new).ok_or_else(|| first_error(&read.problems)));
                Part::Flag(key, flag)
            }
            Role::Segment(name) => {
                let read = self.bytes.map(|bytes| read_segment(&self.path, &name, bytes)).ok_or_else(not_plain);
                let segment = read.and_then(|read| read.value.ok_or_else(|| first_error(&read.problems)));
                Part::Segment(name, segment)
            }
            _ => return None,
        };
        Some((self.position, self.side, part))
    }
}

/// Git and the disk are read one after the other; all cores decode what is there already.
fn catalogs(root: &Root, projects: [Project; 2], changed: &[Changed]) -> Result<([Catalog; 2], Findings)> {
    let repository = root.git()?;
    let mut findings = Findings::default();
    let parts: Mutex<Vec<(usize, usize, Part)>> = Mutex::new(Vec::new());
    rayon::in_place_scope(|scope| {
        let mut batch = Vec::with_capacity(2 * BATCH);
        let hand_out = |texts: Vec<Text>| {
            let parts = &parts;
            scope.spawn(move |_| {
                let decoded: Vec<_> = texts.into_iter().filter_map(Text::decode).collect();
                parts.lock().unwrap_or_else(PoisonError::into_inner).extend(decoded);
            });
        };
        for (position, changed) in changed.iter().enumerate() {
            let role = layout::role(&changed.path);
            match role {
                Role::Flag(_) | Role::Segment(_) | Role::Project => {}
                Role::Misplaced(_) => {
                    findings.misplaced.push(changed.path.clone());
                    continue;
                }
                _ => continue,
            }
            let old = content(root, repository, changed, changed.old)?;
            let new = content(root, repository, changed, changed.new)?;
            // Staged and taken back, or touched.
            if old == new {
                continue;
            }
            let name = changed.path.rsplit_once('/').map_or(&*changed.path, |(_, name)| name);
            findings.differing.insert(name.to_owned());
            for (side, content) in [old, new].into_iter().enumerate() {
                let bytes = match content {
                    Content::Absent => continue,
                    Content::Plain(bytes) => Some(bytes),
                    Content::NotPlain(_) => None,
                };
                batch.push(Text { position, side, path: changed.path.clone(), role: role.clone(), bytes });
            }
            if batch.len() >= BATCH {
                hand_out(std::mem::take(&mut batch));
            }
        }
        hand_out(batch);
        Result::Ok(())
    })?;
    let mut parts = parts.into_inner().unwrap_or_else(PoisonError::into_inner);
    parts.sort_unstable_by_key(|(position, side, _)| (*position, *side));
    let mut catalogs = projects.map(Catalog::new);
    for (_, side, part) in parts {
        let catalog = &mut catalogs[side];
        match part {
            Part::Flag(key, Ok(flag)) => drop(catalog.flags.insert(key, *flag)),
            Part::Flag(key, Err(error)) => drop(catalog.broken_flags.insert(key, Broken { error, default: None })),
            Part::Segment(name, Ok(segment)) => drop(catalog.segments.insert(name, segment)),
            Part::Segment(name, Err(error)) => drop(catalog.broken_segments.insert(name, error)),
        }
    }
    Ok((catalogs, findings))
}

/// What is there.
pub(super) fn content(root: &Root, repository: &Repository, changed: &Changed, at: At) -> Result<Content> {
    match at {
        At::Nowhere => Ok(Content::Absent),
        At::NotPlain => Ok(Content::NotPlain(None)),
        At::Object(id) => Ok(Content::Plain(repository.read(id)?)),
        At::WorkTree => match root.files(View::WorkTree)?.look(&changed.path)? {
            Content::NotPlain(_) => Ok(Content::NotPlain(None)),
            content => Ok(content),
        },
    }
}

fn first_error(problems: &[Diagnostic]) -> String {
    let error = problems.iter().find(|problem| problem.is_error());
    error.map_or_else(String::new, |error| format!("{} ({})", error.message, error.code.id))
}

/// Where there is no project file that reads: a project of nothing.
fn no_project() -> Box<Project> {
    Box::new(Project::with_environments(Vec::new()))
}
