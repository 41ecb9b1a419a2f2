//! HEAD, revisions and dates.

use super::library;
use super::run::Manner;
use super::{CommitId, GitError, ObjectId, Repository};

/// Where HEAD points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Head {
    /// At a branch without commits yet.
    Unborn {
        /// The full name, `refs/heads/main`.
        branch: String,
    },
    /// At a branch.
    Branch {
        /// The full name, `refs/heads/main`.
        branch: String,
        /// Its last commit.
        commit: CommitId,
    },
    /// At a commit, on no branch.
    Detached {
        /// Which.
        commit: CommitId,
    },
}

impl Head {
    /// The commit, if there is one.
    #[must_use]
    pub fn commit(&self) -> Option<CommitId> {
        match self {
            Self::Unborn { .. } => None,
            Self::Branch { commit, .. } | Self::Detached { commit } => Some(*commit),
        }
    }

    /// The full name of the branch, if on one.
    #[must_use]
    pub fn branch(&self) -> Option<&str> {
        match self {
            Self::Unborn { branch } | Self::Branch { branch, .. } => Some(branch),
            Self::Detached { .. } => None,
        }
    }
}

impl Repository {
    /// Where HEAD points now.
    ///
    /// # Errors
    /// If HEAD is damaged.
    pub fn head(&self) -> Result<Head, GitError> {
        self.read_by(library::head, |this| {
            let commit = this.ref_commit("HEAD")?;
            let symbolic = this.git(Manner::Read, "symbolic-ref").args(["-q", "HEAD"]).run_or(&[1])?;
            let branch = String::from_utf8_lossy(&symbolic.stdout).trim_end().to_owned();
            match (branch.is_empty(), commit) {
                (true, Some(commit)) => Ok(Head::Detached { commit }),
                (false, Some(commit)) => Ok(Head::Branch { branch, commit }),
                (false, None) => Ok(Head::Unborn { branch }),
                (true, None) => Err(GitError::UnknownRevision { revision: "HEAD".to_owned(), shallow: false }),
            }
        })
    }

    /// The commit of a ref given by its full name, if the ref exists.
    ///
    /// # Errors
    /// If refs can't be read.
    pub fn ref_commit(&self, name: &str) -> Result<Option<CommitId>, GitError> {
        if let Some(library) = &self.library {
            match library.refname_to_id(name) {
                Ok(oid) => return Ok(Some(library::from_oid(oid)?)),
                Err(error) if error.code() == git2::ErrorCode::NotFound => return Ok(None),
                Err(_) => {}
            }
        }
        let output = self
            .git(Manner::Read, "rev-parse")
            .args(["--verify", "--quiet", "--end-of-options"])
            .arg(format!("{name}^{{commit}}"))
            .run_or(&[1])?;
        Ok(ObjectId::from_hex(output.stdout.trim_ascii_end()))
    }

    /// The commit that `revision` names: a branch, a tag, an id or its beginning, `HEAD~3`, `main@{yesterday}`, …
    ///
    /// # Errors
    /// [`GitError::UnknownRevision`] if there is none; also for what looks like an option.
    pub fn resolve(&self, revision: &str) -> Result<CommitId, GitError> {
        let unknown = || GitError::UnknownRevision { revision: revision.to_owned(), shallow: self.is_shallow() };
        if revision.is_empty() || revision.starts_with('-') || revision.contains(['\0', '\n']) {
            return Err(unknown());
        }
        let library = self.library.as_ref().filter(|_| is_simple(revision));
        if let Some(Ok(found)) = library.map(|library| library::resolve(library, revision)) {
            return Ok(found);
        }
        let output = self
            .git(Manner::Read, "rev-parse")
            .args(["--verify", "--quiet", "--end-of-options"])
            // A search by message takes all that follows for the message, and only finds commits.
            .arg(if revision.starts_with(":/") { revision.to_owned() } else { format!("{revision}^{{commit}}") })
            .run_or(&[1, 128])?;
        ObjectId::from_hex(output.stdout.trim_ascii_end()).ok_or_else(unknown)
    }

