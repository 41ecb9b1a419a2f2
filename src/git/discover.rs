//! Finding the repository, as Git does.

use std::cell::{OnceCell, RefCell};
use std::path::{Path, PathBuf};

use super::run::{Git, Manner, Place};
use super::{Environment, GitError, ObjectFormat, Reader, Repository};

/// Where the parts of a repository are.
struct Layout {
    git_dir: PathBuf,
    common_dir: PathBuf,
    work_tree: Option<PathBuf>,
    format: ObjectFormat,
}

impl Repository {
    /// Like [`Repository::discover`], with the given variables and reader.
    ///
    /// # Errors
    /// If there is one, but Git does not trust it or cannot read it.
    pub fn discover_with(start: &Path, environment: Environment, reader: Reader) -> Result<Option<Self>, GitError> {
        let in_process = reader == Reader::Auto && !environment.moves_objects();
        if in_process && !environment.names_repository() {
            let flags = git2::RepositoryOpenFlags::empty();
            match git2::Repository::open_ext(start, flags, environment.ceilings()) {
                Ok(library) => {
                    let layout = Layout {
                        git_dir: plain(library.path()),
                        common_dir: plain(library.commondir()),
                        work_tree: library.workdir().map(plain),
                        format: ObjectFormat::Sha1,
                    };
                    return Ok(Some(Self::open(layout, environment, Some(library))));
                }
                Err(error) if error.code() == git2::ErrorCode::NotFound && !looks_like_repository(start) => {
                    return Ok(None);
                }
                // Whatever libgit2 does not know, Git may; and if not, its reasons are the better ones.
                Err(_) => {}
            }
        }
        let Some(layout) = ask_git(start, &environment)? else { return Ok(None) };
        let library = match layout.format {
            ObjectFormat::Sha1 if in_process => open_exactly(&layout.git_dir),
            ObjectFormat::Sha1 | ObjectFormat::Sha256 => None,
        };
        Ok(Some(Self::open(layout, environment, library)))
    }

    fn open(layout: Layout, mut environment: Environment, library: Option<git2::Repository>) -> Self {
        let Layout { git_dir, common_dir, work_tree, format } = layout;
        let directory = work_tree.clone().unwrap_or_else(|| git_dir.clone());
        // Commands run at the top of the work tree, so that relative names must be made absolute. Without GIT_DIR
        // they find the repository themselves, and check its owner again.
        if environment.names_repository() {
            environment.set("GIT_DIR", git_dir.as_os_str());
            if let Some(top) = &work_tree {
                environment.set("GIT_WORK_TREE", top.as_os_str());
            }
        }
        let index_path = match environment.get("GIT_INDEX_FILE") {
            Some(file) => directory.join(file),
            None => git_dir.join("index"),
        };
        if environment.get("GIT_INDEX_FILE").is_some() {
            environment.set("GIT_INDEX_FILE", index_path.as_os_str());
        }
        Self {
            place: Place::new(directory, environment),
            git_dir,
            common_dir,
            work_tree,
            index_path,
            format,
            library,
            batch: RefCell::new(None),
            settings: OnceCell::new(),
        }
    }
}

fn open_exactly(git_dir: &Path) -> Option<git2::Repository> {
    let none: [&Path; 0] = [];
    git2::Repository::open_ext(git_dir, git2::RepositoryOpenFlags::NO_SEARCH, none).ok()
}

/// Whether some directory upwards holds something that Git might take for a repository.
fn looks_like_repository(start: &Path) -> bool {
    start.ancestors().any(|directory| {
        directory.join(".git").symlink_metadata().is_ok()
            || (directory.join("HEAD").exists() && directory.join("objects").is_dir())
    })
}

fn ask_git(start: &Path, environment: &Environment) -> Result<Option<Layout>, GitError> {
    let place = Place::new(start.to_owned(), environment.clone());
    let output = Git::new(&place, Manner::Read, "rev-parse")
        .args([
            "--path-format=absolute",
            "--is-bare-repository",
            "--show-object-format",
            "--git-dir",
            "--git-common-dir",
        ])
        .run_or(&[128])?;
    if output.code == Some(128) {
        if output.stderr.contains("not a git repository (or any") && !environment.names_repository() {
            return Ok(None);
        }
        return Err(super::run::failure("rev-parse".to_owned(), output.code, output.stderr, start.to_owned()));
    }
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let lines: Vec<&str> = text.lines().collect();
    let [bare, format, git_dir, common_dir] = lines[..] else {
        return Err(GitError::Unexpected { command: "rev-parse".to_owned(), detail: format!("`{}`", text.trim()) });
    };
    let format = if format == "sha256" { ObjectFormat::Sha256 } else { ObjectFormat::Sha1 };
    let work_tree = if bare == "true" {
        None
    } else {
        let asked = Git::new(&place, Manner::Read, "rev-parse")
            .args(["--path-format=absolute", "--show-toplevel"])
            .run_or(&[128])?;
        let top = String::from_utf8_lossy(&asked.stdout).trim_end_matches(['\n', '\r']).to_owned();
        // Inside `.git` there is no work tree to speak of.
        (asked.code == Some(0) && !top.is_empty()).then(|| plain(Path::new(&top)))
    };
    Ok(Some(Layout { git_dir: plain(Path::new(git_dir)), common_dir: plain(Path::new(common_dir)), work_tree, format }))
}

