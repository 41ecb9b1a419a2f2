//! 1,000 flags: 500 plain boolean ones, and 500 with three rules, of which the third decides for the context.

#![expect(clippy::unwrap_used, reason = "the texts are fixed")]

use git_flag::evaluate::Context;
use git_flag::model::{
    AttributePath, Catalog, Condition, Environment, EnvironmentName, Flag, FlagKey, Lifetime, Operand, Project,
    ProjectEnvironment, Rollout, Rule, Scalar, Segment, SegmentName, Serve, Setting, Share, Test, ValueType,
    VariantName,
};
use std::collections::BTreeMap;

/// The environment.
pub(crate) const ENVIRONMENT: &str = "production";

/// The key of the plain flag with that number.
pub(crate) fn plain_key(number: usize) -> String {
    format!("plain-{number:03}")
}

/// The key of the flag with rules with that number.
pub(crate) fn ruled_key(number: usize) -> String {
    format!("ruled-{number:03}")
}

fn test(attribute: &str, operator: &'static str, operand: Operand) -> Condition {
    let attribute = AttributePath::parse(attribute).unwrap();
    Condition::Test(Test { attribute, operator, operand, ignore_case: false, lenient: false, any_item: false })
}

fn text(text: &str) -> Scalar {
    Scalar::Text(text.to_owned())
}

fn texts(texts: &[&str]) -> Operand {
    Operand::Many(texts.iter().map(|item| text(item)).collect())
}

fn on() -> Serve {
    Serve::Variant(VariantName::boolean(true))
}

fn half() -> Serve {
    Serve::Rollout(Rollout {
        strategy: "percentage",
        settings: vec![("percentage", Setting::Share(Share::parse("50").unwrap()))],
        serve: None,
        by: None,
        salt: None,
        bucketing: None,
    })
}

fn rule(when: Vec<Condition>, serve: Serve) -> Rule {
    Rule { id: None, description: None, when, serve }
}

fn rules() -> Vec<Rule> {
    vec![
        rule(
            vec![
                test("country", "in", texts(&["AT", "BE", "CH", "DE", "FR"])),
                test("appVersion", "semver_greater_than_or_equal", Operand::One(text("2.0.0"))),
            ],
            on(),
        ),
        rule(
            vec![
                Condition::Segment(SegmentName::new("beta").unwrap()),
                test("age", "greater_than_or_equal", Operand::One(Scalar::Number(18.0))),
            ],
            on(),
        ),
        rule(vec![], half()),
    ]
}

fn flag(key: &str, rules: Vec<Rule>) -> Flag {
    let serve = if rules.is_empty() { on() } else { Serve::Variant(VariantName::boolean(false)) };
    Flag {
        key: FlagKey::new(key).unwrap(),
        name: None,
        description: None,
        value_type: ValueType::Boolean,
        kind: None,
        owner: None,
        tags: Vec::new(),
        lifetime: Lifetime::Unstated,
        links: BTreeMap::new(),
        salt: None,
        bucketing: None,
        variants: Flag::boolean_variants(),
        default: VariantName::boolean(false),
        requires: Vec::new(),
        killed: None,
        archived: None,
        metadata: serde_json::Map::new(),
        environments: vec![Environment {
            name: EnvironmentName::new(ENVIRONMENT).unwrap(),
            enabled: true,
            schedule: None,
            requires: Vec::new(),
            killed: None,
            targets: Vec::new(),
            rules,
            serve,
        }],
    }
}

/// The flags.
pub(crate) fn catalog() -> Catalog {
    let environments = ["development", "staging", ENVIRONMENT].map(|name| ProjectEnvironment {
        name: EnvironmentName::new(name).unwrap(),
        description: None,
        protected: false,
    });
    let mut catalog = Catalog::new(Project::with_environments(environments.into()));
    let plain = (0..500).map(|number| flag(&plain_key(number), Vec::new()));
    let ruled = (0..500).map(|number| flag(&ruled_key(number), rules()));
    catalog.flags = plain.chain(ruled).map(|flag| (flag.key.clone(), flag)).collect();
    let beta = Segment {
        name: SegmentName::new("beta").unwrap(),
        description: None,
        owner: None,
        include: Vec::new(),
        exclude: Vec::new(),
        conditions: vec![
            test("plan", "in", texts(&["pro", "enterprise"])),
            test("email", "ends_with", Operand::One(text("@acme.com"))),
        ],
    };
    catalog.segments.insert(beta.name.clone(), beta);
    catalog
}

/// Rules 1 and 2 fail for it after one and two conditions.
pub(crate) fn context() -> Context {
    Context::parse(
        r#"{"targetingKey": "user-4711", "country": "DE", "plan": "pro", "email": "ada@example.org",
            "appVersion": "1.9.3", "age": 33}"#,
    )
    .unwrap()
}
