//! The names in files of tests: flags, segments, environments, variants and rules that must exist.

use super::FileContext;
use super::facts::{FlagFacts, SegmentFacts};
use super::meaning::unknown_environment;
use crate::diagnostic::codes::expectation;
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::document::{FlagTests, Golden};
use crate::model::{EnvironmentName, FlagKey, SegmentName, VariantName};
use crate::source::{FilePath, Path, Place};
use std::collections::BTreeMap;

/// Suggestions are for people, and a broken repository can have thousands of unknown names.
const SUGGESTIONS: usize = 50;

/// What a file of tests names.
#[derive(Debug, Clone)]
pub struct TestsFacts {
    file: FilePath,
    subject: Subject,
    names: Vec<(Path, Named)>,
}

/// What a file of tests is about.
#[derive(Debug, Clone)]
enum Subject {
    Flag(FlagKey),
    Segment(SegmentName),
    Everything,
}

/// A name in a file of tests.
#[derive(Debug, Clone)]
enum Named {
    Environment(EnvironmentName),
    Variant(FlagKey, VariantName),
    /// A rule, which has to be there in each of the environments.
    Rule(FlagKey, String, Vec<EnvironmentName>),
}

impl TestsFacts {
    /// The facts of the tests of a flag; `None` for tests that do not read.
    #[must_use]
    pub fn of_flag(file: &FilePath, key: &FlagKey, tests: Option<&FlagTests>) -> Self {
        let mut names = Vec::new();
        if let Some(tests) = tests {
            environments(&Path::root(), &tests.environments, &mut names);
            for (index, case) in tests.expect.iter().enumerate() {
                let path = Path::root().key("expect").index(index);
                environments(&path, &case.environments, &mut names);
                if let Some(variant) = &case.variant {
                    names.push((path.key("variant"), Named::Variant(key.clone(), variant.clone())));
                }
                if let Some(rule) = &case.rule {
                    let own = if case.environments.is_empty() { &tests.environments } else { &case.environments };
                    names.push((path.key("rule"), Named::Rule(key.clone(), rule.clone(), own.clone())));
                }
            }
        }
        Self { file: file.clone(), subject: Subject::Flag(key.clone()), names }
    }

    /// The facts of the tests of a segment.
    #[must_use]
    pub fn of_segment(file: &FilePath, name: &SegmentName) -> Self {
        Self { file: file.clone(), subject: Subject::Segment(name.clone()), names: Vec::new() }
    }

    /// The facts of a golden context.
    #[must_use]
    pub fn of_golden(file: &FilePath, golden: &Golden) -> Self {
        let mut names = vec![(Path::root().key("environment"), Named::Environment(golden.environment.clone()))];
        names.extend(golden.answers.iter().map(|recorded| {
            let path = Path::root().key("answers").key(recorded.flag.as_str());
            (path, Named::Variant(recorded.flag.clone(), recorded.answer.variant.clone()))
        }));
        Self { file: file.clone(), subject: Subject::Everything, names }
    }
}

fn environments(path: &Path, list: &[EnvironmentName], names: &mut Vec<(Path, Named)>) {
    let path = path.key("environment");
    for (index, name) in list.iter().enumerate() {
        // One is mostly no list.
        let place = if list.len() == 1 { path.clone() } else { path.index(index) };
        names.push((place, Named::Environment(name.clone())));
    }
}

/// What files of tests name and nobody has.
#[must_use]
pub fn check_tests(
    context: &FileContext<'_>,
    tests: &[TestsFacts],
    flags: &[FlagFacts],
    segments: &[SegmentFacts],
) -> Vec<Diagnostic> {
    let flags = flags.iter().map(|flag| (flag.key.as_str(), flag)).collect();
    let mut checker = Checker { context, flags, segments, found: Vec::new() };
    for file in tests {
        checker.file(file);
    }
    checker.found
}

struct Checker<'a> {
    context: &'a FileContext<'a>,
    flags: BTreeMap<&'a str, &'a FlagFacts>,
    segments: &'a [SegmentFacts],
    found: Vec<Diagnostic>,
}

