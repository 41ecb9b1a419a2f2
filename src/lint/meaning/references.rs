//! Segments, flags and variants that other files must define.

use crate::diagnostic::codes::meaning;
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::lint::facts::{FlagFacts, RequirementFacts};
use crate::lint::{FileContext, Repository};
use crate::model::{EnvironmentName, Flag, SegmentName, ValueType};
use crate::source::{FilePath, Path, Place};
use std::collections::HashMap;

/// A flag that requires itself.
pub(super) fn self_requirements(context: &FileContext<'_>, flag: &Flag, found: &mut Vec<Diagnostic>) {
    let mut check = |environment: Option<&EnvironmentName>, list: &[crate::model::Requirement]| {
        for (index, requirement) in list.iter().enumerate().filter(|(_, each)| each.flag == flag.key) {
            let root = environment.map_or_else(Path::root, |name| Path::root().key("environments").key(name.as_str()));
            found.push(
                Diagnostic::new(&meaning::SELF_REQUIREMENT, format!("`{}` requires itself", requirement.flag))
                    .at(context.value(root.key("requires").index(index).key("flag")))
                    .help("remove the requirement, or name the flag that was meant"),
            );
        }
    };
    check(None, &flag.requires);
    for environment in &flag.environments {
        check(Some(&environment.name), &environment.requires);
    }
}

/// Suggestions for unknown names. Each name is looked for once, and only so many: in a large repository that has lost a
/// flag which all others require, suggestions must not take minutes.
#[derive(Default)]
struct Suggestions<'a>(HashMap<&'a str, Option<String>>);

impl<'a> Suggestions<'a> {
    const MOST: usize = 50;

    fn get<'n>(&mut self, word: &'a str, names: impl IntoIterator<Item = &'n str>) -> Option<String> {
        if let Some(known) = self.0.get(word) {
            return known.clone();
        }
        if self.0.len() == Self::MOST {
            return None;
        }
        self.0.entry(word).or_insert_with(|| did_you_mean(word, names)).clone()
    }
}

/// Every reference across files leads somewhere.
pub(super) fn check(repository: &Repository<'_>, found: &mut Vec<Diagnostic>) {
    let (mut flags, mut segments) = (Suggestions::default(), Suggestions::default());
    for flag in &repository.flags {
        for each in &flag.segments {
            segment(repository, &flag.file, (&each.segment, &each.path), &mut segments, found);
        }
        for each in &flag.requires {
            requirement(repository, flag, each, &mut flags, found);
        }
    }
    for of in &repository.segments {
        for each in &of.segments {
            segment(repository, &of.file, (&each.segment, &each.path), &mut segments, found);
        }
    }
    for (index, ring) in repository.context.project.rings.iter().enumerate() {
        if let Some(name) = &ring.segment {
            let path = Path::root().key("rings").index(index).key("segment");
            segment(repository, repository.context.file, (name, &path), &mut segments, found);
        }
    }
}

fn segment<'a>(
    repository: &Repository<'_>,
    file: &FilePath,
    (name, path): (&'a SegmentName, &Path),
    suggestions: &mut Suggestions<'a>,
    found: &mut Vec<Diagnostic>,
) {
    let name = name.as_str();
    if repository.segment_position(name).is_some() {
        return;
    }
    let help = suggestions
        .get(name, repository.segments.iter().map(|each| each.name.as_str()))
        .unwrap_or_else(|| format!("create it with `git flag segment create {name}`"));
    found.push(
        Diagnostic::new(&meaning::UNKNOWN_SEGMENT, format!("there is no segment `{name}`"))
            .at(Place::value(file.clone(), path.clone()))
            .help(help),
    );
}

fn requirement<'a>(
    repository: &Repository<'_>,
    flag: &FlagFacts,
    required: &'a RequirementFacts,
    suggestions: &mut Suggestions<'a>,
    found: &mut Vec<Diagnostic>,
) {
    let key = required.flag.as_str();
    let Some(other) = repository.flag(key) else {
        let keys = repository.flags.iter().map(|each| each.key.as_str()).filter(|key| *key != flag.key.as_str());
        let help =
            suggestions.get(key, keys).unwrap_or_else(|| "correct the key; `git flag list` shows all flags".to_owned());
        found.push(
            Diagnostic::new(&meaning::UNKNOWN_FLAG, format!("there is no flag `{key}`"))
                .at(flag.requirement_place(required, "flag"))
                .help(help),
        );
        return;
    };
    let Some(value_type) = other.value_type else { return };
    let boolean = value_type == ValueType::Boolean;
    if other.variant(&required.serves).is_some() && required.boolean == boolean {
        return;
    }
    let written = required.shown();
    let names: Vec<&str> = other.variants.iter().map(AsRef::as_ref).collect();
    let message = if boolean {
        format!("`{key}` is a boolean flag, which serves `true` or `false`, not \"{written}\"")
    } else {
        format!("`{key}` is a {value_type} flag without a variant `{written}`")
    };
    let help = if boolean {
        match written {
            "on" | "true" => "write `serves: true`, without quotes".to_owned(),
            "off" | "false" => "write `serves: false`, without quotes".to_owned(),
            _ => "write `serves: true` or `serves: false`".to_owned(),
        }
    } else if other.variant(&required.serves).is_some() {
        format!("write `serves: \"{}\"` if its variant of that name is meant", required.serves)
    } else {
        did_you_mean(written, names.iter().copied())
            .unwrap_or_else(|| format!("its variants are `{}`", names.join("`, `")))
    };
    found.push(
        Diagnostic::new(&meaning::UNKNOWN_REQUIRED_VARIANT, message)
            .at(flag.requirement_place(required, "serves"))
            .related(Place::file(other.file.clone()), format!("`{key}` is defined here"))
            .help(help),
    );
}

