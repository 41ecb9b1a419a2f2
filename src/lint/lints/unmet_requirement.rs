//! Requirements can hold.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::lint::UNMET_REQUIREMENT;
use crate::lint::facts::{FlagFacts, RequirementFacts};
use crate::lint::{Check, Lint, Repository};
use crate::model::EnvironmentName;
use crate::source::Place;

pub(super) const LINT: Lint = Lint { code: &UNMET_REQUIREMENT, checks: &[Check::Repository(check)] };

fn check(repository: &Repository<'_>, found: &mut Vec<Diagnostic>) {
    for flag in repository.flags.iter().filter(|flag| flag.off.is_none()) {
        for requirement in &flag.requires {
            let Some(other) = repository.flag(requirement.flag.as_str()) else { continue };
            if other.key != flag.key && other.value_type.is_some() {
                requirement_of(repository, flag, requirement, other, found);
            }
        }
    }
}

fn requirement_of(
    repository: &Repository<'_>,
    flag: &FlagFacts,
    requirement: &RequirementFacts,
    other: &FlagFacts,
    found: &mut Vec<Diagnostic>,
) {
    let Some(variant) = other.variant(&requirement.serves) else { return };
    let key = &other.key;
    let problem = |message: String| {
        Diagnostic::new(&UNMET_REQUIREMENT, message)
            .at(flag.requirement_place(requirement, "flag"))
            .related(Place::file(other.file.clone()), format!("`{key}` is defined here"))
            .help("correct the required flag or the requirement, or disable this flag there")
    };
    if let Some(off) = other.off {
        found.push(problem(format!("`{}` requires `{key}`, which is {off}", flag.key)));
        return;
    }
    let shown = requirement.shown();
    // The environments with the same reason share a finding.
    let mut reasons: Vec<(String, Vec<&EnvironmentName>)> = Vec::new();
    for name in repository.environments() {
        let asked = requirement.environment.as_ref().is_none_or(|only| only == name);
        let on = flag.environment(name).is_some_and(|environment| environment.off.is_none());
        if !asked || !on {
            continue;
        }
        let reason = match other.environment(name) {
            None => "not there".to_owned(),
            Some(environment) => match environment.off {
                Some(off) => format!("{off} there"),
                None if environment.serves(variant) => continue,
                None => format!("never serving `{shown}` there"),
            },
        };
        match reasons.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, names)) => names.push(name),
            None => reasons.push((reason, vec![name])),
        }
    }
    for (reason, names) in reasons {
        let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
        let message = format!("in {} `{}` requires `{key}`, which is {reason}", names.join(" and "), flag.key);
        found.push(problem(message));
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::testing::{found_in_repository, good_flag, places, requirement, staff};
    use crate::model::{Archived, Flag};

    fn other() -> Flag {
        let mut other = good_flag();
        other.key = "payments".parse().unwrap();
        other
    }

    fn found(other: &Flag, serves: &str) -> Vec<String> {
        let mut flag = good_flag();
        flag.requires = vec![requirement("payments", serves)];
        let found = found_in_repository(&[flag, other.clone()], &[staff()]);
        let expected = "unmet-requirement value requires[0].flag";
        assert!(places(&found).iter().all(|place| place == expected), "{found:?}");
        found.into_iter().map(|problem| problem.message).collect()
    }

    #[test]
    fn the_other_flag_must_be_on_and_serve_the_variant() {
        assert!(found(&other(), "on").is_empty());
        let expected =
            "in `development` and `staging` `new-checkout` requires `payments`, which is never serving `false` there";
        assert_eq!(found(&other(), "off"), [expected], "production serves it outside the share");

        let mut disabled = other();
        disabled.environments[2].enabled = false;
        disabled.environments.remove(0);
        let expected = [
            "in `development` `new-checkout` requires `payments`, which is not there",
            "in `production` `new-checkout` requires `payments`, which is disabled there",
        ];
        assert_eq!(found(&disabled, "on"), expected);

        let mut archived = other();
        archived.archived = Some(Archived { at: None, by: None });
        assert_eq!(found(&archived, "on"), ["`new-checkout` requires `payments`, which is archived"]);
    }

    #[test]
    fn environments_where_the_flag_is_off_do_not_count() {
        let mut off = other();
        off.environments[2].serve = "off".into();
        let mut flag = good_flag();
        flag.environments[2].requires = vec![requirement("payments", "on")];
        assert_eq!(found_in_repository(&[flag.clone(), off.clone()], &[staff()]).len(), 1);
        flag.environments[2].enabled = false;
        assert!(found_in_repository(&[flag, off], &[staff()]).is_empty());
    }
}
