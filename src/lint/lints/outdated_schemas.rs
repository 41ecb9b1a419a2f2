//! The schemas for editors are those of this program. Validation of a project finds this one: the schemas are files
//! beside the flags, which no model holds.

use crate::diagnostic::codes::lint::OUTDATED_SCHEMAS;
use crate::lint::Lint;

pub(super) const LINT: Lint = Lint { code: &OUTDATED_SCHEMAS, checks: &[] };
