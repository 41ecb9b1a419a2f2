//! What importers build flags from: names, conditions, environments.

use super::item::{Item, Kept};
use super::read::Node;
use super::{Imported, Options};
use crate::model::{
    AttributePath, Condition, Environment, Flag, FlagKey, Lifetime, NameError, Operand, Scalar, Serve, Test, Value,
    ValueType, Variant, VariantName, check_name,
};
use serde_json::{Map, Value as Json};
use std::collections::{BTreeMap, BTreeSet};

/// `text` as a name: characters that names can't have become `-`.
pub(super) fn name_like(text: &str) -> String {
    let plain: String =
        text.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-') { c } else { '-' }).collect();
    let plain = plain.trim_start_matches(|c: char| !c.is_ascii_alphanumeric());
    let plain: String = plain.chars().take(100).collect();
    let plain = plain.trim_end_matches('.');
    match check_name(plain) {
        Ok(()) => plain.to_owned(),
        Err(NameError::Empty) => "unnamed".into(),
        Err(_) => format!("{}-flag", plain.replace('.', "-")).chars().take(100).collect(),
    }
}

/// The names of a source, each with one of ours that is unique ignoring case.
#[derive(Debug, Default)]
pub(super) struct Names {
    ours: BTreeMap<String, String>,
    taken: BTreeSet<String>,
}

impl Names {
    /// Our name for `theirs`, the same for every call, and whether it is another one.
    pub(super) fn of(&mut self, theirs: &str) -> (String, bool) {
        if let Some(ours) = self.ours.get(theirs) {
            return (ours.clone(), false);
        }
        let wanted = name_like(theirs);
        let mut ours = wanted.clone();
        let mut count = 2;
        while !self.taken.insert(ours.to_ascii_lowercase()) {
            ours = format!("{}-{count}", wanted.chars().take(96).collect::<String>());
            count += 1;
        }
        self.ours.insert(theirs.to_owned(), ours.clone());
        let changed = ours != theirs;
        (ours, changed)
    }
}

/// The key of a flag, and what there is to say when it had to be another one.
pub(super) fn key(
    theirs: &str,
    node: &Node<'_>,
    names: &mut Names,
    options: &Options<'_>,
    items: &mut Vec<Item>,
) -> Option<FlagKey> {
    let (ours, changed) = names.of(&format!("{}{theirs}", options.prefix));
    if changed {
        let message = format!("the key `{theirs}` can't be the name of a file; the flag is called `{ours}`");
        let mut item = node.item(Kept::Otherwise, message, "ask for it by this key");
        item.flag = Some(theirs.to_owned());
        items.push(*item);
    }
    FlagKey::new(&ours).ok()
}

/// A flag without environments.
pub(super) fn flag(key: FlagKey, value_type: ValueType, variants: Vec<Variant>, default: VariantName) -> Flag {
    Flag {
        key,
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
        metadata: Map::new(),
        environments: Vec::new(),
    }
}

/// An environment without a name, enabled; [`in_all`] gives it the names.
pub(super) fn environment(rules: Vec<crate::model::Rule>, serve: Serve) -> Option<Environment> {
    Some(Environment {
        name: crate::model::EnvironmentName::new("any").ok()?,
        enabled: true,
        schedule: None,
        requires: Vec::new(),
        killed: None,
        targets: Vec::new(),
        rules,
        serve,
    })
}

/// The same environment under each of the names that the flags are for.
pub(super) fn in_all(environment: &Environment, options: &Options<'_>) -> Vec<Environment> {
    let named = |name: &crate::model::EnvironmentName| Environment { name: name.clone(), ..environment.clone() };
    options.environments.iter().map(named).collect()
}

/// The values that a source serves by name, as variants of a type that fits all of them.
#[derive(Debug)]
pub(super) struct Values {
    pub(super) value_type: ValueType,
    pub(super) variants: Vec<Variant>,
    /// Our variants by the names of the source.
    pub(super) ours: BTreeMap<String, VariantName>,
    /// Whether a name had to be changed.
    pub(super) renamed: Vec<(String, VariantName)>,
}

