use super::arguments::FormatArgs;
use crate::commands::Session;
use crate::diagnostic::codes::repository::GIT_FAILED;
use crate::diagnostic::{Exit, Failure, Result};
use crate::document;
use crate::git::{Repository, git_version};
use crate::project::{Content, Root, View, layout, reason};
use crate::render::style::{BAD, DIM, GOOD, PARTLY, Symbol, paint, plain};
use crate::render::{Format, Outcome, Report, Terminal};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Check the set-up of this machine and repository, and say how to mend it
///
/// With `--fix` it mends what can be mended safely: it installs the man page (which `git flag --help` asks for),
/// refreshes `flags/.schemas/`, and lets Git index which commit changed which file, which makes history fast.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  git flag doctor\n  git flag doctor --fix\n  git flag doctor --json")]
pub struct Args {
    /// Mend what can be mended.
    #[arg(long)]
    fix: bool,

    #[command(flatten)]
    format: FormatArgs,
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Health {
    Good,
    Advice,
    Bad,
}

struct Check {
    name: &'static str,
    health: Health,
    words: String,
    fix: Option<String>,
}

impl Check {
    fn new(name: &'static str, health: Health, words: impl Into<String>) -> Self {
        Self { name, health, words: words.into(), fix: None }
    }

    fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = Some(fix.into());
        self
    }
}

pub(super) fn run(args: Args, session: &mut Session) -> Result<Outcome> {
    session.set_format(args.format.choose(&[Format::Jsonl])?);
    let root = session.root();
    let repository = match &root {
        Ok(root) => root.repository(),
        Err(_) => None,
    };
    let mut checks = vec![git(), man_page(args.fix)];
    match repository {
        Some(repository) => {
            checks.extend([identity(repository), backend(repository), history(repository)]);
            checks.extend(root.as_ref().ok().map(|root| objects(root, repository)));
            // Nobody commits in a bare repository, and few merge there.
            if !repository.is_bare() {
                checks.extend([hooks(repository), merge_driver(repository, session)]);
            }
            checks.push(commit_graph(repository, args.fix));
        }
        None => checks.push(match root.as_ref().err().filter(|failure| failure.code() == Some(&GIT_FAILED)) {
            Some(failure) => failed("repository", failure),
            None => Check::new("repository", Health::Advice, "no Git repository with flags here")
                .fix("git init, then git flag init"),
        }),
    }
    match &root {
        Ok(root) => {
            checks.push(Check::new(
                "flags",
                Health::Good,
                format!("{}", root.directory().join(layout::FLAGS).display()),
            ));
            checks.push(schemas(root, args.fix)?);
        }
        // That is told already.
        Err(failure) if failure.code() == Some(&GIT_FAILED) => {}
        Err(failure) => checks.push(Check::new("flags", Health::Advice, failure.to_string()).fix("git flag init")),
    }
    let bad = checks.iter().any(|check| check.health == Health::Bad);
    Ok(Outcome::report(Checks(checks)).exit(if bad { Exit::Negative } else { Exit::Done }))
}

fn git() -> Check {
    match git_version() {
        Ok((_, text)) => Check::new("git", Health::Good, text),
        Err(error) => Check::new("git", Health::Bad, error.to_string()).fix(error.help().unwrap_or_default()),
    }
}

fn identity(repository: &Repository) -> Check {
    match repository.committer() {
        Ok(Some(who)) => Check::new("identity", Health::Good, who),
        _ => Check::new("identity", Health::Bad, "Git does not know who you are, so nothing can be committed")
            .fix("git config --global user.name \"Your Name\" && git config --global user.email you@example.com"),
    }
}

fn backend(repository: &Repository) -> Check {
    let words = if repository.reads_in_process() {
        "objects are read in process"
    } else {
        "objects are read by the git program (SHA-256, reftable or a sparse index)"
    };
    Check::new("backend", Health::Good, words)
}

fn history(repository: &Repository) -> Check {
    if repository.is_shallow() {
        return Check::new(
            "history",
            Health::Advice,
            "this clone is shallow: older changes are missing from log, audit and rollback",
        )
        .fix("git fetch --unshallow");
    }
    Check::new("history", Health::Good, "complete")
}

/// A check that could not be made, with what helps.
fn failed(name: &'static str, failure: &Failure) -> Check {
    let check = Check::new(name, Health::Bad, failure.to_string());
    let helps: Vec<&str> = failure.diagnostics.iter().flat_map(|problem| &problem.help).map(String::as_str).collect();
    if helps.is_empty() { check } else { check.fix(helps.join("; ")) }
}

