//! Rules across the fields of one object, as far as a schema can express them.

use super::generate::Generator;
use crate::document::fields::Rule;
use crate::document::tables::FLAG;
use crate::evaluate::operator::{OPERATORS, Operator, TYPES, Takes};
use crate::model::{AttributeType, ValueType};
use serde_json::{Map, Value, json};

/// Adds the keywords of `rule` to the schema of an object.
pub(super) fn apply(generator: &mut Generator, rule: Rule, body: &mut Map<String, Value>) {
    match rule {
        Rule::AnyOf(fields) => {
            let one: Vec<Value> = fields.iter().map(|field| json!({ "required": [field] })).collect();
            body.insert("anyOf".into(), one.into());
        }
        Rule::FlagTypes => flag_types(generator, body),
        Rule::AttributeTypes => {
            let types: Vec<Value> = AttributeType::ALL.iter().map(|(of, name)| attribute_type(*of, name)).collect();
            body.insert("allOf".into(), types.into());
        }
        Rule::CaseEnvironments => {
            let each = json!({ "properties": { "expect": { "items": { "required": ["environment"] } } } });
            body.insert("anyOf".into(), json!([{ "required": ["environment"] }, each]));
        }
        Rule::Operators => operators(body),
    }
}

/// The type decides about variants: what `default` and `serve` may be, and which values there are.
fn flag_types(generator: &mut Generator, body: &mut Map<String, Value>) {
    let by_type = ["variants", "default", "environments"];
    let cases: Vec<Value> = ValueType::ALL
        .iter()
        .map(|(of, name)| {
            let mut properties = Map::new();
            for field in by_type.iter().filter_map(|name| FLAG.field(name)) {
                properties.insert(field.name.to_owned(), generator.shape(field.shape, Some(*of)));
            }
            let mut then = json!({});
            if *of == ValueType::Boolean {
                properties.insert("variants".into(), false.into());
            } else {
                then["required"] = json!(["variants"]);
            }
            then["properties"] = properties.into();
            json!({ "if": { "properties": { "type": { "const": name } }, "required": ["type"] }, "then": then })
        })
        .collect();
    body.insert("allOf".into(), cases.into());
    body.insert("not".into(), json!({ "required": ["expires", "permanent"] }));
}

fn attribute_type(of: AttributeType, name: &str) -> Value {
    let item = match of {
        AttributeType::Boolean => json!("boolean"),
        AttributeType::Integer => json!("integer"),
        AttributeType::Number | AttributeType::Numbers => json!("number"),
        AttributeType::Time => json!(["string", "integer"]),
        AttributeType::String | AttributeType::Strings | AttributeType::Semver | AttributeType::Ip => json!("string"),
    };
    let whole = crate::model::Unit::MAX_INTEGER;
    let mut items = json!({ "type": item });
    if matches!(of, AttributeType::Integer | AttributeType::Time) {
        items["minimum"] = (-whole).into();
        items["maximum"] = whole.into();
    }
    json!({
        "if": { "properties": { "type": { "const": name } }, "required": ["type"] },
        "then": { "properties": { "enum": { "items": items }, "examples": { "items": items } } },
    })
}

fn operators(body: &mut Map<String, Value>) {
    if let Some(Value::Object(properties)) = body.get_mut("properties") {
        for operator in OPERATORS {
            let mut fragment = operand(operator.takes);
            fragment["description"] = operator.doc.into();
            properties.insert(operator.name.to_owned(), fragment);
        }
    }
    let requires = |operator: &Operator| json!({ "required": [operator.name] });
    let one: Vec<Value> = OPERATORS.iter().map(requires).collect();
    let with_case: Vec<Value> = OPERATORS.iter().filter(|operator| operator.ignores_case).map(requires).collect();
    body.insert("oneOf".into(), one.into());
    let lenient: Vec<Value> = OPERATORS.iter().filter(|operator| operator.lenient).map(requires).collect();
    let of_items: Vec<Value> = OPERATORS.iter().filter(|operator| operator.any_item).map(requires).collect();
    let modifiers = json!({
        "ignore_case": { "anyOf": with_case },
        "lenient": { "anyOf": lenient },
        "any_item": { "anyOf": of_items },
    });
    body.insert("dependentSchemas".into(), modifiers);
}

fn operand(takes: Takes) -> Value {
    let scalar = json!({ "type": ["string", "number", "boolean"] });
    let text = json!({ "type": "string" });
    let list = |items: &Value| json!({ "type": "array", "items": items, "minItems": 1 });
    match takes {
        Takes::Scalar => scalar,
        Takes::Scalars => list(&scalar),
        Takes::ScalarOrScalars => json!({ "anyOf": [scalar, list(&scalar)] }),
        Takes::TextOrTexts | Takes::PatternOrPatterns | Takes::NetworkOrNetworks => {
            json!({ "anyOf": [text, list(&text)] })
        }
        Takes::TypeOrTypes => {
            let name = json!({ "enum": TYPES });
            json!({ "anyOf": [name, list(&name)] })
        }
        Takes::Number => json!({ "type": "number" }),
        Takes::Version | Takes::VersionRange | Takes::Time => text,
        Takes::Boolean => json!({ "type": "boolean" }),
    }
}
