//! Every command in repositories where something is wrong: it works, or it says what is wrong and what to do, and in any
//! case changes nothing that it should not.

mod elsewhere;
mod git_states;
mod surroundings;

use crate::support::{Effect, Fingerprint, Run, Sample, Scope, TestRepo, World, samples};

/// What is expected of a command.
#[derive(Debug, Clone, Copy)]
enum Expect {
    /// It does its work (exit code 0, or 1 as an answer).
    Works,
    /// It fails with this exit code and one of these codes.
    Fails(i32, &'static [&'static str]),
    /// It may work, or fail so.
    Either(i32, &'static [&'static str]),
}

/// One way to break a repository.
struct Case {
    /// Breaks it, and says how the world of the command differs.
    make: fn(&TestRepo) -> World,
    reads: Expect,
    history: Expect,
    changes: Expect,
    creates: Expect,
    starts: Expect,
    hooks: Expect,
    /// Commands for which something else holds.
    except: &'static [(&'static str, Expect)],
}

/// All commands work.
const FINE: Case = Case {
    make: |_| World::default(),
    reads: Expect::Works,
    history: Expect::Works,
    changes: Expect::Works,
    creates: Expect::Works,
    starts: Expect::Works,
    hooks: Expect::Works,
    except: &[],
};

/// Reading works, writing fails so.
const fn read_only(make: fn(&TestRepo) -> World, changes: Expect) -> Case {
    Case { make, changes, creates: changes, starts: changes, ..FINE }
}

impl Case {
    fn expects(&self, sample: &Sample) -> Expect {
        if let Some((_, expect)) = self.except.iter().find(|(command, _)| *command == sample.command) {
            return *expect;
        }
        match sample.effect {
            Effect::Anywhere => Expect::Works,
            Effect::Reads => self.reads,
            Effect::ReadsHistory => self.history,
            Effect::Changes => self.changes,
            Effect::Creates => self.creates,
            Effect::Starts => self.starts,
            Effect::Hooks => self.hooks,
        }
    }

    /// Runs every command.
    fn check(&self) {
        let shop = TestRepo::shop();
        let broken = shop.copy();
        let world = (self.make)(&broken);
        let mut wrong = Vec::new();
        for sample in samples() {
            let expect = self.expects(sample);
            let changes = !(sample.reads() || sample.effect == Effect::Anywhere || sample.command == "hook status");
            let result = if !sample.before.is_empty() {
                let own = shop.copy();
                own.shell(sample.before).ok();
                let world = (self.make)(&own);
                check(&own, &world, sample, expect, changes)
            } else if changes && !matches!(expect, Expect::Fails(..)) {
                check(&broken.copy(), &world, sample, expect, changes)
            } else {
                check(&broken, &world, sample, expect, changes)
            };
            wrong.extend(result.err().map(|why| format!("git flag {}\n{why}", sample.words().join(" "))));
        }
        assert!(wrong.is_empty(), "{} commands:\n{}", wrong.len(), wrong.join("\n----------------\n"));
    }
}

/// Runs one command, and compares with what is expected.
fn check(repo: &TestRepo, world: &World, sample: &Sample, expect: Expect, changes: bool) -> Result<(), String> {
    let scope = if changes { Scope::NotObjects } else { Scope::Everything };
    let before = Fingerprint::of(repo.outside(), scope);
    let run = repo.flag_in(world, &sample.words());
    let touched = before.changed(&Fingerprint::of(repo.outside(), scope));
    let works = run.code == 0 || run.code == 1 && (!changes || sample.effect == Effect::Anywhere);
    let (may_work, failure) = match expect {
        Expect::Works => (true, None),
        Expect::Fails(exit, codes) => (false, Some((exit, codes))),
        Expect::Either(exit, codes) => (true, Some((exit, codes))),
    };
    internals(&run)?;
    if works && may_work {
        return if changes || touched.is_empty() {
            Ok(())
        } else {
            Err(format!("a reading command touched {touched:?}\n{run}"))
        };
    }
    let Some((exit, codes)) = failure else { return Err(format!("expected it to work\n{run}")) };
    if run.code != exit || !run.code().is_some_and(|code| codes.contains(&code)) {
        return Err(format!("expected exit code {exit} and one of {codes:?}\n{run}"));
    }
    if !run.stderr.contains("help: ") {
        return Err(format!("no help\n{run}"));
    }
    if !touched.is_empty() {
        return Err(format!("a refused command touched {touched:?}\n{run}"));
    }
    Ok(())
}

fn internals(run: &Run) -> Result<(), String> {
    match run.internals() {
        Some(word) => Err(format!("{word:?} in the output\n{run}")),
        None => Ok(()),
    }
}

/// The measure itself: in a sound repository every command works.
#[test]
fn a_sound_repository() {
    FINE.check();
}