/// Without the trailing separator that libgit2 adds.
fn plain(path: &Path) -> PathBuf {
    path.components().collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::Sandbox;
    use super::*;
    use std::fs;

    #[test]
    fn found_from_any_directory_inside_and_not_outside() {
        let sandbox = Sandbox::new();
        sandbox.write("flags/deep/a.yaml", "a");
        for reader in [Reader::Auto, Reader::Executable] {
            for start in ["", "flags", "flags/deep"] {
                let repository = sandbox.open(&sandbox.path(start), reader);
                assert_eq!(repository.work_tree(), Some(sandbox.top()));
                assert_eq!(repository.git_dir(), sandbox.path(".git"));
                assert_eq!(repository.common_dir(), repository.git_dir());
                assert_eq!(repository.object_format(), ObjectFormat::Sha1);
            }
            let outside = Repository::discover_with(sandbox.top().parent().unwrap(), sandbox.environment(), reader);
            assert!(outside.unwrap().is_none());
        }
    }

    #[test]
    fn ceilings_are_honoured() {
        let sandbox = Sandbox::new();
        sandbox.write("flags/deep/a.yaml", "a");
        let ceiling = sandbox.path("flags");
        let sandbox = sandbox.with_variable("GIT_CEILING_DIRECTORIES", ceiling.to_str().unwrap());
        for reader in [Reader::Auto, Reader::Executable] {
            let found = Repository::discover_with(&sandbox.path("flags/deep"), sandbox.environment(), reader);
            assert!(found.unwrap().is_none());
        }
    }

    #[test]
    fn a_broken_repository_is_an_error_not_an_absence() {
        let sandbox = Sandbox::new();
        let variables = sandbox.environment();
        let directory = sandbox.beside("broken");
        fs::create_dir(&directory).unwrap();
        fs::write(directory.join(".git"), "gitdir: /no/such/place\n").unwrap();
        assert!(Repository::discover_with(&directory, variables, Reader::Auto).is_err());
        let sandbox = sandbox.with_variable("GIT_DIR", "/no/such/place");
        assert!(Repository::discover_with(sandbox.top(), sandbox.environment(), Reader::Auto).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_repository_of_another_user_is_not_trusted() {
        let sandbox = Sandbox::new();
        for path in ["", ".git"] {
            if std::os::unix::fs::chown(sandbox.path(path), Some(12_345), None).is_err() {
                eprintln!("SKIPPED: only root can give files away");
                return;
            }
        }
        for reader in [Reader::Auto, Reader::Executable] {
            let error = Repository::discover_with(sandbox.top(), sandbox.environment(), reader).unwrap_err();
            assert!(matches!(&error, GitError::Ownership { path } if path.starts_with(sandbox.top())), "{error:?}");
        }
    }

    #[test]
    fn paths_are_named_from_the_top() {
        let sandbox = Sandbox::new();
        sandbox.write("flags/a.yaml", "a");
        let repository = sandbox.repository();
        for (path, name) in [
            ("flags/a.yaml", Some("flags/a.yaml")),
            ("flags/./x/../new.yaml", Some("flags/new.yaml")),
            ("", Some("")),
            ("flags/../../elsewhere", None),
        ] {
            assert_eq!(repository.relative(&sandbox.path(path)).as_deref(), name, "{path}");
        }
        assert_eq!(repository.relative(Path::new("/")), None);
    }

    #[cfg(unix)]
    #[test]
    fn a_path_through_a_link_is_the_same_path() {
        let sandbox = Sandbox::new();
        sandbox.write("flags/a.yaml", "a");
        let link = sandbox.beside("link");
        std::os::unix::fs::symlink(sandbox.top(), &link).unwrap();
        let repository = sandbox.repository();
        assert_eq!(repository.relative(&link.join("flags/a.yaml")).as_deref(), Some("flags/a.yaml"));
        assert_eq!(repository.relative(&link.join("flags/new.yaml")).as_deref(), Some("flags/new.yaml"));
    }
}
