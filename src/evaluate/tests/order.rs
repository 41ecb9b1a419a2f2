use super::support::*;
use crate::evaluate::{Context, Program, evaluate};
use crate::model::{Archived, Kill, Schedule};
use serde_json::json;

fn kill(reason: &str) -> Kill {
    Kill { reason: reason.into(), by: None, at: None }
}

/// A flag with everything: whatever comes first in the order has to win.
fn full() -> crate::model::Flag {
    let mut flag = with(boolean("full", percentage("50")), |production| {
        production.schedule = Some(Schedule { from: Some(at("2026-12-01")), until: Some(at("2026-12-31")) });
        production.targets = vec![target("on", &["user-1"]), target("off", &["user-2"])];
        production.rules = vec![rule(Some("pro"), vec![equals("plan", "pro")], serve("on"))];
    });
    flag.requires = vec![requires("other", "on")];
    flag
}

fn ask_full(change: impl FnOnce(&mut crate::model::Flag), context: &str, now: &str) -> String {
    let mut flag = full();
    change(&mut flag);
    ask_at(&catalog([flag, boolean("other", serve("on"))], []), "full", context, now)
}

const USER_1: &str = r#"{"targetingKey": "user-1", "plan": "pro"}"#;

#[test]
fn an_unknown_flag_is_an_error() {
    let program = Program::compile(&catalog([], []));
    let context = Context::default();
    let decision = evaluate(&program, "nothing", PRODUCTION, &context, at(NOW));
    assert_eq!(words(&decision), "- ERROR: FLAG_NOT_FOUND: there is no flag of this name");
    assert_eq!((decision.key, decision.environment, decision.value), ("nothing", PRODUCTION, None));
}

#[test]
fn the_first_that_applies_wins() {
    let off = |flag: &mut crate::model::Flag| flag.environments[0].enabled = false;
    assert_eq!(ask_full(|_| (), USER_1, NOW), "on TARGETING_MATCH");
    assert_eq!(ask_full(|_| (), USER_1, "2026-11-30"), "off DISABLED: the flag is not on before 2026-12-01T00:00:00Z");
    let everything_off = |flag: &mut crate::model::Flag| {
        off(flag);
        flag.killed = Some(kill("outage"));
        flag.archived = Some(Archived { at: None, by: None });
        flag.environments[0].killed = Some(kill("here"));
    };
    assert_eq!(ask_full(everything_off, USER_1, "2026-11-30"), "off DISABLED: the flag is killed: outage");
    let not_killed_everywhere = |flag: &mut crate::model::Flag| {
        everything_off(flag);
        flag.killed = None;
    };
    assert_eq!(ask_full(not_killed_everywhere, USER_1, "2026-11-30"), "off DISABLED: the flag is killed: here");
    let not_killed = |flag: &mut crate::model::Flag| {
        not_killed_everywhere(flag);
        flag.environments[0].killed = None;
    };
    assert_eq!(ask_full(not_killed, USER_1, "2026-11-30"), "off DISABLED: the flag is archived");
    assert_eq!(ask_full(off, USER_1, "2026-11-30"), "off DISABLED: the flag is disabled");
}

#[test]
fn off_serves_the_default_whatever_it_is() {
    let disabled = |default: &str| {
        let mut flag = with(boolean("x", serve("off")), |production| production.enabled = false);
        flag.default = variant(default);
        ask_flag(flag, USER_1)
    };
    assert_eq!(disabled("on"), "on DISABLED: the flag is disabled");
    assert_eq!(disabled("off"), "off DISABLED: the flag is disabled");
}

#[test]
fn an_environment_that_the_flag_does_not_have_is_off() {
    let program = Program::compile(&catalog([boolean("x", serve("on"))], []));
    let context = Context::default();
    for environment in ["staging", "nowhere", ""] {
        let decision = evaluate(&program, "x", environment, &context, at(NOW));
        assert_eq!(words(&decision), "off DISABLED: the flag does not have this environment");
    }
    let mut flag = boolean("x", serve("on"));
    flag.killed = Some(kill("outage"));
    let program = Program::compile(&catalog([flag], []));
    let decision = evaluate(&program, "x", "staging", &context, at(NOW));
    assert_eq!(words(&decision), "off DISABLED: the flag is killed: outage");
}

#[test]
fn a_schedule_is_half_open() {
    let ask = |from: Option<&str>, until: Option<&str>, now| {
        let flag = with(boolean("x", serve("on")), |production| {
            production.schedule = Some(Schedule { from: from.map(at), until: until.map(at) });
        });
        ask_at(&catalog([flag], []), "x", "{}", now)
    };
    let (from, until) = (Some("2026-12-01"), Some("2026-12-02"));
    assert_eq!(ask(from, until, "2026-12-01"), "on DEFAULT");
    assert_eq!(ask(from, until, "2026-12-01T23:59:59Z"), "on DEFAULT");
    assert_eq!(ask(from, until, "2026-12-02"), "off DISABLED: the flag is off since 2026-12-02T00:00:00Z");
    assert_eq!(
        ask(from, until, "2026-11-30T23:59:59Z"),
        "off DISABLED: the flag is not on before 2026-12-01T00:00:00Z"
    );
    assert_eq!(ask(from, None, "2999-01-01"), "on DEFAULT");
    assert_eq!(ask(None, until, "1000-01-01"), "on DEFAULT");
}

