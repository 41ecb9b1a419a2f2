//! The instants between which a commit can be killed; tests stop there.

use super::CommitError;

/// What has just been done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Lending,
    Lent,
    GivenBack,
    CommitMade,
    Journalled,
    IndexLocked,
    Prepared,
    BranchMoved,
    IndexWritten,
    TemporaryWritten,
    WorkTreeWritten,
    Refreshing,
    GaveWay,
}

#[cfg(not(test))]
#[expect(clippy::unnecessary_wraps, reason = "tests fail here")]
pub(super) fn reached(_: Step) -> Result<(), CommitError> {
    Ok(())
}

#[cfg(test)]
type Meanwhile = Option<(Step, Box<dyn FnOnce()>)>;

#[cfg(test)]
thread_local! {
    /// Where this thread is to stop as if killed: nothing is cleaned up.
    pub(super) static STOP: std::cell::Cell<Option<Step>> = const { std::cell::Cell::new(None) };
    /// What somebody else does at the very moment a step is reached.
    pub(super) static MEANWHILE: std::cell::RefCell<Meanwhile> =
        const { std::cell::RefCell::new(None) };
}

#[cfg(test)]
pub(super) fn reached(step: Step) -> Result<(), CommitError> {
    let due = MEANWHILE.with_borrow_mut(|slot| slot.take_if(|(when, _)| *when == step));
    if let Some((_, act)) = due {
        act();
    }
    if STOP.get() == Some(step) { Err(CommitError::Killed) } else { Ok(()) }
}
