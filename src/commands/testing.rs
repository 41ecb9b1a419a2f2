//! Flags for the tests of commands.

use crate::model::{
    Environment, EnvironmentName, Flag, FlagKey, Lifetime, Project, ProjectEnvironment, Serve, Value, ValueType,
    Variant, VariantName,
};
use std::collections::BTreeMap;

/// A project with `staging` and `production`.
pub(super) fn project() -> Project {
    let environment =
        |name| ProjectEnvironment { name: EnvironmentName::new(name).unwrap(), description: None, protected: false };
    Project::with_environments(vec![environment("staging"), environment("production")])
}

/// A boolean flag `sample`, as `create` makes it.
pub(super) fn boolean() -> Flag {
    flag(ValueType::Boolean, Flag::boolean_variants(), VariantName::boolean(false), &VariantName::boolean(true))
}

/// A string flag `sample` whose variants have their own names as values; the first is the default.
pub(super) fn coloured(names: &[&str]) -> Flag {
    let name = |text: &&str| VariantName::new(text).unwrap();
    let variants =
        names.iter().map(|text| Variant { name: name(text), value: Value::String((*text).into()), description: None });
    flag(ValueType::String, variants.collect(), name(&names[0]), &name(&names[0]))
}

fn flag(value_type: ValueType, variants: Vec<Variant>, default: VariantName, serve: &VariantName) -> Flag {
    let environment = |name: &str| Environment {
        name: EnvironmentName::new(name).unwrap(),
        enabled: false,
        schedule: None,
        requires: Vec::new(),
        killed: None,
        targets: Vec::new(),
        rules: Vec::new(),
        serve: Serve::Variant(serve.clone()),
    };
    Flag {
        key: FlagKey::new("sample").unwrap(),
        name: None,
        description: None,
        value_type,
        kind: None,
        owner: None,
        tags: Vec::new(),
        lifetime: Lifetime::Unstated,
        links: BTreeMap::new(),
        salt: None,
        bucketing: None,
        variants,
        default,
        requires: Vec::new(),
        killed: None,
        archived: None,
        metadata: serde_json::Map::new(),
        environments: vec![environment("staging"), environment("production")],
    }
}