/// The type that all of `values` have: integers are numbers, too; anything mixed is JSON.
pub(super) fn type_of<'j>(values: impl IntoIterator<Item = &'j Json>) -> ValueType {
    let of = |json: &Json| match json {
        Json::Bool(_) => ValueType::Boolean,
        Json::String(_) => ValueType::String,
        Json::Number(number) if number.is_i64() || number.is_u64() => ValueType::Integer,
        Json::Number(_) => ValueType::Number,
        _ => ValueType::Json,
    };
    let types: BTreeSet<ValueType> = values.into_iter().map(of).collect();
    match types.into_iter().collect::<Vec<_>>().as_slice() {
        [one] => *one,
        [ValueType::Integer, ValueType::Number] => ValueType::Number,
        _ => ValueType::Json,
    }
}

/// A value of that type.
pub(super) fn value(json: &Json, value_type: ValueType) -> Result<Value, String> {
    let most = crate::model::Unit::MAX_INTEGER;
    let beyond = || format!("the integer {json} is beyond ±(2^53−1), which not every reader holds");
    Ok(match (value_type, json) {
        (ValueType::Boolean, Json::Bool(value)) => Value::Boolean(*value),
        (ValueType::String, Json::String(text)) => Value::String(text.clone()),
        (ValueType::Integer, Json::Number(number)) => {
            Value::Integer(number.as_i64().filter(|number| number.abs() <= most).ok_or_else(beyond)?)
        }
        (ValueType::Number, Json::Number(number)) => Value::Number(number.as_f64().ok_or_else(beyond)?),
        (ValueType::Json, json) => {
            within(json, most)?;
            Value::Json(json.clone())
        }
        _ => return Err(format!("{json} is not of type {value_type}")),
    })
}

fn within(json: &Json, most: i64) -> Result<(), String> {
    match json {
        Json::Number(number) if number.is_i64() || number.is_u64() => {
            let fits = number.as_i64().is_some_and(|number| number.abs() <= most);
            if fits { Ok(()) } else { Err(format!("the integer {number} is beyond ±(2^53−1)")) }
        }
        Json::Array(items) => items.iter().try_for_each(|item| within(item, most)),
        Json::Object(entries) => entries.values().try_for_each(|entry| within(entry, most)),
        _ => Ok(()),
    }
}

impl Values {
    /// From names and values, in order.
    pub(super) fn of(values: &[(String, Json)]) -> Result<Self, String> {
        let value_type = type_of(values.iter().map(|(_, json)| json));
        let mut all = Self { value_type, variants: Vec::new(), ours: BTreeMap::new(), renamed: Vec::new() };
        if value_type == ValueType::Boolean {
            all.variants = Flag::boolean_variants();
            for (name, json) in values {
                let ours = VariantName::boolean(json == &Json::Bool(true));
                if *name != ours.as_str() {
                    all.renamed.push((name.clone(), ours.clone()));
                }
                all.ours.insert(name.clone(), ours);
            }
            return Ok(all);
        }
        let mut names = Names::default();
        for (name, json) in values {
            let (ours, changed) = names.of(name);
            let ours = VariantName::new(&ours).map_err(|error| error.to_string())?;
            if changed {
                all.renamed.push((name.clone(), ours.clone()));
            }
            let value = value(json, value_type)?;
            all.variants.push(Variant { name: ours.clone(), value, description: None });
            all.ours.insert(name.clone(), ours);
        }
        Ok(all)
    }

    /// What there is to say about names that had to be changed.
    pub(super) fn say(&self, node: &Node<'_>, items: &mut Vec<Item>) {
        if self.renamed.is_empty() {
            return;
        }
        let list: Vec<String> = self.renamed.iter().map(|(theirs, ours)| format!("`{theirs}` is `{ours}`")).collect();
        let message = format!("variants have other names: {}", list.join(", "));
        items.push(*node.item(Kept::Otherwise, message, "the values are the same"));
    }
}

/// A test with one operand.
pub(super) fn test(path: &AttributePath, operator: &'static str, scalar: Scalar) -> Condition {
    Condition::Test(Test {
        attribute: path.clone(),
        operator,
        operand: Operand::One(scalar),
        ignore_case: false,
        lenient: false,
        any_item: false,
    })
}