    /// The short names of branches, here and of remotes, and of tags.
    ///
    /// # Errors
    /// If Git cannot list them.
    pub fn ref_names(&self) -> Result<Vec<String>, GitError> {
        let names = self
            .git(Manner::Read, "for-each-ref")
            .args(["--format=%(refname:lstrip=2)", "refs/heads", "refs/tags", "refs/remotes"])
            .line()?;
        Ok(names.lines().map(str::to_owned).collect())
    }

    /// The last commit along first parents of `tip` that was committed at `date` (seconds since 1970) or before.
    ///
    /// # Errors
    /// [`GitError::BeforeHistory`] if there is none.
    pub fn commit_before(&self, tip: CommitId, date: i64) -> Result<CommitId, GitError> {
        // Git reads a date as unsigned; nothing is older than its epoch.
        let found = if date < 0 {
            String::new()
        } else {
            self.git(Manner::Read, "rev-list")
                .args(["--max-count=1", "--first-parent"])
                .arg(format!("--until=@{date} +0000"))
                .args(["--end-of-options", &tip.to_string(), "--"])
                .line()?
        };
        if let Some(found) = ObjectId::from_hex(found.as_bytes()) {
            return Ok(found);
        }
        let oldest = self.oldest_date(tip).unwrap_or_default();
        Err(GitError::BeforeHistory { date, oldest, shallow: self.is_shallow() })
    }

    /// When the first commit along first parents of `tip` that is here was committed.
    fn oldest_date(&self, tip: CommitId) -> Result<Option<i64>, GitError> {
        let git = self.git(Manner::Read, "rev-list").args(["--first-parent", "--max-parents=0", "--max-count=1"]);
        let text = git.args(["--format=%ct", "--end-of-options", &tip.to_string(), "--"]).line()?;
        Ok(text.lines().last().and_then(|line| line.parse().ok()))
    }

    /// The tips of all branches of this clone and of its remotes.
    ///
    /// # Errors
    /// If refs can't be read.
    pub fn branch_tips(&self) -> Result<Vec<CommitId>, GitError> {
        let git = self.git(Manner::Read, "for-each-ref").args(["--format=%(objectname)", "refs/heads", "refs/remotes"]);
        let mut tips: Vec<CommitId> =
            git.line()?.lines().filter_map(|line| ObjectId::from_hex(line.as_bytes())).collect();
        tips.sort_unstable();
        tips.dedup();
        Ok(tips)
    }

    /// The full names of the branches of this clone, and of its remotes as it last saw them, that hold a commit.
    ///
    /// # Errors
    /// If refs can't be read.
    pub fn branches_with(&self, commit: CommitId) -> Result<Vec<String>, GitError> {
        let git = self.git(Manner::Read, "for-each-ref").arg(format!("--contains={commit}"));
        // `origin/HEAD` is only another name.
        let names = git.args(["--format=%(if)%(symref)%(then)%(else)%(refname)%(end)", "refs/heads", "refs/remotes"]);
        Ok(names.line()?.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect())
    }

    /// The full name under which this clone knows the branch that Git takes for the upstream of `branch` (a full name).
    ///
    /// # Errors
    /// If refs can't be read.
    pub fn upstream_of(&self, branch: &str) -> Result<Option<String>, GitError> {
        let git = self.git(Manner::Read, "for-each-ref").args(["--format=%(refname) %(upstream)", branch]);
        let answer = git.line()?;
        let own = answer.lines().find_map(|line| line.strip_prefix(branch)?.strip_prefix(' '));
        Ok(own.filter(|upstream| !upstream.is_empty()).map(str::to_owned))
    }

    /// Whether `ancestor` is `tip` or among its ancestors; no, if either is not here.
    ///
    /// # Errors
    /// If `git` cannot be run.
    pub fn is_ancestor(&self, ancestor: CommitId, tip: CommitId) -> Result<bool, GitError> {
        if ancestor == tip {
            return Ok(true);
        }
        let output = self
            .git(Manner::Read, "merge-base")
            .args(["--is-ancestor", &ancestor.to_string(), &tip.to_string()])
            .run_or(&[1, 128])?;
        Ok(output.code == Some(0))
    }
}

