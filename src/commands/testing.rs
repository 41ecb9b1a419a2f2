//! Flags for the tests of commands.

use crate::model::sample;
use crate::model::{
    Environment, EnvironmentName, Flag, Project, ProjectEnvironment, Serve, Value, ValueType, Variant, VariantName,
};

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
    let environment = |name: &str| Environment { enabled: false, ..sample::on(name, Serve::Variant(serve.clone())) };
    let environments = ["staging", "production"].map(environment).into();
    Flag { value_type, variants, default, ..sample::boolean("sample", environments) }
}
