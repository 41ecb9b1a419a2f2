//! Dynamic completion: keys, environments, variants and segments of the repository around the shell.

use super::state::State;
use crate::git::Repository;
use crate::model::FlagKey;
use crate::project::{Files, Found, layout};
use crate::render::style::plain;
use crate::source::FilePath;
use clap_complete::engine::{CompletionCandidate, ValueCompleter};
use std::ffi::OsStr;

/// The command line with completers; the shell's request is answered from it.
pub(super) fn command() -> clap::Command {
    super::command()
}

/// Completes keys of flags.
#[derive(Debug, Clone, Copy)]
pub(super) struct Keys;

/// Completes names of environments.
#[derive(Debug, Clone, Copy)]
pub(super) struct Environments;

/// Completes names of segments.
#[derive(Debug, Clone, Copy)]
pub(super) struct Segments;

/// Completes names of golden contexts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Goldens;

/// The work tree around the current folder; errors are silent, a shell has no use for them.
fn files() -> Option<Files<'static>> {
    let current = super::session::current_directory()?;
    crate::project::find_root(&current).map(Files::on_disk)
}

/// Completes variants of the flag that the command line names.
#[derive(Debug, Clone, Copy)]
pub(super) struct Variants;

impl ValueCompleter for Variants {
    fn complete(&self, current: &OsStr) -> Vec<CompletionCandidate> {
        let typed = current.to_string_lossy();
        let Some(flag) = named_flag() else { return Vec::new() };
        let boolean = flag.value_type == crate::model::ValueType::Boolean;
        let written = |name: &str| match (boolean, name) {
            (true, "on") => "true".to_owned(),
            (true, _) => "false".to_owned(),
            (false, name) => name.to_owned(),
        };
        let fitting = flag.variants.iter().filter(|variant| written(variant.name.as_str()).starts_with(&*typed));
        fitting
            .map(|variant| {
                let help = variant.description.clone().unwrap_or_else(|| variant.value.to_string());
                CompletionCandidate::new(written(variant.name.as_str())).help(Some(help.into()))
            })
            .collect()
    }
}

/// The first word of the command line that is a flag's key. The shell passes the line so far behind `--`.
fn named_flag() -> Option<crate::model::Flag> {
    let files = files()?;
    let words: Vec<String> = super::session::process_arguments().skip_while(|word| word != "--").skip(3).collect();
    // A requirement is about the variants of the other flag.
    let other = words.iter().position(|word| word == "--on").and_then(|at| words.get(at + 1));
    for word in other.into_iter().chain(&words) {
        let Ok(key) = crate::model::FlagKey::new(word) else { continue };
        if let Some(path) = files.find_flag(key.as_str()).ok().flatten() {
            let bytes = files.read(&path).ok().flatten()?;
            return crate::project::read_flag(&path, &key, bytes).value;
        }
    }
    None
}

fn stems(matching: impl Fn(&layout::Role) -> Option<String>, current: &OsStr) -> Vec<CompletionCandidate> {
    let typed = current.to_string_lossy();
    let Some(found) = files().and_then(|files| files.list().ok()) else { return Vec::new() };
    let names = found.iter().filter_map(|file| matching(&layout::role(&file.path)));
    names.filter(|name| name.starts_with(&*typed)).map(CompletionCandidate::new).collect()
}

/// So many flags are told of; reading more would keep the person waiting.
const MOST: usize = 200;

impl ValueCompleter for Keys {
    fn complete(&self, current: &OsStr) -> Vec<CompletionCandidate> {
        let typed = current.to_string_lossy();
        let Some(files) = files() else { return Vec::new() };
        let found = files.list().unwrap_or_default();
        let key = |found: &Found| match layout::role(&found.path) {
            layout::Role::Flag(key) if key.as_str().starts_with(&*typed) => Some((key, found.path.clone())),
            _ => None,
        };
        let fitting: Vec<_> = found.iter().filter_map(key).collect();
        let project = crate::project::load_project(&files).ok().filter(|_| fitting.len() <= MOST);
        let now = super::session::clock();
        let help = |key: &FlagKey, path: &FilePath| {
            let bytes = files.read(path).ok().flatten()?;
            let flag = crate::project::read_flag(path, key, bytes).value?;
            let states: Vec<String> = project
                .as_ref()?
                .environment_names()
                .map(|name| format!("{name} {}", State::of(&flag, name, now).word()))
                .collect();
            let description =
                flag.description.or(flag.name).map_or_else(String::new, |text| format!("{}: ", plain(&text)));
            Some(format!("{description}{}", states.join(", ")))
        };
        let candidate = |(key, path): &(FlagKey, FilePath)| {
            let help = project.as_ref().and_then(|_| help(key, path));
            CompletionCandidate::new(key.to_string()).help(help.map(Into::into))
        };
        fitting.iter().map(candidate).collect()
    }
}

/// Completes revisions: branches and tags.
#[derive(Debug, Clone, Copy)]
pub(super) struct Revisions;

impl ValueCompleter for Revisions {
    fn complete(&self, current: &OsStr) -> Vec<CompletionCandidate> {
        let typed = current.to_string_lossy();
        let repository = super::session::current_directory().and_then(|current| Repository::discover(&current).ok()?);
        let names = repository.and_then(|repository| repository.ref_names().ok()).unwrap_or_default();
        names.iter().filter(|name| name.starts_with(&*typed)).map(CompletionCandidate::new).collect()
    }
}

/// Completes what `diff` takes: revisions and keys.
#[derive(Debug, Clone, Copy)]
pub(super) struct RevisionsAndKeys;

impl ValueCompleter for RevisionsAndKeys {
    fn complete(&self, current: &OsStr) -> Vec<CompletionCandidate> {
        let mut found = Revisions.complete(current);
        found.extend(Keys.complete(current));
        found
    }
}

impl ValueCompleter for Segments {
    fn complete(&self, current: &OsStr) -> Vec<CompletionCandidate> {
        stems(|role| if let layout::Role::Segment(name) = role { Some(name.to_string()) } else { None }, current)
    }
}

impl ValueCompleter for Goldens {
    fn complete(&self, current: &OsStr) -> Vec<CompletionCandidate> {
        stems(|role| if let layout::Role::Golden(name) = role { Some(name.to_string()) } else { None }, current)
    }
}

impl ValueCompleter for Environments {
    fn complete(&self, current: &OsStr) -> Vec<CompletionCandidate> {
        let typed = current.to_string_lossy();
        let Some(project) = files().and_then(|files| crate::project::load_project(&files).ok()) else {
            return Vec::new();
        };
        let names = project.environments.iter().filter(|environment| environment.name.as_str().starts_with(&*typed));
        names
            .map(|environment| {
                let help = environment.description.clone().map(Into::into);
                CompletionCandidate::new(environment.name.to_string()).help(help)
            })
            .collect()
    }
}