/// A test with several operands.
pub(super) fn test_any(path: &AttributePath, operator: &'static str, scalars: Vec<Scalar>) -> Condition {
    Condition::Test(Test {
        attribute: path.clone(),
        operator,
        operand: Operand::Many(scalars),
        ignore_case: false,
        lenient: false,
        any_item: false,
    })
}

/// The test, read leniently.
pub(super) fn lenient(condition: Condition) -> Condition {
    match condition {
        Condition::Test(test) => Condition::Test(Test { lenient: true, ..test }),
        other => other,
    }
}

/// The test, ignoring case.
pub(super) fn ignoring_case(condition: Condition) -> Condition {
    match condition {
        Condition::Test(test) => Condition::Test(Test { ignore_case: true, ..test }),
        other => other,
    }
}

/// Whether the attribute is there.
pub(super) fn exists(path: &AttributePath, there: bool) -> Condition {
    test(path, "exists", Scalar::Boolean(there))
}

/// Whether the attribute is of one of these types.
pub(super) fn has_type(path: &AttributePath, types: &[&str]) -> Condition {
    match types {
        [one] => test(path, "has_type", Scalar::Text((*one).to_owned())),
        many => test_any(path, "has_type", many.iter().map(|name| Scalar::Text((*name).to_owned())).collect()),
    }
}

/// A scalar of a condition; `None` for null, lists and mappings.
pub(super) fn scalar(json: &Json) -> Option<Scalar> {
    match json {
        Json::Bool(value) => Some(Scalar::Boolean(*value)),
        Json::Number(number) => number.as_f64().map(Scalar::Number),
        Json::String(text) => Some(Scalar::Text(text.clone())),
        Json::Null | Json::Array(_) | Json::Object(_) => None,
    }
}

/// Whether `json` matches the test, whatever its attribute.
pub(super) fn holds(condition: &Condition, json: &Json) -> bool {
    use crate::evaluate::operator::{Attribute, Prepared};
    let Condition::Test(test) = condition else { return false };
    Prepared::new(test).is_ok_and(|prepared| prepared.matches(&Attribute::new(Some(json), prepared.forms())))
}

/// A path of names, each taken as it is.
pub(super) fn path_of<'n>(names: impl IntoIterator<Item = &'n str>) -> Option<AttributePath> {
    let escaped: Vec<String> = names.into_iter().map(|name| name.replace('\\', "\\\\").replace('.', "\\.")).collect();
    AttributePath::parse(&escaped.join("."))
}

/// Leaves out flags that come twice, and those that need one that was left out.
pub(super) fn settle(imported: &mut Imported, file: &str) {
    let mut seen = BTreeSet::new();
    let items = &mut imported.items;
    imported.flags.retain(|flag| {
        let first = seen.insert(flag.key.as_str().to_ascii_lowercase());
        if !first {
            items.push(Item {
                kept: Kept::No,
                file: file.to_owned(),
                path: crate::source::Path::root(),
                span: None,
                flag: Some(flag.key.to_string()),
                message: format!("the flag `{}` is there twice; the first is taken", flag.key),
                help: "name each flag once, or import one file at a time".into(),
            });
        }
        first
    });
    loop {
        let there: BTreeSet<FlagKey> = imported.flags.iter().map(|flag| flag.key.clone()).collect();
        let dangling: Vec<(FlagKey, FlagKey)> = imported
            .flags
            .iter()
            .filter_map(|flag| {
                let missing = flag.requirements().find(|(_, requirement)| !there.contains(&requirement.flag))?;
                Some((flag.key.clone(), missing.1.flag.clone()))
            })
            .collect();
        if dangling.is_empty() {
            return;
        }
        for (key, missing) in dangling {
            imported.flags.retain(|flag| flag.key != key);
            imported.items.push(Item {
                kept: Kept::No,
                file: file.to_owned(),
                path: crate::source::Path::root(),
                span: None,
                flag: Some(key.to_string()),
                message: format!("it requires the flag `{missing}`, which was not carried over"),
                help: "carry that one over first".into(),
            });
        }
    }
}
