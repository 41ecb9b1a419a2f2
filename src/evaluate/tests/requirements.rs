use super::support::*;
use crate::model::{Archived, Catalog, Flag, Kill, Schedule};

const USER: &str = r#"{"targetingKey": "user-1"}"#;

/// `x` requires `other` to serve `on`.
fn pair(other: Flag) -> Catalog {
    let mut flag = boolean("x", serve("on"));
    flag.requires = vec![requires("other", other.variants[0].name.as_str())];
    catalog([flag, other], [])
}

#[test]
fn a_requirement_holds_when_the_other_flag_serves_the_variant() {
    assert_eq!(ask(&pair(boolean("other", serve("on"))), "x", USER), "on DEFAULT");
    assert_eq!(
        ask(&pair(boolean("other", serve("off"))), "x", USER),
        "off DEFAULT: requirement `other` must serve `on` but serves `off`"
    );
}

#[test]
fn requirements_of_the_environment_count_as_well() {
    let flag = with(boolean("x", serve("on")), |production| production.requires = vec![requires("other", "on")]);
    let catalog = catalog([flag, boolean("other", serve("off"))], []);
    assert_eq!(ask(&catalog, "x", USER), "off DEFAULT: requirement `other` must serve `on` but serves `off`");
}

#[test]
fn an_equal_default_does_not_count() {
    let on_by_default = || {
        let mut other = boolean("other", serve("on"));
        other.default = variant("on");
        other
    };
    let off = |change: &dyn Fn(&mut Flag)| {
        let mut other = on_by_default();
        change(&mut other);
        let answer = ask(&pair(other), "x", "{}");
        answer.strip_prefix("off DEFAULT: requirement `other` must serve `on` but ").unwrap().to_owned()
    };
    assert_eq!(off(&|other| other.environments[0].enabled = false), "is disabled");
    assert_eq!(
        off(&|other| other.killed = Some(Kill { reason: "outage".into(), by: None, at: None })),
        "is killed: outage"
    );
    assert_eq!(
        off(&|other| other.environments[0].killed = Some(Kill { reason: String::new(), by: None, at: None })),
        "is killed"
    );
    assert_eq!(off(&|other| other.archived = Some(Archived { at: None, by: None })), "is archived");
    assert_eq!(off(&|other| other.environments.clear()), "does not have this environment");
    assert_eq!(
        off(&|other| other.environments[0].schedule = Some(Schedule { from: Some(at("2027-01-01")), until: None })),
        "is not on before 2027-01-01T00:00:00Z"
    );
    assert_eq!(
        off(&|other| other.environments[0].schedule = Some(Schedule { from: None, until: Some(at("2026-01-01")) })),
        "is off since 2026-01-01T00:00:00Z"
    );
    assert_eq!(
        off(&|other| other.environments[0].serve = percentage("50")),
        "needs the unit `targetingKey`, which the context does not have"
    );
    assert_eq!(ask(&pair(on_by_default()), "x", "{}"), "on DEFAULT", "but serving it counts");
}

#[test]
fn the_share_outside_of_a_strategy_is_served_and_counts() {
    let mut other = string("other", serve("control"));
    other.environments[0].rules = vec![rule(
        None,
        vec![],
        crate::model::Serve::Rollout(rollout(
            "percentage",
            vec![("percentage", crate::model::Setting::Share(share("0.001")))],
            Some("blue"),
        )),
    )];
    assert_eq!(ask(&pair(other), "x", USER), "on DEFAULT", "`control` is what the rule decides on");
}

#[test]
fn the_same_context_and_time_are_used() {
    let other = with(boolean("other", serve("off")), |production| {
        production.rules = vec![rule(None, vec![equals("plan", "pro")], serve("on"))];
    });
    assert_eq!(ask(&pair(other.clone()), "x", r#"{"plan": "pro"}"#), "on DEFAULT");
    assert!(ask(&pair(other), "x", r#"{"plan": "free"}"#).starts_with("off DEFAULT"));
    let other = with(boolean("other", serve("on")), |production| {
        production.schedule = Some(Schedule { from: Some(at("2026-12-01")), until: None });
    });
    assert_eq!(ask_at(&pair(other.clone()), "x", "{}", "2026-12-01"), "on DEFAULT");
    assert!(ask_at(&pair(other), "x", "{}", "2026-11-30").starts_with("off DEFAULT"));
}

#[test]
fn the_end_of_a_chain_is_named() {
    let mut flags: Vec<Flag> = ["a", "b", "c", "d"].map(|key| boolean(key, serve("on"))).into();
    for (index, next) in ["b", "c", "d"].into_iter().enumerate() {
        flags[index].requires = vec![requires(next, "on")];
    }
    flags[3].environments[0].enabled = false;
    let catalog = catalog(flags, []);
    assert_eq!(
        ask(&catalog, "a", USER),
        "off DEFAULT: requirement `b` must serve `on` but is off because requirement `d` must serve `on` but is disabled"
    );
    assert_eq!(ask(&catalog, "c", USER), "off DEFAULT: requirement `d` must serve `on` but is disabled");
}

#[test]
fn requirements_come_before_targets_and_after_being_off() {
    let mut flag = with(boolean("x", serve("on")), |production| production.targets = vec![target("on", &["user-1"])]);
    flag.requires = vec![requires("other", "on")];
    let others = || [flag.clone(), boolean("other", serve("off"))];
    assert!(ask(&catalog(others(), []), "x", USER).starts_with("off DEFAULT: requirement"));
    let mut off = others();
    off[0].environments[0].enabled = false;
    assert_eq!(ask(&catalog(off, []), "x", USER), "off DISABLED: the flag is disabled");
}