/// Whether libgit2 and Git surely mean the same by it: a name or an id, and steps back from there.
fn is_simple(revision: &str) -> bool {
    revision.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._/-~^".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{EPOCH, Sandbox};
    use super::*;

    #[test]
    fn head_is_unborn_then_a_branch_then_detached() {
        let sandbox = Sandbox::new();
        for repository in sandbox.both() {
            assert_eq!(repository.head().unwrap(), Head::Unborn { branch: "refs/heads/main".to_owned() });
        }
        sandbox.write("a", "1");
        let commit = sandbox.commit_all("first");
        for repository in sandbox.both() {
            let head = repository.head().unwrap();
            assert_eq!(head, Head::Branch { branch: "refs/heads/main".to_owned(), commit });
            assert_eq!(head.branch(), Some("refs/heads/main"));
        }
        sandbox.git(&["checkout", "-q", "--detach"]);
        for repository in sandbox.both() {
            assert_eq!(repository.head().unwrap(), Head::Detached { commit });
        }
    }

    #[test]
    fn revisions_resolve_to_commits() {
        let sandbox = Sandbox::new();
        sandbox.write("a", "1");
        let first = sandbox.commit_all("first");
        sandbox.git(&["tag", "-a", "v1", "-m", "one"]);
        sandbox.write("a", "2");
        let second = sandbox.commit_all("second");
        sandbox.git(&["branch", "ä/ö"]);
        for repository in sandbox.both() {
            for (revision, commit) in [
                ("HEAD", second),
                ("main", second),
                ("HEAD~1", first),
                ("HEAD^", first),
                ("v1", first),
                ("ä/ö", second),
                (":/first", first),
                ("main@{1}", first),
                (&second.short(), second),
            ] {
                assert_eq!(repository.resolve(revision).unwrap(), commit, "{revision}");
            }
            for revision in ["", "nope", "HEAD~5", "--all", "-x", "HEAD:a", "v1^{blob}", "HEAD\nmain", "HEAD..main"] {
                let error = repository.resolve(revision).unwrap_err();
                assert!(matches!(error, GitError::UnknownRevision { .. }), "{revision}: {error:?}");
            }
        }
    }

    #[test]
    fn dates_follow_first_parents() {
        let sandbox = Sandbox::new();
        sandbox.write("a", "1");
        let first = sandbox.commit_all("first");
        sandbox.git(&["checkout", "-q", "-b", "side"]);
        sandbox.write("b", "1");
        sandbox.commit_all("side");
        sandbox.git(&["checkout", "-q", "main"]);
        sandbox.write("a", "2");
        sandbox.commit_all("second");
        let merge = sandbox.merge("side");
        // Each commit of the sandbox is one minute after the one before.
        for repository in sandbox.both() {
            assert_eq!(repository.commit_before(merge, EPOCH + 60).unwrap(), first, "the side branch is not followed");
            assert_eq!(repository.commit_before(merge, EPOCH).unwrap(), first);
            assert_eq!(repository.commit_before(merge, i64::from(u32::MAX)).unwrap(), merge);
            for date in [EPOCH - 1, 0, -5] {
                let error = repository.commit_before(merge, date).unwrap_err();
                assert!(
                    matches!(error, GitError::BeforeHistory { shallow: false, oldest: Some(EPOCH), .. }),
                    "{error:?}"
                );
            }
        }
    }

    #[test]
    fn ancestry() {
        let sandbox = Sandbox::new();
        sandbox.write("a", "1");
        let first = sandbox.commit_all("first");
        sandbox.write("a", "2");
        let second = sandbox.commit_all("second");
        let repository = sandbox.repository();
        assert!(repository.is_ancestor(first, second).unwrap());
        assert!(repository.is_ancestor(first, first).unwrap());
        assert!(!repository.is_ancestor(second, first).unwrap());
        let absent = ObjectId::from_hex(b"1234567890123456789012345678901234567890").unwrap();
        assert!(!repository.is_ancestor(absent, second).unwrap());
    }
}
