//! The value path does not allocate.

#![expect(clippy::unwrap_used, reason = "tests may stop")]

#[path = "../benches/workload/mod.rs"]
mod workload;

use git_flag::evaluate::{Program, Reason};
use git_flag::model::{
    Catalog, Environment, Flag, FlagKey, Kill, Operand, Requirement, Rollout, Scalar, Serve, Setting, Share, Timestamp,
    VariantName,
};
use workload::{ENVIRONMENT, plain_key, ruled_key};

fn allocations(work: impl FnOnce()) -> u64 {
    allocation_counter::measure(work).count_total
}

#[test]
fn the_counter_counts() {
    assert!(allocations(|| drop(std::hint::black_box(vec![1_u8; 100]))) > 0);
}

#[test]
fn deciding_does_not_allocate() {
    let catalog = workload::catalog();
    let context = workload::context();
    let program = Program::compile(&catalog);
    let bound = program.bind(&context);
    let now = Timestamp::from_unix(1_790_000_000);
    let (plain, ruled) = (plain_key(1), ruled_key(1));
    let mut reasons = Vec::with_capacity(4);
    let count = allocations(|| {
        for key in [plain.as_str(), &ruled, "unknown"] {
            reasons.push(bound.evaluate(key, ENVIRONMENT, now).reason);
        }
        reasons.push(bound.evaluate(&plain, "nowhere", now).reason);
        assert!(bound.value(&ruled, ENVIRONMENT, now).is_some());
    });
    assert_eq!(reasons, [Reason::Static, Reason::Split, Reason::Error, Reason::Disabled]);
    assert_eq!(count, 0);
    let mut on = 0;
    let count = allocations(|| {
        on = bound.evaluate_all(ENVIRONMENT, now).filter(|decision| decision.as_bool() == Some(true)).count();
    });
    assert!((720..780).contains(&on), "{on}");
    assert_eq!(count, 0);
}

/// The first flag of the workload, with another key and changed.
fn add(catalog: &mut Catalog, key: &str, change: impl FnOnce(&mut Flag, &mut Environment)) {
    let mut flag = catalog.flags[plain_key(0).as_str()].clone();
    flag.key = FlagKey::new(key).unwrap();
    let mut environment = flag.environments.remove(0);
    change(&mut flag, &mut environment);
    flag.environments.push(environment);
    catalog.flags.insert(flag.key.clone(), flag);
}

fn requires(key: &str) -> Requirement {
    Requirement { flag: FlagKey::new(key).unwrap(), serves: VariantName::boolean(true), boolean: true }
}

#[test]
fn failing_does_not_allocate_either() {
    let mut catalog = workload::catalog();
    add(&mut catalog, "killed", |flag, _| {
        flag.killed = Some(Kill { reason: "outage".into(), by: None, at: None });
    });
    add(&mut catalog, "first", |flag, _| flag.requires.push(requires("killed")));
    add(&mut catalog, "second", |flag, _| flag.requires.push(requires("first")));
    add(&mut catalog, "broken", |flag, _| flag.requires.push(requires("missing")));
    add(&mut catalog, "by-company", |_, environment| {
        environment.serve = Serve::Rollout(Rollout {
            strategy: "percentage",
            settings: vec![("percentage", Setting::Share(Share::parse("50").unwrap()))],
            serve: None,
            by: git_flag::model::AttributePath::parse("company.id").map(Into::into),
            salt: None,
            bucketing: None,
        });
    });
    let program = Program::compile(&catalog);
    let context = workload::context();
    let bound = program.bind(&context);
    let now = Timestamp::from_unix(1_790_000_000);
    for (key, reason, has_cause) in [
        ("killed", Reason::Disabled, true),
        ("second", Reason::Default, true),
        ("broken", Reason::Error, false),
        ("by-company", Reason::Default, true),
    ] {
        let mut decision = None;
        let count = allocations(|| decision = Some(bound.evaluate(key, ENVIRONMENT, now)));
        let decision = decision.unwrap();
        assert_eq!((decision.reason, decision.cause.is_some(), count), (reason, has_cause, 0), "{key}");
    }
}

#[test]
fn a_regular_expression_does_not_allocate_once_it_is_warm() {
    let mut catalog = workload::catalog();
    add(&mut catalog, "pattern", |_, environment| {
        let mut rule = catalog_rule();
        let operand = Operand::One(Scalar::Text("^[a-z]+@example\\.org$".into()));
        rule.when = vec![git_flag::model::Condition::Test(git_flag::model::Test {
            attribute: git_flag::model::AttributePath::parse("email").unwrap(),
            operator: "matches",
            operand,
            ignore_case: false,
            lenient: false,
            any_item: false,
        })];
        environment.rules.push(rule);
    });
    let program = Program::compile(&catalog);
    let context = workload::context();
    let bound = program.bind(&context);
    let now = Timestamp::from_unix(0);
    let ask = || assert_eq!(bound.evaluate("pattern", ENVIRONMENT, now).reason, Reason::TargetingMatch);
    ask();
    assert_eq!(allocations(ask), 0);
}

fn catalog_rule() -> git_flag::model::Rule {
    git_flag::model::Rule {
        id: None,
        description: None,
        when: Vec::new(),
        serve: Serve::Variant(VariantName::boolean(true)),
    }
}
