//! Flags for the tests of this room.

use crate::model::sample;
use crate::model::{
    Archived, Bucketing, Condition, Environment, Flag, Kill, Kind, Lifetime, Rollout, Schedule, Serve, Setting,
};

pub(super) use crate::model::sample::*;

/// A flag with something in every field.
pub(super) fn rich() -> Flag {
    let requirement = |flag: &str| sample::requirement(flag, "on");
    let kill = || Kill { reason: "errors".to_owned(), by: Some("ada".to_owned()), at: Some(time("2026-01-02")) };
    let staged = strategy(
        "canary",
        Some("blue"),
        vec![
            ("stages", Setting::Shares(vec![share("1"), share("5"), share("25")])),
            ("stage", Setting::Count(2)),
            ("soak", Setting::Length(length("1h"))),
        ],
    );
    let mut staff = rule("staff", vec![in_segment("staff"), test("plan", "equals", &["pro"])], fixed("blue"));
    staff.description = Some("colleagues".to_owned());
    let everyone = rule(
        "premium",
        vec![Condition::Any(vec![
            test("country", "in", &["DE", "FR"]),
            Condition::Not(Box::new(Condition::Percentage {
                share: share("10"),
                by: Some(path("company.id").into()),
                salt: Some("s".to_owned()),
                bucketing: Some(Bucketing::FlagdV2),
            })),
        ])],
        Serve::Rollout(Rollout {
            by: Some(path("company.id").into()),
            salt: Some("x".to_owned()),
            bucketing: Some(Bucketing::FlagdV2),
            ..staged
        }),
    );
    let production = Environment {
        schedule: Some(Schedule { from: Some(time("2026-12-01")), until: Some(time("2027-01-01")) }),
        requires: vec![requirement("region-ready")],
        killed: Some(kill()),
        targets: vec![target("green", &["user-1", "user-2"]), target("blue", &["user-9"])],
        rules: vec![staff, everyone, rule("", vec![in_segment("beta")], fixed("green"))],
        ..on("production", split("control 34, blue 33, green 33"))
    };
    Flag {
        name: Some("Checkout".to_owned()),
        description: Some("One page".to_owned()),
        kind: Some(Kind::Experiment),
        owner: Some("team-a".to_owned()),
        tags: vec!["web".to_owned(), "checkout".to_owned()],
        lifetime: Lifetime::Expires(time("2027-03-01")),
        links: [("ticket".to_owned(), "PAY-1".to_owned())].into(),
        salt: Some("old-salt".to_owned()),
        bucketing: Some(Bucketing::FlagdV2),
        requires: vec![requirement("payments"), requirement("tax")],
        killed: Some(kill()),
        archived: Some(Archived { at: Some(time("2026-05-01")), by: Some("bo".to_owned()) }),
        metadata: [("team".to_owned(), serde_json::json!({"size": 3}))].into_iter().collect(),
        ..colours("rich", vec![on("staging", fixed("blue")), production])
    }
}
