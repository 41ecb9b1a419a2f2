//! Whether a file that a hook changed still means what was planned.

use super::layout::{self, Role};
use super::read;
use crate::compare;
use crate::diagnostic::Diagnostic;
use crate::document;
use crate::model::{Catalog, Flag, Project};
use crate::source::FilePath;
use crate::yaml;

/// How many differences are told.
const TOLD: usize = 3;

/// Layout and comments of `now` are the hook's business; what it means has to be what `planned` means.
///
/// # Errors
/// What is wrong, to follow the file's name.
pub(super) fn of(path: &FilePath, planned: Option<&str>, now: Option<&[u8]>) -> Result<(), String> {
    let (planned, now) = match (planned, now) {
        (None, None) => return Ok(()),
        (Some(planned), Some(now)) if planned.as_bytes() == now => return Ok(()),
        (Some(planned), Some(now)) => (planned, now.to_vec()),
        (None, Some(_)) => return Err("is there again".to_owned()),
        (Some(_), None) => return Err("is gone".to_owned()),
    };
    let before = planned.as_bytes().to_vec();
    match layout::role(path) {
        Role::Flag(key) => {
            let (wanted, found) = (read::read_flag(path, &key, before), read::read_flag(path, &key, now));
            reads(&found.problems)?;
            if wanted.value == found.value { Ok(()) } else { Err(other_flag(wanted.value, found.value)) }
        }
        Role::Segment(name) => {
            let (wanted, found) = (read::read_segment(path, &name, before), read::read_segment(path, &name, now));
            reads(&found.problems)?;
            same(wanted.value == found.value)
        }
        Role::Project => {
            let (wanted, found) = (read::read_project_file(before), read::read_project_file(now));
            reads(&found.problems)?;
            same(wanted.value == found.value)
        }
        Role::Tests(_) | Role::SegmentTests(_) | Role::Golden(_) => {
            let now = String::from_utf8(now).map_err(|_| "is not text any more".to_owned())?;
            same(tests_of(path, planned) == tests_of(path, &now))
        }
        Role::Misplaced(_) | Role::Other => {
            let json = |bytes: &[u8]| serde_json::from_slice::<serde_json::Value>(bytes).ok();
            same(json(&before).is_some_and(|wanted| json(&now) == Some(wanted)))
        }
    }
}

fn same(equal: bool) -> Result<(), String> {
    if equal { Ok(()) } else { Err(OTHER.to_owned()) }
}

const OTHER: &str = "means something else than was asked for";

fn reads(problems: &[Diagnostic]) -> Result<(), String> {
    match problems.iter().find(|problem| problem.is_error()) {
        Some(error) => Err(format!("does not read any more: {} ({})", error.message, error.code.id)),
        None => Ok(()),
    }
}

/// As data, so that the order of keys and the layout do not count.
fn tests_of(path: &FilePath, text: &str) -> Option<serde_json::Value> {
    let tree = yaml::parse(path, text).0?;
    let reads = match layout::role(path) {
        Role::SegmentTests(_) => document::segment_tests(path, &tree).0.is_some(),
        Role::Golden(_) => document::golden(path, &tree).0.is_some(),
        _ => document::flag_tests(path, &tree).0.is_some(),
    };
    document::node_to_json(&tree.root).filter(|_| reads)
}

/// How the flag differs from the one that was asked for.
fn other_flag(wanted: Option<Flag>, found: Option<Flag>) -> String {
    let catalog = |flag: Option<Flag>| {
        let mut catalog = Catalog::new(Project::with_environments(Vec::new()));
        catalog.flags.extend(flag.map(|flag| (flag.key.clone(), flag)));
        catalog
    };
    let differences = compare::compare(&catalog(wanted), &catalog(found));
    let told: Vec<String> = differences.iter().take(TOLD).map(compare::Difference::sentence).collect();
    let more = differences.len().saturating_sub(TOLD);
    match (told.is_empty(), more) {
        (true, _) => OTHER.to_owned(),
        (false, 0) => format!("{OTHER}: {}", told.join("; ")),
        (false, more) => format!("{OTHER}: {}; and {more} more", told.join("; ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FLAG: &str = "type: boolean\ndefault: false\nenvironments:\n  production: {enabled: true, serve: true}\n";

    fn verdict(path: &str, planned: &str, now: &str) -> Result<(), String> {
        of(&path.into(), Some(planned), Some(now.as_bytes()))
    }

    #[test]
    fn layout_is_free_and_meaning_is_not() {
        let formatted =
            format!("# ours\n{}", FLAG.replace("{enabled: true, serve: true}", "\n    enabled: true\n    serve: true"));
        assert_eq!(verdict("flags/a.yaml", FLAG, &formatted), Ok(()));
        let other = verdict("flags/a.yaml", FLAG, &FLAG.replace("enabled: true", "enabled: false")).unwrap_err();
        assert!(other.starts_with("means something else than was asked for: "), "{other}");
        assert!(other.contains("production"), "{other}");
        let broken = verdict("flags/a.yaml", FLAG, "type: [\n").unwrap_err();
        assert!(broken.starts_with("does not read any more: "), "{broken}");
        assert_eq!(of(&"flags/a.yaml".into(), Some(FLAG), None), Err("is gone".to_owned()));
        assert_eq!(of(&"flags/a.yaml".into(), None, Some(b"")), Err("is there again".to_owned()));
    }

    #[test]
    fn other_files_are_compared_by_what_they_mean() {
        let segment = "flags/segments/s.yaml";
        assert_eq!(verdict(segment, "include: [a]\n", "include:\n  - a\n"), Ok(()));
        assert!(verdict(segment, "include: [a]\n", "include: [b]\n").is_err());
        let project = "format: 1\nenvironments: [{name: production}]\n";
        assert_eq!(verdict("flags/project.yaml", project, &format!("# c\n{project}")), Ok(()));
        assert!(verdict("flags/project.yaml", project, &project.replace("production", "staging")).is_err());
        let schema = "flags/.schemas/flag.schema.json";
        assert_eq!(verdict(schema, "{\"a\": 1}\n", "{ \"a\":1 }"), Ok(()));
        assert!(verdict(schema, "{\"a\": 1}\n", "{\"a\": 2}\n").is_err());
    }
}
