//! Releases that are done go.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::lint::FULLY_ROLLED_OUT;
use crate::lint::outcome;
use crate::lint::{Check, FileContext, Lint};
use crate::model::{Flag, Kind, Lifetime, VariantName};

pub(super) const LINT: Lint = Lint { code: &FULLY_ROLLED_OUT, checks: &[Check::Flag(check)] };

fn check(context: &FileContext<'_>, flag: &Flag, found: &mut Vec<Diagnostic>) {
    let Some(kind @ (Kind::Release | Kind::Experiment)) = flag.kind else { return };
    if flag.lifetime == Lifetime::Permanent || flag.killed.is_some() || !flag.requires.is_empty() {
        return;
    }
    let Some(variant) = everyone_gets(context, flag) else { return };
    if *variant != flag.default {
        let shown = match variant.as_str() {
            "on" => "true",
            name => name,
        };
        found.push(
            Diagnostic::new(&FULLY_ROLLED_OUT, format!("everyone gets `{shown}` of this {kind} in every environment"))
                .at(context.whole())
                .help(format!("remove the flag from the code, then `git flag archive {}`", flag.key)),
        );
    }
}

/// The one variant that everyone gets in every environment of the project.
fn everyone_gets<'a>(context: &FileContext<'_>, flag: &'a Flag) -> Option<&'a VariantName> {
    let mut one: Option<&VariantName> = None;
    for environment in context.project.environment_names() {
        let environment = flag.environment(environment)?;
        let open = environment.schedule.is_some() || !environment.requires.is_empty() || environment.killed.is_some();
        if !environment.enabled || open {
            return None;
        }
        for (_, serve) in environment.serves() {
            let variant = outcome::only(context.project, context.now, flag, serve)?;
            if !outcome::always_decides(context.project, context.now, serve) || one.is_some_and(|one| one != variant) {
                return None;
            }
            one = Some(variant);
        }
        if environment.targets.iter().any(|target| Some(&target.serve) != one) {
            return None;
        }
    }
    one
}

#[cfg(test)]
mod tests {
    use crate::lint::testing::{good_flag, percentage, places_of_flag, target};
    use crate::model::Kind;

    #[test]
    fn done_means_everyone_everywhere() {
        let mut flag = good_flag();
        flag.environments[2].serve = percentage("100");
        assert_eq!(places_of_flag(&flag), ["fully-rolled-out file"]);
        flag.kind = Some(Kind::Ops);
        assert!(places_of_flag(&flag).is_empty());
        flag.kind = Some(Kind::Release);
        flag.environments[2].targets = vec![target("off", &["user-1"])];
        assert!(places_of_flag(&flag).is_empty(), "one unit does not get it");
        flag.environments.pop();
        assert!(places_of_flag(&flag).is_empty(), "production is not there yet");
    }
}