/// Whether all versions of flags that history names are here, and those of now can be read.
fn objects(root: &Root, repository: &Repository) -> Check {
    let look = || -> Result<Vec<String>> {
        let head = repository.head().map_err(Box::<Failure>::from)?;
        let Some(commit) = head.commit() else { return Ok(Vec::new()) };
        root.load_all(View::Commit(commit))?;
        let folder = format!("{}{}", root.prefix(), layout::FLAGS);
        repository.missing_objects(commit, &folder).map_err(Box::<Failure>::from)
    };
    match look() {
        Ok(missing) if missing.is_empty() => {
            Check::new("objects", Health::Good, "all versions of flags in the history are here")
        }
        Ok(missing) => {
            let first = missing.first().map(String::as_str).unwrap_or_default();
            let words = match missing.len() {
                1 => format!("an object of the history of flags is missing: {first}"),
                count => format!("{count} objects of the history of flags are missing, such as {first}"),
            };
            Check::new("objects", Health::Bad, words)
                .fix("git fsck says all that is missing; git fetch --refetch, or another clone, brings it back")
        }
        Err(failure) => failed("objects", &failure),
    }
}

fn hooks(repository: &Repository) -> Check {
    match super::hook::installed(repository) {
        Ok(()) => Check::new("hooks", Health::Good, "flags are validated before every commit"),
        Err(Some(path)) => {
            Check::new("hooks", Health::Advice, format!("`{path}` is not executable: Git does not run it"))
                .fix(format!("chmod +x {path}"))
        }
        Err(None) => {
            Check::new("hooks", Health::Advice, "flags are not validated before commits").fix("git flag hook install")
        }
    }
}

/// Whether flags are merged by what they say.
fn merge_driver(repository: &Repository, session: &Session) -> Check {
    let presence = super::hook::driver::presence(repository, &super::hook::attributes(repository, session.directory()));
    let missing = match (presence.settings, presence.attributes) {
        (true, true) => return Check::new("merge driver", Health::Good, "flags are merged and shown by what they say"),
        (true, false) => "no `.gitattributes` names it, so Git merges flags by lines",
        (false, true) => "`.gitattributes` names it and this clone has none, so Git merges flags by lines",
        (false, false) => "Git merges flags by lines",
    };
    Check::new("merge driver", Health::Advice, missing).fix("git flag hook install")
}

/// Changed-path filters let `git log -- path` skip nearly all commits.
fn commit_graph(repository: &Repository, fix: bool) -> Check {
    let graph = repository.common_dir().join("objects/info");
    let there = graph.join("commit-graph").exists() || graph.join("commit-graphs").exists();
    if there {
        return Check::new("history index", Health::Good, "a commit-graph is there");
    }
    if fix {
        return match repository.write_commit_graph() {
            Ok(()) => Check::new("history index", Health::Good, "wrote a commit-graph with changed paths"),
            Err(error) => Check::new("history index", Health::Advice, error.to_string()),
        };
    }
    Check::new("history index", Health::Advice, "without a commit-graph history is slow in large repositories")
        .fix("git commit-graph write --reachable --changed-paths")
}