#[test]
fn the_first_target_wins_over_rules() {
    let ask = |context| ask_full(|_| (), context, NOW);
    assert_eq!(ask(r#"{"targetingKey": "user-2", "plan": "pro"}"#), "off TARGETING_MATCH");
    assert_eq!(ask(r#"{"targetingKey": "user-3", "plan": "pro"}"#), "on TARGETING_MATCH pro");
    assert_eq!(ask(r#"{"plan": "pro"}"#), "on TARGETING_MATCH pro");
    let flag = with(boolean("x", serve("on")), |production| {
        production.targets = vec![target("off", &["u"]), target("on", &["u"])];
    });
    assert_eq!(ask_flag(flag, r#"{"targetingKey": "u"}"#), "off TARGETING_MATCH", "also where a unit stands twice");
}

#[test]
fn numbers_are_targeted_like_their_decimals() {
    let flag = || with(boolean("x", serve("off")), |production| production.targets = vec![target("on", &["123"])]);
    for unit in ["123", "123.0", "\"123\""] {
        assert_eq!(ask_flag(flag(), &format!(r#"{{"targetingKey": {unit}}}"#)), "on TARGETING_MATCH", "{unit}");
    }
    for unit in ["123.5", "\"0123\"", "null", "[123]", "true"] {
        assert_eq!(ask_flag(flag(), &format!(r#"{{"targetingKey": {unit}}}"#)), "off DEFAULT", "{unit}");
    }
}

#[test]
fn rules_are_taken_top_down_and_named_by_id_or_position() {
    let flag = || {
        with(string("x", serve("green")), |production| {
            production.rules = vec![
                rule(None, vec![equals("plan", "pro"), equals("country", "DE")], serve("blue")),
                rule(Some("pro"), vec![equals("plan", "pro")], serve("control")),
                rule(None, vec![], serve("blue")),
            ];
        })
    };
    assert_eq!(ask_flag(flag(), r#"{"plan": "pro", "country": "DE"}"#), "blue TARGETING_MATCH #1");
    assert_eq!(ask_flag(flag(), r#"{"plan": "pro"}"#), "control TARGETING_MATCH pro");
    assert_eq!(ask_flag(flag(), "{}"), "blue TARGETING_MATCH #3", "an empty `when` matches everyone");
}

#[test]
fn a_matching_rule_whose_serve_needs_a_missing_unit_does_not_match() {
    let flag = || {
        with(boolean("x", serve("off")), |production| {
            production.rules = vec![
                rule(Some("half"), vec![equals("plan", "pro")], percentage("50")),
                rule(Some("rest"), vec![equals("plan", "pro")], serve("on")),
            ];
        })
    };
    assert_eq!(ask_flag(flag(), r#"{"plan": "pro"}"#), "on TARGETING_MATCH rest");
    assert_eq!(ask_flag(flag(), r#"{"plan": "pro", "targetingKey": "user-1"}"#).split(' ').nth(1), Some("SPLIT"));
}

#[test]
fn static_is_only_what_clients_may_cache() {
    let plain = || boolean("x", serve("on"));
    assert_eq!(ask_flag(plain(), USER_1), "on STATIC");
    assert_eq!(ask_flag(boolean("x", percentage("100")), USER_1), "on STATIC");
    assert_eq!(ask_flag(boolean("x", percentage("0")), USER_1), "off STATIC");
    let changed =
        |change: fn(&mut crate::model::Environment)| ask_flag(with(plain(), change), r#"{"targetingKey": "x"}"#);
    assert_eq!(changed(|production| production.targets = vec![target("off", &["user-1"])]), "on DEFAULT");
    assert_eq!(
        changed(|production| production.rules = vec![rule(None, vec![equals("a", "b")], serve("off"))]),
        "on DEFAULT"
    );
    assert_eq!(
        changed(|production| production.schedule = Some(Schedule { from: Some(at("2026-01-01")), until: None })),
        "on DEFAULT"
    );
    let mut flag = plain();
    flag.requires = vec![requires("other", "on")];
    assert_eq!(ask(&catalog([flag, boolean("other", serve("on"))], []), "x", USER_1), "on DEFAULT");
}

#[test]
fn json_has_the_names_of_ofrep_in_order() {
    let mut flag = boolean("x", percentage("50"));
    flag.metadata = serde_json::from_value(json!({"team": "web", "n": 1, "list": [1], "none": null, "o": {}})).unwrap();
    flag.environments[0].rules = vec![rule(Some("half"), vec![], percentage("50"))];
    let program = Program::compile(&catalog([flag], []));
    let user = Context::of_user("user-1");
    let decision = evaluate(&program, "x", PRODUCTION, &user, at(NOW));
    let bucket = decision.bucket.unwrap();
    let (variant, value) = if bucket.get() < 50_000 { ("on", true) } else { ("off", false) };
    assert_eq!(
        serde_json::to_string(&decision).unwrap(),
        format!(
            r#"{{"key":"x","value":{value},"variant":"{variant}","reason":"SPLIT","metadata":{{"team":"web","n":1}},"environment":"production","rule":"half","bucket":{bucket}}}"#
        )
    );
    let unknown = evaluate(&program, "y", PRODUCTION, &user, at(NOW));
    assert_eq!(
        serde_json::to_string(&unknown).unwrap(),
        r#"{"key":"y","reason":"ERROR","errorCode":"FLAG_NOT_FOUND","errorDetails":"there is no flag of this name","environment":"production"}"#
    );
    let absent = evaluate(&program, "x", "staging", &user, at(NOW)).to_json();
    assert_eq!(absent["cause"], "the flag does not have this environment");
}
