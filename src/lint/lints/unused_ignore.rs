//! Inline ignores suppress something. [`crate::lint::suppress`] finds this one: only it knows what was ignored.

use crate::diagnostic::codes::lint::UNUSED_IGNORE;
use crate::lint::Lint;

pub(super) const LINT: Lint = Lint { code: &UNUSED_IGNORE, checks: &[] };
