//! Every code there is, one table for each stage that finds problems.
//!
//! | range | stage |
//! | --- | --- |
//! | F001–F019 | [`syntax`]: YAML |
//! | F020–F069 | [`shape`]: the file format, one file at a time |
//! | F070–F099 | [`meaning`]: names, references and sums, across files |
//! | F100–F149 | [`lint`]: style and practice; their level is set in `project.yaml` |
//! | F150–F169 | [`context`]: evaluation contexts and arguments |
//! | F200–F249 | [`repository`]: Git and the repository of flags |
//! | F250–F299 | [`change`]: writing, rollback and undo |
//! | F300–F319 | [`expectation`]: tests of flags |
//! | F320–F339 | [`exchange`]: imports and exports |

pub mod change;
pub mod context;
pub mod exchange;
pub mod expectation;
pub mod lint;
pub mod meaning;
pub mod repository;
pub mod shape;
pub mod syntax;

use super::Code;

/// Declares the codes of one stage: a constant for each, and `TABLE` with all of them.
macro_rules! codes {
    ($($name:ident = $id:literal $kebab:literal $severity:ident $summary:literal $explain:literal;)*) => {
        $(
            #[doc = concat!($id, ": ", $summary)]
            pub static $name: $crate::diagnostic::Code = $crate::diagnostic::Code {
                id: $id,
                name: $kebab,
                severity: $crate::diagnostic::Severity::$severity,
                summary: $summary,
                explain: $explain,
            };
        )*
        /// Every code of this stage, in order.
        pub static TABLE: &[&$crate::diagnostic::Code] = &[$(&$name),*];
    };
}
pub(crate) use codes;

/// All codes of all stages, in the order of their ids.
pub fn all() -> impl Iterator<Item = &'static Code> {
    let stages = [
        syntax::TABLE,
        shape::TABLE,
        meaning::TABLE,
        lint::TABLE,
        context::TABLE,
        repository::TABLE,
        change::TABLE,
        expectation::TABLE,
        exchange::TABLE,
    ];
    stages.into_iter().flatten().copied()
}

/// The code with that id (`F041`, any case) or name (`split-sum`).
#[must_use]
pub fn find(id_or_name: &str) -> Option<&'static Code> {
    all().find(|code| code.id.eq_ignore_ascii_case(id_or_name) || code.name == id_or_name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn ids_ascend_and_ids_and_names_are_unique() {
        let ids: Vec<_> = all().map(|code| code.id).collect();
        assert!(ids.is_sorted_by(|a, b| a < b), "ids out of order or twice: {ids:?}");
        let names: BTreeSet<_> = all().map(|code| code.name).collect();
        assert_eq!(names.len(), ids.len(), "a name stands twice");
    }

    #[test]
    fn every_code_explains_itself() {
        for code in all() {
            assert!(!code.summary.ends_with('.') && !code.summary.is_empty(), "{}: summary", code.id);
            assert!(code.explain.len() > 40, "{}: the explanation is too short to help", code.id);
        }
    }
}