fn schemas(root: &Root, fix: bool) -> Result<Check> {
    let folder = root.directory().join(layout::SCHEMAS);
    let files = root.files(View::default_for(root.repository()))?;
    let mut stale: Vec<(&'static str, String)> = Vec::new();
    for (file, schema) in document::schema::schemas() {
        let text = format!("{schema:#}\n");
        let is_current = matches!(files.look(&format!("{}/{file}", layout::SCHEMAS))?, Content::Plain(bytes) if bytes == text.as_bytes());
        if !is_current {
            stale.push((file, text));
        }
    }
    if stale.is_empty() {
        return Ok(Check::new("schemas", Health::Good, "flags/.schemas is current"));
    }
    if root.repository().is_some_and(Repository::is_bare) {
        return Ok(Check::new(
            "schemas",
            Health::Advice,
            "flags/.schemas is missing at HEAD, or older than this program",
        )
        .fix("git flag doctor --fix in a clone, then commit and push"));
    }
    if fix {
        let written = std::fs::create_dir_all(&folder)
            .and_then(|()| stale.iter().try_for_each(|(file, text)| std::fs::write(folder.join(file), text)));
        return Ok(match written {
            Ok(()) => Check::new("schemas", Health::Good, "refreshed flags/.schemas")
                .fix("git add flags/.schemas && git commit"),
            Err(error) => Check::new("schemas", Health::Bad, format!("can't write flags/.schemas: {}", reason(&error))),
        });
    }
    Ok(Check::new("schemas", Health::Advice, "flags/.schemas is missing or older than this program")
        .fix("git flag doctor --fix"))
}

/// Git intercepts `git flag --help` and looks for this page.
fn man_page(fix: bool) -> Check {
    let Some(folder) = man_folder() else {
        return Check::new("man page", Health::Advice, "there is no home folder to install it in");
    };
    let path = folder.join("git-flag.1");
    let page =
        super::man_pages().into_iter().find(|(name, _)| name == "git-flag.1").map(|(_, page)| page).unwrap_or_default();
    let there = std::fs::read(&path).ok();
    if there.as_ref() == Some(&page) {
        return found(&folder, format!("{}", path.display()));
    }
    if fix {
        let write = || -> std::io::Result<()> {
            std::fs::create_dir_all(&folder)?;
            super::man_pages().into_iter().try_for_each(|(name, page)| std::fs::write(folder.join(name), page))
        };
        return match write() {
            Ok(()) => found(&folder, format!("installed {}", path.display())),
            Err(error) => {
                Check::new("man page", Health::Bad, format!("can't write {}: {}", path.display(), reason(&error)))
            }
        };
    }
    match (there, where_man_finds_it()) {
        // One that a package has installed for everyone.
        (None, Ok(Some(elsewhere))) => Check::new("man page", Health::Good, elsewhere),
        (None, _) => {
            Check::new("man page", Health::Advice, "`git flag --help` has no page to show (`git flag -h` works)")
                .fix("git flag doctor --fix")
        }
        (Some(_), _) => Check::new("man page", Health::Advice, format!("{} is of another version", path.display()))
            .fix("git flag doctor --fix"),
    }
}

/// The page is in our folder; whether `git flag --help` shows it depends on where `man` looks.
fn found(folder: &Path, words: String) -> Check {
    match where_man_finds_it() {
        Ok(Some(_)) => Check::new("man page", Health::Good, words),
        Ok(None) => {
            let top = folder.parent().unwrap_or(folder).display().to_string();
            let words = format!("{words}, but `man` does not look there, so `git flag --help` does not find it");
            Check::new("man page", Health::Advice, words)
                .fix(format!("export MANPATH=\"{top}:$MANPATH\" in your shell's profile"))
        }
        Err(_) => Check::new("man page", Health::Advice, format!("{words}, but there is no `man` to show it"))
            .fix("install `man`; `git flag -h` works without it"),
    }
}

/// The file that `man` shows for `git flag --help`, if any; an error when there is no `man`.
#[expect(clippy::disallowed_methods, reason = "nobody but `man` knows where it looks")]
fn where_man_finds_it() -> std::io::Result<Option<String>> {
    let output = std::process::Command::new("man").args(["-w", "git-flag"]).output()?;
    let path = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    Ok(Some(path).filter(|path| output.status.success() && !path.is_empty()))
}

fn man_folder() -> Option<PathBuf> {
    let data = super::session::data_home()?;
    Some(data.join("man/man1"))
}

struct Checks(Vec<Check>);

impl Report for Checks {
    fn text(&self, terminal: &Terminal) -> String {
        let mut text = String::new();
        for check in &self.0 {
            let (symbol, style) = match check.health {
                Health::Good => (Symbol::Yes, GOOD),
                Health::Advice => (Symbol::Partly, PARTLY),
                Health::Bad => (Symbol::No, BAD),
            };
            text += &format!("{} {:<14} {}\n", paint(style, symbol.text(terminal)), check.name, plain(&check.words));
            if let Some(fix) = &check.fix {
                text += &format!("{:17}{}\n", "", paint(DIM, format!("fix: {fix}")));
            }
        }
        text
    }

    fn json(&self) -> Value {
        json!({ "schema": "git-flag.doctor/v1", "checks": self.records() })
    }

    fn records(&self) -> Vec<Value> {
        let health = |health| match health {
            Health::Good => "good",
            Health::Advice => "advice",
            Health::Bad => "bad",
        };
        self.0
            .iter()
            .map(|check| json!({ "name": check.name, "health": health(check.health), "message": check.words, "fix": check.fix }))
            .collect()
    }
}
