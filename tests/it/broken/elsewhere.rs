//! Places that are no repository, or another sort of one.

use super::{Case, Expect, FINE, read_only};
use crate::support::{TestRepo, World};

const GONE: Expect = Expect::Fails(3, &["F204"]);
const CUT: Expect = Expect::Either(3, &["F255", "F204"]);
const EDITOR: Expect = Expect::Either(4, &["F262"]);

/// What is given a file of the shop, where there is none.
const NO_FILE: &[(&str, Expect)] =
    &[("merge-driver", Expect::Fails(6, &["F213"])), ("textconv", Expect::Fails(6, &["F213"]))];

#[test]
fn neither_git_nor_flags() {
    let make = |repo: &TestRepo| {
        repo.shell("rm -rf .git flags").ok();
        World::default()
    };
    let nothing = Expect::Fails(3, &["F200"]);
    let no_git = Expect::Fails(3, &["F201"]);
    Case {
        reads: nothing,
        history: nothing,
        starts: no_git,
        hooks: no_git,
        except: NO_FILE,
        ..read_only(make, Expect::Fails(3, &["F200", "F201"]))
    }
    .check();
}

#[test]
fn flags_without_git() {
    let make = |repo: &TestRepo| {
        repo.shell("rm -rf .git").ok();
        World::default()
    };
    let no_git = Expect::Fails(3, &["F201"]);
    Case { history: no_git, starts: no_git, hooks: no_git, ..read_only(make, no_git) }.check();
}

#[test]
fn git_without_flags() {
    // A revision that is named is read wherever one is.
    const EXCEPT: &[(&str, Expect)] = &[NO_FILE[0], NO_FILE[1], ("diff", Expect::Works)];
    let make = |repo: &TestRepo| {
        repo.shell("git rm -rq flags && git commit -q -m 'no flags'").ok();
        World::default()
    };
    let nothing = Expect::Fails(3, &["F200"]);
    Case { reads: nothing, history: nothing, starts: Expect::Works, except: EXCEPT, ..read_only(make, nothing) }
        .check();
}

#[test]
fn shallow_clone() {
    let make = |repo: &TestRepo| {
        repo.shell("git clone -q --depth 1 \"file://$PWD\" ../shallow").ok();
        World::default().within("shallow")
    };
    Case { make, except: &[("diff", GONE), ("rollback", CUT), ("undo", CUT), ("edit", EDITOR)], ..FINE }.check();
}

#[test]
fn bare_repository() {
    let make = |repo: &TestRepo| {
        repo.shell("git clone -q --bare . ../bare.git").ok();
        World::default().within("bare.git")
    };
    let bare = Expect::Fails(5, &["F215"]);
    Case { except: NO_FILE, ..read_only(make, bare) }.check();
}
