//! The steps of an evaluation, for people.

use crate::evaluate::{Entry, Membership, Outcome, Step, Trace};
use crate::render::Terminal;
use crate::render::style::{BAD, DIM, GOOD, Symbol, paint, plain};

/// One line for each step, indented by depth, with a mark for what matched.
pub(super) fn text(trace: &Trace<'_, '_>, terminal: &Terminal) -> String {
    trace.entries().iter().map(|entry| line(entry, terminal)).collect()
}

fn line(entry: &Entry<'_, '_>, terminal: &Terminal) -> String {
    let mark = match entry.outcome {
        Outcome::Matched(matched) | Outcome::Tested { matched, .. } => Some(matched),
        Outcome::Member(membership) => Some(Membership::is_in(membership)),
        Outcome::Served(_) => Some(true),
        Outcome::NoUnit => Some(false),
        Outcome::Drawn { .. } => None,
    };
    let mark = match mark {
        Some(true) => paint(GOOD, Symbol::Yes.text(terminal)),
        Some(false) => paint(BAD, Symbol::No.text(terminal)),
        None => paint(DIM, Symbol::Absent.text(terminal)),
    };
    let indent = "  ".repeat(entry.depth + 1);
    let words = plain(&entry.to_string());
    let words = if matches!(entry.step, Step::Draw { .. }) { paint(DIM, words) } else { words };
    format!("{indent}{mark} {words}\n")
}
