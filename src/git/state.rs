//! What is going on in the work tree.

use std::fmt;

use super::run::Manner;
use super::{GitError, Repository};

/// Something that Git has started and the user has not finished.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// `git merge`.
    Merge,
    /// `git rebase`.
    Rebase,
    /// `git am`.
    ApplyMailbox,
    /// `git cherry-pick`.
    CherryPick,
    /// `git revert`.
    Revert,
    /// `git bisect`.
    Bisect,
}

impl Operation {
    /// The command that gives it up.
    #[must_use]
    pub fn way_out(self) -> &'static str {
        match self {
            Self::Merge => "git merge --abort",
            Self::Rebase => "git rebase --abort",
            Self::ApplyMailbox => "git am --abort",
            Self::CherryPick => "git cherry-pick --abort",
            Self::Revert => "git revert --abort",
            Self::Bisect => "git bisect reset",
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Merge => "a merge",
            Self::Rebase => "a rebase",
            Self::ApplyMailbox => "`git am`",
            Self::CherryPick => "a cherry-pick",
            Self::Revert => "a revert",
            Self::Bisect => "a bisect",
        })
    }
}

/// Files in the Git directory that tell of an operation, the more telling ones first.
const SIGNS: &[(&str, Operation)] = &[
    ("rebase-merge", Operation::Rebase),
    ("rebase-apply/applying", Operation::ApplyMailbox),
    ("rebase-apply", Operation::Rebase),
    ("MERGE_HEAD", Operation::Merge),
    ("CHERRY_PICK_HEAD", Operation::CherryPick),
    ("REVERT_HEAD", Operation::Revert),
    ("BISECT_LOG", Operation::Bisect),
];

impl Repository {
    /// The operation that Git has started in this work tree, if any.
    ///
    /// # Errors
    /// If `git` cannot be run where refs are not files.
    pub fn operation_in_progress(&self) -> Result<Option<Operation>, GitError> {
        let sign = SIGNS.iter().find(|(file, _)| self.git_dir.join(file).exists());
        if let Some((_, operation)) = sign {
            return Ok(Some(*operation));
        }
        // Several commits at once: between two of them only the to-do list tells.
        if let Ok(todo) = std::fs::read_to_string(self.git_dir.join("sequencer/todo")) {
            return Ok(match todo.split_whitespace().next() {
                Some("revert") => Some(Operation::Revert),
                Some(_) => Some(Operation::CherryPick),
                None => None,
            });
        }
        if self.common_dir.join("reftable").is_dir() {
            for (name, operation) in [("CHERRY_PICK_HEAD", Operation::CherryPick), ("REVERT_HEAD", Operation::Revert)] {
                if self.ref_commit(name)?.is_some() {
                    return Ok(Some(operation));
                }
            }
        }
        Ok(None)
    }

    /// Who would be named as committer, as `Name <email>`; `None` if Git does not know.
    ///
    /// # Errors
    /// If `git` cannot be run.
    pub fn committer(&self) -> Result<Option<String>, GitError> {
        let said = self.git(Manner::Write, "var").arg("GIT_COMMITTER_IDENT").run_or(&[1, 128])?;
        if said.code != Some(0) {
            return Ok(None);
        }
        let text = String::from_utf8_lossy(&said.stdout).trim_end().to_owned();
        Ok(text.rsplit_once('>').map(|(who, _)| format!("{who}>")))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Sandbox;
    use super::*;

    fn diverged() -> Sandbox {
        let sandbox = Sandbox::new();
        sandbox.write("a", "1\n");
        sandbox.commit_all("first");
        sandbox.git(&["checkout", "-q", "-b", "side"]);
        sandbox.write("a", "side\n");
        sandbox.commit_all("side");
        sandbox.git(&["checkout", "-q", "main"]);
        sandbox.write("a", "main\n");
        sandbox.commit_all("main");
        sandbox
    }

    #[test]
    fn each_operation_is_recognised() {
        for (command, operation) in [
            (&["merge", "side"][..], Operation::Merge),
            (&["rebase", "side"], Operation::Rebase),
            (&["rebase", "--apply", "side"], Operation::Rebase),
            (&["cherry-pick", "side"], Operation::CherryPick),
            (&["revert", "HEAD~1"], Operation::Revert),
            (&["bisect", "start", "HEAD", "HEAD~1"], Operation::Bisect),
        ] {
            let sandbox = diverged();
            let repository = sandbox.repository();
            assert_eq!(repository.operation_in_progress().unwrap(), None);
            sandbox.try_git(command);
            assert_eq!(repository.operation_in_progress().unwrap(), Some(operation), "{command:?}");
            let way_out: Vec<&str> = operation.way_out().split(' ').skip(1).collect();
            sandbox.git(&way_out);
            assert_eq!(repository.operation_in_progress().unwrap(), None, "{command:?}");
        }
    }

    #[test]
    fn a_reftable_repository_hides_no_cherry_pick() {
        let Some(sandbox) = Sandbox::with_init(&["--ref-format=reftable"]) else {
            eprintln!("SKIPPED: this Git has no reftable");
            return;
        };
        sandbox.write("a", "1\n");
        sandbox.commit_all("first");
        sandbox.git(&["checkout", "-q", "-b", "side"]);
        sandbox.write("a", "side\n");
        sandbox.commit_all("side");
        sandbox.git(&["checkout", "-q", "main"]);
        sandbox.write("a", "main\n");
        sandbox.commit_all("main");
        let repository = sandbox.repository();
        assert_eq!(repository.operation_in_progress().unwrap(), None);
        sandbox.try_git(&["cherry-pick", "side"]);
        assert_eq!(repository.operation_in_progress().unwrap(), Some(Operation::CherryPick));
    }

    #[test]
    fn the_committer_is_known_or_not() {
        let sandbox = Sandbox::new();
        assert_eq!(sandbox.repository().committer().unwrap().as_deref(), Some("Ada <ada@example.com>"));
        sandbox.git(&["config", "user.useConfigOnly", "true"]);
        let nobody = sandbox.without_variables("GIT_COMMITTER");
        assert_eq!(nobody.repository().committer().unwrap(), None);
    }
}
