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
    let mut by_lower: BTreeMap<String, (&str, &FilePath)> = BTreeMap::new();
    for (name, file) in all {
        let first = *by_lower.entry(name.to_ascii_lowercase()).or_insert((name, file));
        if std::ptr::eq(first.1, file) {
            continue;
        }
        let (other, other_file) = first;
        let problem = if other == name {
            Diagnostic::new(&meaning::DUPLICATE_FILE, format!("the {what} `{name}` is defined by `{other_file}`, too"))
                .help(format!("delete one of the files, or rename one: the stem of the file is the {what}'s name"))
        } else {
            let message = format!("the {what}s `{other}` and `{name}` differ only in upper and lower case");
            Diagnostic::new(&meaning::CASE_CLASH, message).help("rename one of them")
        };
        let other_file = Place::file(other_file.clone());
        found.push(problem.at(Place::file(file.clone())).related(other_file, format!("the other {what} is here")));
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::testing::{context, good_flag, places, places_of_repository, project, segment, staff};
    use crate::lint::{FileContext, FlagFacts, SegmentFacts, check_facts};

    #[test]
    fn names_are_unique_ignoring_case() {
        let mut upper = good_flag();
        upper.key = "New-Checkout".parse().unwrap();
        upper.salt = Some("s".into());
        let mut other = segment("Staff", vec![crate::lint::testing::equals("a", "b")]);
        other.include = crate::lint::testing::units(&["u"]);
        let expected = ["case-clash file in new-checkout.yaml", "case-clash file in staff.yaml"];
        let found = places_of_repository(&[good_flag(), upper], &[staff(), other]);
        assert_eq!(found[..2], expected);
    }

    #[test]
    fn a_key_in_two_folders_is_found_at_the_second() {
        let project = project();
        let context = context(&project);
        let files = ["flags/web/x.yaml".into(), "flags/api/x.yaml".into(), "flags/a.yaml".into()];
        let flag = good_flag();
        let facts: Vec<_> =
            files[..2].iter().map(|file| FlagFacts::of(&FileContext { file, ..context }, &flag)).collect();
        let segments = [SegmentFacts::of(&FileContext { file: &files[2], ..context }, &staff())];
        let found = check_facts(&context, &facts, &segments);
        assert_eq!(places(&found), ["duplicate-file file"]);
        assert_eq!(&*found[0].place.as_ref().unwrap().file, "flags/web/x.yaml");
        assert_eq!(&*found[0].related[0].0.file, "flags/api/x.yaml");
    }
}