impl Checker<'_> {
    fn file(&mut self, tests: &TestsFacts) {
        match &tests.subject {
            Subject::Flag(key) => {
                if !self.flags.contains_key(key.as_str()) {
                    let problem = self.unknown_flag(key).help("rename the file, or delete it");
                    self.found.push(problem.at(Place::file(tests.file.clone())));
                }
            }
            Subject::Segment(name) => {
                if !self.segments.iter().any(|segment| segment.name == *name) {
                    let problem = unknown_segment(name, self.segments.iter().map(|it| it.name.as_str()));
                    self.found.push(problem.at(Place::file(tests.file.clone())));
                }
            }
            Subject::Everything => {}
        }
        for (path, named) in &tests.names {
            let (problem, at_key) = match named {
                Named::Environment(name) => (unknown_environment(self.context.project, name.as_str()), false),
                Named::Variant(key, variant) => match self.flags.get(key.as_str()) {
                    Some(flag) => (unknown_variant(flag, variant), false),
                    None if matches!(tests.subject, Subject::Everything) => {
                        let help = "`git flag test --record` writes the answers of the flags that there are";
                        (Some(self.unknown_flag(key).help(help)), true)
                    }
                    None => (None, false),
                },
                Named::Rule(key, rule, environments) => {
                    (self.flags.get(key.as_str()).and_then(|flag| unknown_rule(flag, rule, environments)), false)
                }
            };
            let place = if at_key { Place::key } else { Place::value };
            self.found.extend(problem.map(|problem| problem.at(place(tests.file.clone(), path.clone()))));
        }
    }

    fn unknown_flag(&self, key: &FlagKey) -> Diagnostic {
        let problem = Diagnostic::new(&expectation::TESTS_WITHOUT_FLAG, format!("there is no flag `{key}` to test"));
        let hint = || did_you_mean(key.as_str(), self.flags.keys().copied());
        match (self.found.len() < SUGGESTIONS).then(hint).flatten() {
            Some(hint) => problem.help(hint),
            None => problem,
        }
    }
}

/// There is no such segment; no place yet.
pub fn unknown_segment<'n>(name: &SegmentName, known: impl IntoIterator<Item = &'n str>) -> Diagnostic {
    let words = format!("there is no segment `{name}` to test");
    let problem = Diagnostic::new(&expectation::TESTS_WITHOUT_SEGMENT, words);
    problem.help(did_you_mean(name.as_str(), known).unwrap_or_else(|| "rename the file, or delete it".to_owned()))
}

fn unknown_variant(flag: &FlagFacts, variant: &VariantName) -> Option<Diagnostic> {
    flag.value_type?;
    if flag.variant(variant).is_some() {
        return None;
    }
    let message = format!("`{}` has no variant `{variant}`", flag.key);
    let problem = Diagnostic::new(&expectation::UNKNOWN_EXPECTED_VARIANT, message);
    if flag.variants.is_empty() {
        return Some(problem.help("it is boolean: write `true` or `false`"));
    }
    let names = || flag.variants.iter().map(VariantName::as_str);
    let list = || names().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    Some(
        problem.help(did_you_mean(variant.as_str(), names()).unwrap_or_else(|| format!("its variants are {}", list()))),
    )
}

fn unknown_rule(flag: &FlagFacts, rule: &str, environments: &[EnvironmentName]) -> Option<Diagnostic> {
    flag.value_type?;
    let rules = |name: &EnvironmentName| flag.environment(name).map(|environment| &*environment.rules);
    let environment = environments.iter().find(|name| !rules(name).unwrap_or_default().iter().any(|it| it == rule))?;
    let message = format!("`{}` has no rule `{rule}` in {environment}", flag.key);
    let problem = Diagnostic::new(&expectation::UNKNOWN_EXPECTED_RULE, message);
    let own = rules(environment).unwrap_or_default();
    let list = || own.iter().map(|rule| format!("`{rule}`")).collect::<Vec<_>>().join(", ");
    let known =
        || if own.is_empty() { "it has no rules there".to_owned() } else { format!("its rules there are {}", list()) };
    Some(problem.help(did_you_mean(rule, own.iter().map(String::as_str)).unwrap_or_else(known)))
}
