//! The changed files on one side, read.

use super::range::{At, Changed, State};
use crate::diagnostic::{Diagnostic, Result};
use crate::git::Repository;
use crate::model::{Broken, Catalog, Flag, FlagKey, Project, Segment, SegmentName};
use crate::project::layout::{self, PROJECT, Role};
use crate::project::{Root, View, read_flag, read_project_file, read_segment};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Both sides, before and after, and the names of states whose project does not read.
pub(super) fn read_both(root: &Root, states: [State; 2], changed: &[Changed]) -> Result<([Catalog; 2], Vec<String>)> {
    let [old, new] = states;
    let projects = [project_of(root, old)?, project_of(root, new)?];
    let broken = |(state, project): (State, &Side)| matches!(project, Side::Broken).then(|| state.name());
    let notes = states.into_iter().zip(&projects).filter_map(broken).collect();
    // Where one does not read, nothing can be said about what differs between the two.
    let [before, after] = match projects {
        [Side::Project(old), Side::Project(new)] => [old, new],
        [Side::Project(one), Side::Broken] | [Side::Broken, Side::Project(one)] => [one.clone(), one],
        [Side::Project(one), _] => [one, Box::new(no_project())],
        [_, Side::Project(one)] => [Box::new(no_project()), one],
        _ => [Box::new(no_project()), Box::new(no_project())],
    };
    let before = catalog(root, *before, changed.iter().map(|it| (it, it.old)))?;
    let after = catalog(root, *after, changed.iter().map(|it| (it, it.new)))?;
    Ok(([before, after], notes))
}

enum Side {
    Nothing,
    Broken,
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
    read_project_file(bytes).value.map_or(Side::Broken, |project| Side::Project(Box::new(project)))
}

enum Part {
    Flag(FlagKey, std::result::Result<Box<Flag>, String>),
    Segment(SegmentName, std::result::Result<Segment, String>),
}

/// Git reads one after the other, decoding takes all cores.
fn catalog<'c>(root: &Root, project: Project, files: impl Iterator<Item = (&'c Changed, At)>) -> Result<Catalog> {
    let repository = root.git()?;
    let mut texts = Vec::new();
    for (changed, at) in files {
        let role = layout::role(&changed.path);
        if matches!(role, Role::Flag(_) | Role::Segment(_))
            && let Some(bytes) = content(root, repository, changed, at)?
        {
            texts.push((changed, role, bytes));
        }
    }
    let parts: Vec<Option<Part>> = texts
        .into_par_iter()
        .with_min_len(16)
        .map(|(changed, role, bytes)| match role {
            Role::Flag(key) => {
                let read = read_flag(&changed.path, &key, bytes);
                Some(Part::Flag(key, read.value.map(Box::new).ok_or_else(|| first_error(&read.problems))))
            }
            Role::Segment(name) => {
                let read = read_segment(&changed.path, &name, bytes);
                Some(Part::Segment(name, read.value.ok_or_else(|| first_error(&read.problems))))
            }
            _ => None,
        })
        .collect();
    let mut catalog = Catalog::new(project);
    for part in parts.into_iter().flatten() {
        match part {
            Part::Flag(key, Ok(flag)) => drop(catalog.flags.insert(key, *flag)),
            Part::Flag(key, Err(error)) => drop(catalog.broken_flags.insert(key, Broken { error, default: None })),
            Part::Segment(name, Ok(segment)) => drop(catalog.segments.insert(name, segment)),
            Part::Segment(name, Err(error)) => drop(catalog.broken_segments.insert(name, error)),
        }
    }
    Ok(catalog)
}

fn content(root: &Root, repository: &Repository, changed: &Changed, at: At) -> Result<Option<Vec<u8>>> {
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
fn no_project() -> Project {
    Project {
        format: crate::model::FORMAT,
        environments: Vec::new(),
        attributes: None,
        rings: Vec::new(),
        bucketing: crate::model::Bucketing::default(),
        lints: BTreeMap::new(),
    }
}
