//! Keys and names are unique in the repository, ignoring case.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::meaning;
use crate::lint::Repository;
use crate::source::{FilePath, Place};
use std::collections::BTreeMap;

pub(super) fn check(repository: &Repository<'_>, found: &mut Vec<Diagnostic>) {
    names("flag", repository.flags.iter().map(|flag| (flag.key.as_str(), &flag.file)), found);
    names("segment", repository.segments.iter().map(|each| (each.name.as_str(), &each.file)), found);
}

fn names<'a>(what: &str, all: impl Iterator<Item = (&'a str, &'a FilePath)>, found: &mut Vec<Diagnostic>) {
    let mut by_lower: BTreeMap<String, Vec<(&str, &FilePath)>> = BTreeMap::new();
    for (name, file) in all {
        by_lower.entry(name.to_ascii_lowercase()).or_default().push((name, file));
    }
    for group in by_lower.values().filter(|group| group.len() > 1) {
        // None of the files is more to blame than another, so each one is told.
        for (at, (name, file)) in group.iter().enumerate() {
            let others = || group.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, entry)| *entry);
            let same: Vec<_> = others().filter(|(other, _)| other == name).collect();
            let variants: Vec<_> = others().filter(|(other, _)| other != name).collect();
            if let Some((_, first)) = same.first() {
                let message = format!("the {what} `{name}` is defined by `{first}`, too");
                let help = format!("delete one of the files, or rename one: the stem of the file is the {what}'s name");
                let problem = Diagnostic::new(&meaning::DUPLICATE_FILE, message).help(help);
                found.push(placed(problem, what, file, &same));
            }
            if let Some((first, _)) = variants.first() {
                let message = format!("the {what}s `{name}` and `{first}` differ only in upper and lower case");
                let problem = Diagnostic::new(&meaning::CASE_CLASH, message).help("rename one of them");
                found.push(placed(problem, what, file, &variants));
            }
        }
    }
}

fn placed(problem: Diagnostic, what: &str, file: &FilePath, others: &[(&str, &FilePath)]) -> Diagnostic {
    let problem = problem.at(Place::file(file.clone()));
    let related = others.iter().map(|(_, other)| Place::file((*other).clone()));
    related.fold(problem, |problem, other| problem.related(other, format!("the other {what} is here")))
}

#[cfg(test)]
mod tests {
    use crate::lint::testing::{context, good_flag, places_of_repository, project, segment, staff};
    use crate::lint::{FileContext, FlagFacts, check_facts};

    #[test]
    fn names_are_unique_ignoring_case() {
        let mut upper = good_flag();
        upper.key = "New-Checkout".parse().unwrap();
        upper.salt = Some("s".into());
        let mut other = segment("Staff", vec![crate::lint::testing::equals("a", "b")]);
        other.include = crate::lint::testing::units(&["u"]);
        let expected = [
            "case-clash file in New-Checkout.yaml",
            "case-clash file in new-checkout.yaml",
            "case-clash file in Staff.yaml",
            "case-clash file in staff.yaml",
        ];
        let found = places_of_repository(&[good_flag(), upper], &[staff(), other]);
        assert_eq!(found[..4], expected);
    }

    #[test]
    fn a_key_in_two_folders_is_found_at_each() {
        let project = project();
        let context = context(&project);
        let flag = good_flag();
        let mut upper = good_flag();
        upper.key = "New-Checkout".parse().unwrap();
        let files = ["flags/web/x.yaml".into(), "flags/api/x.yaml".into(), "flags/a.yaml".into()];
        let facts: Vec<_> = files
            .iter()
            .zip([&flag, &flag, &upper])
            .map(|(file, flag)| FlagFacts::of(&FileContext { file, ..context }, flag))
            .collect();
        let at = |count: usize| {
            let found = check_facts(&context, &facts[..count], &[]);
            let at = |problem: &crate::diagnostic::Diagnostic| {
                let related: Vec<&str> = problem.related.iter().map(|(place, _)| &*place.file).collect();
                let place = &problem.place.as_ref().unwrap().file;
                format!("{} {} ({})", problem.code.name, place, related.join(" "))
            };
            found
                .iter()
                .filter(|problem| matches!(problem.code.name, "duplicate-file" | "case-clash"))
                .map(at)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            at(2),
            [
                "duplicate-file flags/api/x.yaml (flags/web/x.yaml)",
                "duplicate-file flags/web/x.yaml (flags/api/x.yaml)",
            ]
        );
        assert_eq!(
            at(3),
            [
                "case-clash flags/a.yaml (flags/api/x.yaml flags/web/x.yaml)",
                "duplicate-file flags/api/x.yaml (flags/web/x.yaml)",
                "case-clash flags/api/x.yaml (flags/a.yaml)",
                "duplicate-file flags/web/x.yaml (flags/api/x.yaml)",
                "case-clash flags/web/x.yaml (flags/a.yaml)",
            ],
            "a variant hides no duplicate"
        );
    }
}
