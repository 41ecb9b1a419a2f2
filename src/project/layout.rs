//! Which file is what: the folder structure of a repository of flags.

use crate::model::{FlagKey, GoldenName, NameError, SegmentName, check_name};
use crate::source::FilePath;

/// The folder that holds everything, below the root.
pub const FLAGS: &str = "flags";
/// The project file.
pub const PROJECT: &str = "flags/project.yaml";
/// The folder of segments.
pub const SEGMENTS: &str = "flags/segments";
/// The folder of tests.
pub const TESTS: &str = "flags/tests";
/// The folder of tests of segments.
pub const SEGMENT_TESTS: &str = "flags/tests/segments";
/// The folder of golden contexts.
pub const GOLDEN: &str = "flags/tests/golden";
/// The folder of JSON Schemas for editors.
pub const SCHEMAS: &str = "flags/.schemas";

/// What a file in a repository of flags is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role {
    /// `flags/project.yaml`
    Project,
    /// `flags/segments/<name>.yaml`
    Segment(SegmentName),
    /// `flags/tests/<key>.yaml`
    Tests(FlagKey),
    /// `flags/tests/segments/<name>.yaml`
    SegmentTests(SegmentName),
    /// `flags/tests/golden/<name>.yaml`
    Golden(GoldenName),
    /// Every other YAML file: one flag, its stem the key.
    Flag(FlagKey),
    /// A YAML file that can't be any of these.
    Misplaced(Misplaced),
    /// Not a YAML file, or in a hidden folder.
    Other,
}

/// Why a YAML file is none of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Misplaced {
    /// It ends in `.yml`.
    Extension,
    /// Its stem is no key or name.
    Name(NameError),
    /// `<key>@<environment>.yaml`, which is reserved.
    Reserved,
    /// Deeper than `flags/segments/<name>.yaml` or the folders of tests.
    Nested(&'static str),
}

/// What the file at `path` (relative to the root) is.
#[must_use]
pub fn role(path: &str) -> Role {
    let Some(inner) = path.strip_prefix("flags/") else { return Role::Other };
    if inner.split('/').any(|part| part.starts_with('.')) {
        return Role::Other;
    }
    let (folder, name) = inner.rsplit_once('/').unwrap_or(("", inner));
    let Some(stem) = name.strip_suffix(".yaml") else {
        let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
        let yaml_like = matches!(extension.as_deref(), Some("yml" | "yaml"));
        return if yaml_like { Role::Misplaced(Misplaced::Extension) } else { Role::Other };
    };
    if inner == "project.yaml" {
        return Role::Project;
    }
    let named = |make: fn(&str) -> Result<Role, NameError>| match make(stem) {
        Ok(role) => role,
        Err(_)
            if stem
                .split_once('@')
                .is_some_and(|(key, environment)| check_name(key).and(check_name(environment)).is_ok()) =>
        {
            Role::Misplaced(Misplaced::Reserved)
        }
        Err(error) => Role::Misplaced(Misplaced::Name(error)),
    };
    match folder.split('/').next() {
        Some("segments") if folder == "segments" => named(|stem| SegmentName::new(stem).map(Role::Segment)),
        Some("tests") if folder == "tests" => named(|stem| FlagKey::new(stem).map(Role::Tests)),
        Some("tests") if folder == "tests/segments" => named(|stem| SegmentName::new(stem).map(Role::SegmentTests)),
        Some("tests") if folder == "tests/golden" => named(|stem| GoldenName::new(stem).map(Role::Golden)),
        Some("segments") => Role::Misplaced(Misplaced::Nested(SEGMENTS)),
        Some("tests") => Role::Misplaced(Misplaced::Nested(TESTS)),
        _ => named(|stem| FlagKey::new(stem).map(Role::Flag)),
    }
}

/// The category of a flag: the first folder below `flags/`; `None` for files directly in it.
#[must_use]
pub fn category(path: &str) -> Option<&str> {
    let inner = path.strip_prefix("flags/")?;
    inner.split_once('/').map(|(category, _)| category)
}

/// Where a new flag goes.
#[must_use]
pub fn flag_path(key: &FlagKey, category: Option<&str>) -> FilePath {
    category.map_or_else(|| format!("{FLAGS}/{key}.yaml"), |category| format!("{FLAGS}/{category}/{key}.yaml")).into()
}

/// Where a segment is.
#[must_use]
pub fn segment_path(name: &SegmentName) -> FilePath {
    format!("{SEGMENTS}/{name}.yaml").into()
}

/// Where the tests of a flag are.
#[must_use]
pub fn tests_path(key: &FlagKey) -> FilePath {
    format!("{TESTS}/{key}.yaml").into()
}

/// Where the tests of a segment are.
#[must_use]
pub fn segment_tests_path(name: &SegmentName) -> FilePath {
    format!("{SEGMENT_TESTS}/{name}.yaml").into()
}

/// Where a golden context is.
#[must_use]
pub fn golden_path(name: &GoldenName) -> FilePath {
    format!("{GOLDEN}/{name}.yaml").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_by_path() {
        let flag = |key| Role::Flag(FlagKey::new(key).unwrap());
        assert_eq!(role("flags/project.yaml"), Role::Project);
        assert_eq!(role("flags/a.yaml"), flag("a"));
        assert_eq!(role("flags/x/y/a.b.yaml"), flag("a.b"));
        assert_eq!(role("flags/x/project.yaml"), flag("project"));
        assert_eq!(role("flags/segments/s.yaml"), Role::Segment(SegmentName::new("s").unwrap()));
        assert_eq!(role("flags/tests/a.yaml"), Role::Tests(FlagKey::new("a").unwrap()));
        assert_eq!(role("flags/tests/segments/s.yaml"), Role::SegmentTests(SegmentName::new("s").unwrap()));
        assert_eq!(role("flags/tests/golden/g.yaml"), Role::Golden(GoldenName::new("g").unwrap()));
        assert_eq!(role("flags/tests/golden/deep/g.yaml"), Role::Misplaced(Misplaced::Nested(TESTS)));
        assert_eq!(role("flags/tests/other/g.yaml"), Role::Misplaced(Misplaced::Nested(TESTS)));
        assert_eq!(role("flags/x/segments/s.yaml"), flag("s"));
        assert_eq!(role("flags/segments/deep/s.yaml"), Role::Misplaced(Misplaced::Nested(SEGMENTS)));
        assert_eq!(role("flags/a.yml"), Role::Misplaced(Misplaced::Extension));
        assert_eq!(role("flags/a.YAML"), Role::Misplaced(Misplaced::Extension));
        assert_eq!(role("flags/a@production.yaml"), Role::Misplaced(Misplaced::Reserved));
        assert_eq!(role("flags/a b.yaml"), Role::Misplaced(Misplaced::Name(NameError::Character(' '))));
        assert_eq!(role("flags/README.md"), Role::Other);
        assert_eq!(role("flags/.schemas/flag.yaml"), Role::Other);
        assert_eq!(role("src/a.yaml"), Role::Other);
        assert_eq!(category("flags/features/a.yaml"), Some("features"));
        assert_eq!(category("flags/a.yaml"), None);
    }
}
