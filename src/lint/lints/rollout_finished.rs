//! Strategies over time are still under way.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::lint::ROLLOUT_FINISHED;
use crate::document::encode;
use crate::lint::outcome;
use crate::lint::trail::flag_rollouts;
use crate::lint::{Check, FileContext, Lint};
use crate::model::{Flag, Rollout, Serve, Setting, Share, ValueType};
use crate::yaml::{self, Data};

pub(super) const LINT: Lint = Lint { code: &ROLLOUT_FINISHED, checks: &[Check::Flag(check)] };

fn check(context: &FileContext<'_>, flag: &Flag, found: &mut Vec<Diagnostic>) {
    flag_rollouts(flag, &mut |trail, environment, rollout| {
        let share = match (outcome::end_of_growth(rollout), rollout.setting("stages")) {
            (Some((end, share)), _) if end <= context.now => share,
            // A canary that stops below 100 % is a plain percentage in other words; at 100 % it is done.
            (None, Some(Setting::Shares(_)))
                if outcome::settled_share(context.project, context.now, rollout) == Some(Share::FULL) =>
            {
                Share::FULL
            }
            _ => return,
        };
        let instead = instead(flag.value_type == ValueType::Boolean, share, rollout);
        let message = format!("the {} rollout in `{}` has reached {share}%", rollout.strategy, environment.name);
        found.push(
            Diagnostic::new(&ROLLOUT_FINISHED, message)
                .at(context.key(trail.key(rollout.strategy).path()))
                .help(format!("write `{instead}`, which means the same from now on")),
        );
    });
}

/// The serve that means the same once the rollout stands at `share`, as it is written.
fn instead(boolean: bool, share: Share, rollout: &Rollout) -> String {
    let serve = match &rollout.serve {
        Some(variant) if share == Share::FULL => Serve::Variant(variant.clone()),
        // What says in which bucket somebody is stays, or everyone would be drawn anew.
        _ => Serve::Rollout(Rollout {
            strategy: "percentage",
            settings: vec![("percentage", Setting::Share(share))],
            ..rollout.clone()
        }),
    };
    yaml::document(&Data::map([("serve", encode::serve(&serve, boolean))])).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use crate::lint::check_flag;
    use crate::lint::testing::{at, context, good_flag, places, project, share, strategy};
    use crate::model::{Seconds, Serve, Setting};

    fn found(serve: Serve) -> Vec<(String, String)> {
        let mut flag = good_flag();
        flag.kind = None;
        flag.environments[2].serve = serve;
        let found = check_flag(&context(&project()), &flag);
        places(&found).into_iter().zip(found.iter().map(|problem| problem.help[0].clone())).collect()
    }

    fn gradual(from: &str, max: &str) -> Serve {
        let settings = vec![
            ("from", Setting::Time(at(from))),
            ("step", Setting::Share(share("30"))),
            ("every", Setting::Length(Seconds::new(86_400))),
            ("max", Setting::Share(share(max))),
        ];
        strategy("gradual", Some("on"), settings)
    }

    #[test]
    fn growth_ends_when_the_last_step_is_taken() {
        // 0, 30, 60, 90, 100: the fourth day is the first at 100 %.
        assert_eq!(found(gradual("2026-11-28", "100")), []);
        let expected = "rollout-finished key environments.production.serve.gradual";
        let help = "write `serve: true`, which means the same from now on";
        assert_eq!(found(gradual("2026-11-27", "100")), [(expected.into(), help.into())]);
        let help = "write `serve: {percentage: 60}`, which means the same from now on";
        assert_eq!(found(gradual("2026-11-29", "60")), [(expected.into(), help.into())]);
    }

    #[test]
    fn the_advice_keeps_everyone_in_the_same_bucket() {
        let Serve::Rollout(mut rollout) = gradual("2026-11-29", "60") else { panic!("a strategy") };
        rollout.by = crate::model::AttributePath::parse("company.id").map(Into::into);
        rollout.salt = Some("2026".to_owned());
        rollout.bucketing = Some(crate::model::Bucketing::FlagdV2);
        let help = &found(Serve::Rollout(rollout))[0].1;
        let serve = "serve: {percentage: 60, by: company.id, salt: \"2026\", bucketing: flagd-v2}";
        assert_eq!(*help, format!("write `{serve}`, which means the same from now on"));
    }

    #[test]
    fn linear_ends_at_its_end_and_a_canary_at_everyone() {
        let linear = |until| {
            strategy(
                "linear",
                Some("on"),
                vec![("from", Setting::Time(at("2026-11-01"))), ("until", Setting::Time(at(until)))],
            )
        };
        assert_eq!(found(linear("2026-12-02")), []);
        assert_eq!(found(linear("2026-12-01"))[0].0, "rollout-finished key environments.production.serve.linear");
        let canary = |stage| {
            let stages = Setting::Shares(vec![share("5"), share("100")]);
            strategy("canary", Some("on"), vec![("stages", stages), ("stage", Setting::Count(stage))])
        };
        assert_eq!(found(canary(1)), []);
        assert_eq!(found(canary(2))[0].0, "rollout-finished key environments.production.serve.canary");
    }
}
