//! The changed files on one side, read.

use super::range::{At, Changed, State};
use crate::compare::{self, Aspect, Difference, Subject};
use crate::diagnostic::{Diagnostic, Result};
use crate::git::Repository;
use crate::model::{Broken, Catalog, Flag, FlagKey, Project, Segment, SegmentName};
use crate::project::layout::{self, PROJECT, Role};
use crate::project::{Root, View, read_flag, read_project_file, read_segment};
use crate::source::FilePath;
use std::sync::{Mutex, PoisonError};

/// Both sides of a comparison.
pub(super) struct Both {
    /// Before and after.
    pub(super) sides: [Catalog; 2],
    /// That the project reads on one side only, or does not for another reason.
    pub(super) unreadable: Option<Difference>,
    /// The names of states whose project does not read.
    pub(super) unread: Vec<String>,
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
    let sides = catalogs(root, [*before, *after], changed)?;
    Ok(Both { sides, unreadable, unread })
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
    bytes: Vec<u8>,
}

impl Text {
    fn decode(self) -> Option<(usize, usize, Part)> {
        let part = match self.role {
            Role::Flag(key) => {
                let read = read_flag(&self.path, &key, self.bytes);
                Part::Flag(key, read.value.map(Box::new).ok_or_else(|| first_error(&read.problems)))
            }
            Role::Segment(name) => {
                let read = read_segment(&self.path, &name, self.bytes);
                Part::Segment(name, read.value.ok_or_else(|| first_error(&read.problems)))
            }
            _ => return None,
        };
        Some((self.position, self.side, part))
    }
}

/// Git and the disk are read one after the other; all cores decode what is there already.
fn catalogs(root: &Root, projects: [Project; 2], changed: &[Changed]) -> Result<[Catalog; 2]> {
    let repository = root.git()?;
    let parts: Mutex<Vec<(usize, usize, Part)>> = Mutex::new(Vec::new());
    rayon::in_place_scope(|scope| {
        let mut batch = Vec::with_capacity(BATCH);
        let hand_out = |texts: Vec<Text>| {
            let parts = &parts;
            scope.spawn(move |_| {
                let decoded: Vec<_> = texts.into_iter().filter_map(Text::decode).collect();
                parts.lock().unwrap_or_else(PoisonError::into_inner).extend(decoded);
            });
        };
        for (position, changed) in changed.iter().enumerate() {
            let role = layout::role(&changed.path);
            if !matches!(role, Role::Flag(_) | Role::Segment(_)) {
                continue;
            }
            for (side, at) in [changed.old, changed.new].into_iter().enumerate() {
                if let Some(bytes) = content(root, repository, changed, at)? {
                    batch.push(Text { position, side, path: changed.path.clone(), role: role.clone(), bytes });
                }
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
    Ok(catalogs)
}

pub(super) fn content(root: &Root, repository: &Repository, changed: &Changed, at: At) -> Result<Option<Vec<u8>>> {
    match at {
        At::Nowhere => Ok(None),
        At::Object(id) => Ok(Some(repository.read(id)?)),
        At::WorkTree => root.files(View::WorkTree)?.read(&changed.path),
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
