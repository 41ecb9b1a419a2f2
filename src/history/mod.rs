//! The history of flags, out of commits.
//!
//! Facts come from trees: a [`Touch`] says which content a commit took from a flag and which it gave it. [`timeline`] finds
//! those of one flag or of all, across moves, renames and merges, and remembers them. An [`Entry`] is a touch
//! told in full, with its place in the flag's chain of digests. [`Changes`] lists what can be undone along first parents,
//! and [`undo_change`] takes one change back without touching later ones.

mod brought;
mod changes;
mod commit;
mod contents;
mod digest;
mod entry;
mod everything;
mod index;
mod lists;
mod lives;
mod meaning;
mod merge;
mod merges;
mod operations;
mod order;
mod rollback;
#[cfg(test)]
mod tests;
mod timeline;
mod touch;
mod undoable;
mod undone;
mod walk;

pub use changes::{Change, Changes, Operation, flag_at, lives_on_as, operation_at};
pub use commit::CommitFacts;
pub use contents::{Content, State};
pub use digest::{Facts, Place, Sha, VERSION};
pub use entry::{Entry, Kind};
pub use everything::tell_all;
pub use lists::weave;
pub use merge::{Conflict, Prefer, merge_flags, merge_preferring};
pub use operations::{Operations, Performed, Standing};
pub use rollback::{undo_change, with_environment, with_rule};
pub use timeline::{Lives, Timeline, timeline};
pub use touch::{FileVersion, Touch, TouchKind};
pub use undoable::Undoable;
pub use undone::{Parts, Undone, reverted};
