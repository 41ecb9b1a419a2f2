//! What contexts carry, as far as imported conditions tell: for a project that declares its attributes.

use super::Imported;
use crate::model::{
    AttributeDeclaration, AttributePath, AttributeType, Condition, Flag, Operand, Scalar, Segment, Test,
};
use std::collections::{BTreeMap, BTreeSet};

type Declarations = BTreeMap<AttributePath, AttributeDeclaration>;

/// Declares the attributes that the flags and segments ask for and `declared` lacks, and takes out of their conditions
/// the values that an attribute of its type can't have: the source compares loosely, where the project is strict.
#[must_use]
pub fn declare(imported: &mut Imported, declared: &Declarations) -> Declarations {
    let mut asked: BTreeMap<AttributePath, Vec<Test>> = BTreeMap::new();
    each(imported, &mut |condition| match condition {
        Condition::Test(test) => asked.entry(test.attribute.clone()).or_default().push(test.clone()),
        Condition::Percentage { by: Some(by), .. } => {
            for path in by.paths() {
                asked.entry(path.clone()).or_default();
            }
        }
        _ => {}
    });
    let serves = imported.flags.iter().flat_map(|flag| &flag.environments).flat_map(crate::model::Environment::serves);
    for by in serves.filter_map(|(_, serve)| serve.rollout()?.by.as_ref()) {
        for path in by.paths() {
            asked.entry(path.clone()).or_default();
        }
    }
    let mut all = declared.clone();
    for (path, tests) in &asked {
        if *path != AttributePath::targeting_key() && !all.contains_key(path) {
            let declaration = AttributeDeclaration {
                attribute_type: type_of(tests),
                allowed: Vec::new(),
                description: None,
                examples: Vec::new(),
            };
            all.insert(path.clone(), declaration);
        }
    }
    each(imported, &mut |condition| {
        if let Condition::Test(test) = condition
            && let Some(declaration) = all.get(&test.attribute)
        {
            fit(test, declaration.attribute_type);
        }
    });
    all
}

/// Visits every condition, at any depth.
fn each(imported: &mut Imported, visit: &mut dyn FnMut(&mut Condition)) {
    for Flag { environments, .. } in &mut imported.flags {
        for rule in environments.iter_mut().flat_map(|environment| &mut environment.rules) {
            for condition in &mut rule.when {
                one(condition, visit);
            }
        }
    }
    for Segment { conditions, .. } in &mut imported.segments {
        for condition in conditions {
            one(condition, visit);
        }
    }
}

fn one(condition: &mut Condition, visit: &mut dyn FnMut(&mut Condition)) {
    visit(condition);
    match condition {
        Condition::Any(inner) | Condition::All(inner) => inner.iter_mut().for_each(|each| one(each, visit)),
        Condition::Not(inner) => one(inner, visit),
        _ => {}
    }
}

/// The type that fits most of what is asked.
fn type_of(tests: &[Test]) -> AttributeType {
    let operators: BTreeSet<&str> = tests.iter().map(|test| test.operator).collect();
    let only = |fits: &dyn Fn(&str) -> bool| {
        let mut typed = operators.iter().filter(|name| !matches!(**name, "exists" | "has_type" | "empty")).peekable();
        typed.peek().is_some() && typed.all(|name| fits(name))
    };
    if only(&|name| name.starts_with("semver")) {
        return AttributeType::Semver;
    }
    if only(&|name| matches!(name, "before" | "after")) {
        return AttributeType::Time;
    }
    if only(&|name| name == "in_cidr") {
        return AttributeType::Ip;
    }
    let compared = tests.iter().filter(|test| matches!(test.operator, "equals" | "not_equals" | "in" | "not_in"));
    let scalars: Vec<&Scalar> = compared.flat_map(|test| test.operand.scalars()).collect();
    let text_only = operators.iter().any(|name| {
        matches!(*name, "starts_with" | "ends_with" | "matches" | "contains" | "not_contains")
            || name.starts_with("semver")
    });
    let numeric = |scalar: &&Scalar| match scalar {
        Scalar::Number(_) => true,
        Scalar::Text(text) => text.parse::<f64>().is_ok(),
        Scalar::Boolean(_) => false,
    };
    let ordered = operators.iter().any(|name| name.starts_with("greater_than") || name.starts_with("less_than"));
    let has_number = ordered || scalars.iter().any(|scalar| matches!(scalar, Scalar::Number(_)));
    if !text_only && has_number && scalars.iter().all(numeric) {
        return AttributeType::Number;
    }
    if !text_only && !scalars.is_empty() && scalars.iter().all(|scalar| matches!(scalar, Scalar::Boolean(_))) {
        return AttributeType::Boolean;
    }
    AttributeType::String
}

/// Keeps of the values of a comparison those that the type can have, unless none would be left.
fn fit(test: &mut Test, of: AttributeType) {
    let fits = |scalar: &Scalar| match of {
        AttributeType::Boolean => matches!(scalar, Scalar::Boolean(_)),
        AttributeType::Integer | AttributeType::Number | AttributeType::Numbers => matches!(scalar, Scalar::Number(_)),
        AttributeType::Time => !matches!(scalar, Scalar::Boolean(_)),
        _ => matches!(scalar, Scalar::Text(_)),
    };
    if !matches!(test.operator, "in" | "not_in" | "contains" | "not_contains") {
        return;
    }
    if let Operand::Many(scalars) = &mut test.operand {
        if scalars.iter().any(fits) {
            scalars.retain(fits);
        }
        if let ("in" | "not_in", [only]) = (test.operator, scalars.as_slice()) {
            test.operator = if test.operator == "in" { "equals" } else { "not_equals" };
            test.operand = Operand::One(only.clone());
        }
    }
}
