//! Codes of Git and of the repository of flags.

use super::codes;

codes! {
    NO_PROJECT = "F200" "no-project" Error
        "there is no repository of flags here"
        "Commands look upwards from the current folder for `flags/project.yaml`. Run `git flag init` in the repository that shall hold the flags, go to one that has them, or name it with `-C`.";
    NO_REPOSITORY = "F201" "no-repository" Error
        "this is not a Git repository"
        "Writing commands and history need Git: every change is a commit. `git init` makes a repository; `eval`, `list`, `show` and `validate` work without one.";
    UNKNOWN_FLAG = "F202" "unknown-flag-argument" Error
        "there is no flag of that key"
        "A flag's key is the name of its file without `.yaml`, in `flags/` or a folder below. `git flag list` shows all keys. With `--at`, the flag must exist at that revision.";
    UNKNOWN_ENVIRONMENT_ARGUMENT = "F203" "unknown-environment-argument" Error
        "the project has no such environment"
        "Environments are declared in `flags/project.yaml`, in promotion order.";
    UNKNOWN_REVISION = "F204" "unknown-revision" Error
        "Git knows no such revision"
        "A revision is a commit, tag, branch or an expression such as `HEAD~3`; where a date is allowed, `2026-11-20` or a time with an offset works too. In a shallow clone older commits are missing: `git fetch --unshallow`.";
    UNKNOWN_SEGMENT_ARGUMENT = "F205" "unknown-segment-argument" Error
        "there is no segment of that name"
        "A segment's name is the name of its file in `flags/segments/` without `.yaml`.";
    OPERATION_IN_PROGRESS = "F206" "operation-in-progress" Error
        "Git is in the middle of something"
        "During a merge, rebase, cherry-pick, revert or bisect a commit of ours would get in the way. Finish or abort it first (`git status` says how), then run the command again. Reading commands work meanwhile.";
    DIRTY_FILE = "F207" "dirty-file" Error
        "the flag's file has changes that are not committed"
        "The command would commit them together with its own change. Commit, stash or discard them first (`git status` shows them), or pass `--no-commit` to edit the file in the work tree only.";
    INDEX_LOCKED = "F208" "index-locked" Error
        "another Git process is busy in this repository"
        "`index.lock` belongs to a running Git command, or was left behind by one that crashed. If none is running, remove the file that the message names.";
    DETACHED_HEAD = "F209" "detached-head" Error
        "HEAD is detached"
        "A commit made now would belong to no branch and be lost easily. Check out a branch (`git switch NAME`), or name one with `--branch`. Reading commands work.";
    GIT_UNUSABLE = "F210" "git-unusable" Error
        "the `git` program is missing or too old"
        "Writing and history run the `git` program, version 2.36 or newer, found on PATH.";
    NO_IDENTITY = "F211" "no-identity" Error
        "Git does not know who you are"
        "A commit names its author. Set it once: `git config --global user.name \"Your Name\"` and `git config --global user.email you@example.com`.";
    GIT_FAILED = "F212" "git-failed" Error
        "Git could not do it"
        "The message repeats what Git said. Nothing was changed. Where an object is missing or broken, `git fsck` says which, and `git flag doctor` whether flags are concerned; `git fetch --refetch` or another clone brings it back.";
    IO_FAILED = "F213" "io-failed" Error
        "a file could not be read or written"
        "The message names the file and the reason: permissions, a full disk, a file that vanished. Nothing is half written: files are replaced as a whole.";
    HISTORY_MISSING = "F214" "history-missing" Warning
        "part of the history is not in this clone"
        "In a shallow or partial clone commits or files are missing, so the answer may be incomplete. `git fetch --unshallow` gets them.";
    BARE_REPOSITORY = "F215" "bare-repository" Error
        "a bare repository can't be written"
        "Reading commands work in a bare repository. To change flags, clone it.";
    HOOK_REFUSED = "F216" "hook-refused" Error
        "a hook refused the commit"
        "A `pre-commit`, `prepare-commit-msg` or `commit-msg` hook of the repository failed, or left no message; what it said is shown with it. Nothing was changed.";
    HOOK_CHANGED_OTHERS = "F217" "hook-changed-others" Error
        "a hook changed files that are not part of this change"
        "A commit of a flag holds the flag's own files only. The hook staged something else. Nothing was committed. Change the hook, or make the change with `--no-commit` and commit it yourself.";
    CONTENDED = "F218" "contended" Error
        "the branch kept moving"
        "Other commits landed again and again while this one was being made. Nothing was changed; run the command again.";
    HOOK_TOOK_BACK = "F219" "hook-took-back" Error
        "a hook took the change back, or changed what it means"
        "Hooks may format the flag's file and stage it again, but the commit must mean what the command was asked for. This hook put the old text back, or wrote something else. Nothing was committed, and the files are as they were. Correct the hook, or leave it out with `--no-verify`.";
    WRONG_EXTENSION = "F220" "wrong-extension" Error
        "a YAML file must end in `.yaml`"
        "Files of other spellings would be overlooked by half of the tools. Rename it: `git mv a.yml a.yaml`.";
    BAD_FILE_NAME = "F221" "bad-file-name" Error
        "the file's name is no key"
        "The name without `.yaml` is the flag's key: letters, digits, `.`, `_` and `-`, starting with a letter or digit, at most 100 characters, no Windows device name.";
    RESERVED_FILE = "F222" "reserved-file" Error
        "`<key>@<environment>.yaml` is reserved"
        "A later version will keep one environment's block in a file of its own. Until then write the block into `environments:` of the flag's file.";
    NOT_A_PLAIN_FILE = "F223" "not-a-plain-file" Error
        "not a plain file"
        "Flag files are plain files with mode 100644: symbolic links could point outside the repository, and executable files or submodules make no sense here.";
    NOT_UTF8 = "F224" "not-utf8" Error
        "the file is not UTF-8"
        "Flag files are text in UTF-8. Convert it: `iconv -f LATIN1 -t UTF-8`.";
    FLAG_DOES_NOT_READ = "F226" "flag-does-not-read" Error
        "the flag's file has errors"
        "The command can't work with a file that does not read. The errors are listed with it; fix them first.";
    SCHEMA_DISAGREES = "F227" "schema-disagrees" Error
        "the built-in schema and the reader disagree about a file"
        "This is a bug in git-flag, not in the file: please report it with the file.";
    MISPLACED_FILE = "F228" "misplaced-file" Error
        "a file lies too deep"
        "Segments are `flags/segments/<name>.yaml`, tests of flags `flags/tests/<key>.yaml`, tests of segments `flags/tests/segments/<name>.yaml` and golden contexts `flags/tests/golden/<name>.yaml`, without further folders in between.";
    DUPLICATE_FLAG_FILE = "F229" "duplicate-flag-file" Error
        "two files have the same key"
        "A key is unique in the repository, whatever the folder. Rename or remove one of the files.";
    PUSH_FAILED = "F230" "push-failed" Error
        "the commit was made, but the push failed"
        "The commit is on your branch. Look at what Git said; after a `non-fast-forward`, pull and push again.";
}