#[cfg(test)]
mod tests {
    use crate::lint::testing::{
        context, found_in_repository, good_experiment, good_flag, in_segment, places_of_flag, places_of_repository,
        project, requirement, rule, segment, staff,
    };
    use crate::lint::{FlagFacts, SegmentFacts, check_facts};
    use crate::model::Condition;

    #[test]
    fn unknown_segments_are_found_in_flags_segments_and_rings() {
        let mut flag = good_flag();
        let nested = Condition::All(vec![in_segment("stuff"), in_segment("staff")]);
        flag.environments[2].rules = vec![rule("r", vec![nested], "on")];
        let other = segment("other", vec![in_segment("nowhere")]);
        let expected = [
            "unknown-segment value environments.production.rules[0].when[0].all[0].segment in new-checkout.yaml",
            "unknown-segment value match[0].segment in other.yaml",
            "unused-segment file in other.yaml",
        ];
        assert_eq!(places_of_repository(std::slice::from_ref(&flag), &[staff(), other]), expected);
        let found = found_in_repository(&[flag], &[staff()]);
        assert_eq!(found[0].help, ["did you mean `staff`?"]);
        let expected = ["unknown-segment value rings[0].segment in flags/features/new-checkout.yaml"];
        assert_eq!(places_of_repository(&[], &[]), expected, "of the project, whose ring it is");
    }

    #[test]
    fn required_flags_and_variants_must_exist() {
        let mut flag = good_flag();
        let mut other = good_experiment();
        other.key = "layout".parse().unwrap();
        let mut boolean = good_flag();
        boolean.key = "payments".parse().unwrap();
        flag.requires = vec![requirement("layout", "treatment"), requirement("payments", "on")];
        let all = |flag: &crate::model::Flag| {
            places_of_repository(&[flag.clone(), other.clone(), boolean.clone()], &[staff()])
        };
        assert!(all(&flag).is_empty(), "{:?}", all(&flag));

        flag.requires = vec![requirement("layuot", "treatment"), requirement("layout", "on")];
        flag.environments[1].requires = vec![requirement("payments", "treatment")];
        let expected = [
            "unknown-flag value requires[0].flag in new-checkout.yaml",
            "unknown-required-variant value requires[1].serves in new-checkout.yaml",
            "unknown-required-variant value environments.staging.requires[0].serves in new-checkout.yaml",
        ];
        assert_eq!(all(&flag), expected);
        let found = found_in_repository(&[flag, other.clone(), boolean.clone()], &[staff()]);
        let texts: Vec<_> = found.iter().map(|problem| problem.message.as_str()).collect();
        assert_eq!(texts[1], "`layout` is a string flag without a variant `true`");
        assert_eq!(texts[2], "`payments` is a boolean flag, which serves `true` or `false`, not \"treatment\"");
    }

    #[test]
    fn a_lost_flag_that_all_require_is_looked_for_once() {
        let flags: Vec<_> = (0..200)
            .map(|at| {
                let mut flag = good_flag();
                flag.key = format!("flag-{at}").parse().unwrap();
                flag.requires = vec![requirement("flag-x", "on"), requirement(&format!("gone-{at}"), "on")];
                flag
            })
            .collect();
        let found = found_in_repository(&flags, &[staff()]);
        assert_eq!(found.len(), 400);
        assert_eq!(found[398].help, found[0].help, "the same name has the same help to the end");
        assert_eq!(found[399].help, ["correct the key; `git flag list` shows all flags"]);
    }

    #[test]
    fn files_that_do_not_read_still_count_as_there() {
        let mut flag = good_flag();
        flag.requires = vec![requirement("broken", "on")];
        flag.environments[2].rules = vec![rule("r", vec![in_segment("torn")], "on")];
        let project = project();
        let context = context(&project);
        let flags = [FlagFacts::of(&context, &flag), FlagFacts::broken("b.yaml".into(), "broken".parse().unwrap())];
        let segments = ["torn", "staff"].map(|name| SegmentFacts::broken(name.into(), name.parse().unwrap()));
        assert_eq!(check_facts(&context, &flags, &segments), []);
    }

    #[test]
    fn a_flag_can_not_require_itself() {
        let mut flag = good_flag();
        flag.environments[1].requires = vec![requirement("new-checkout", "on")];
        assert_eq!(places_of_flag(&flag), ["self-requirement value environments.staging.requires[0].flag"]);
        assert_eq!(places_of_repository(&[flag], &[staff()]), Vec::<String>::new());
    }
}
