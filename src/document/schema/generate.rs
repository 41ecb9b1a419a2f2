//! Shapes as fragments of schema.

use super::rules;
use crate::document::fields::{List, Map, Object, Shape};
use crate::document::tables::{BESIDE_STRATEGY, CONDITION_FORMS, FIRST_OF};
use crate::evaluate::strategy::{Form, STRATEGIES, SettingKind, Strategy};
use crate::model::{FORMAT, Unit, ValueType, Weight};
use serde_json::{Map as Json, Value, json};

/// Collects the definitions that fragments refer to.
pub(super) struct Generator {
    definitions: Json<String, Value>,
}

/// The type of the flag that a fragment belongs to; `None` outside of flags, and where the type does not matter.
pub(super) type Type = Option<ValueType>;

/// The schema of a whole file.
pub(super) fn document(object: &'static Object) -> Value {
    let mut generator = Generator { definitions: Json::new() };
    let body = generator.object_body(object, None);
    let mut schema = Json::new();
    schema.insert("$schema".into(), "https://json-schema.org/draft/2020-12/schema".into());
    schema.insert("title".into(), format!("git-flag: {}", object.what).into());
    schema.extend(body);
    generator.definitions.sort_keys();
    schema.insert("$defs".into(), generator.definitions.into());
    schema.into()
}

impl Generator {
    /// A reference to the definition `name`, made on first use.
    fn reference(&mut self, name: &str, define: impl FnOnce(&mut Self) -> Value) -> Value {
        if !self.definitions.contains_key(name) {
            // The placeholder ends recursion.
            self.definitions.insert(name.to_owned(), Value::Null);
            let definition = define(self);
            self.definitions.insert(name.to_owned(), definition);
        }
        json!({ "$ref": format!("#/$defs/{name}") })
    }

    /// A reference to an object's definition; those that depend on the flag's type have one for each.
    pub(super) fn object(&mut self, object: &'static Object, of: Type) -> Value {
        let name = match (of, depends(Shape::Object(object))) {
            (Some(of), Depends::Values) => format!("{}-{of}", object.name),
            (Some(ValueType::Boolean), Depends::Variants) => format!("{}-boolean", object.name),
            (Some(_), Depends::Variants) => format!("{}-named", object.name),
            _ => object.name.to_owned(),
        };
        self.reference(&name, |generator| generator.object_body(object, of).into())
    }

    fn object_body(&mut self, object: &'static Object, of: Type) -> Json<String, Value> {
        let mut properties = Json::new();
        for field in object.fields {
            // At the top of a flag its type decides, by a rule of its own.
            let open = of.is_none() && depends(field.shape) > Depends::Nothing;
            let mut fragment = if open { json!({}) } else { self.shape(field.shape, of) };
            fragment["description"] = field.doc.into();
            properties.insert(field.name.to_owned(), fragment);
        }
        let required: Vec<&str> = object.fields.iter().filter(|field| field.required).map(|field| field.name).collect();
        let mut body = Json::new();
        body.insert("description".into(), object.doc.into());
        body.insert("type".into(), "object".into());
        body.insert("properties".into(), properties.into());
        if !required.is_empty() {
            body.insert("required".into(), required.into());
        }
        body.insert("additionalProperties".into(), false.into());
        if let Some(rule) = object.rule {
            rules::apply(self, rule, &mut body);
        }
        body
    }

    /// The fragment of a shape.
    pub(super) fn shape(&mut self, shape: Shape, of: Type) -> Value {
        let whole = Unit::MAX_INTEGER;
        match shape {
            Shape::Text | Shape::Salt => json!({ "type": "string", "minLength": 1 }),
            Shape::Boolean => json!({ "type": "boolean" }),
            Shape::True => json!({ "const": true }),
            Shape::Name => self.reference("name", |_| name()),
            Shape::Choice(words) => json!({ "enum": words() }),
            Shape::Time => self.reference("time", |_| time()),
            Shape::Share => json!({ "type": "number", "minimum": 0, "maximum": 100 }),
            Shape::Bucket => json!({ "type": "number", "minimum": 0, "exclusiveMaximum": 100 }),
            Shape::Format => json!({ "type": "integer", "minimum": 1, "maximum": FORMAT }),
            Shape::Attribute => self.reference("attribute-path", |_| attribute_path()),
            Shape::By => {
                let path = self.shape(Shape::Attribute, of);
                let joined = json!({ "type": "array", "items": path, "minItems": 1 });
                json!({ "anyOf": [path, joined, self.object(&FIRST_OF, None)] })
            }
            Shape::Unit => {
                json!({ "type": ["string", "integer"], "minLength": 1, "minimum": -whole, "maximum": whole })
            }
            Shape::Scalar => json!({ "type": ["string", "number", "boolean"] }),
            Shape::Json => json!({}),
            Shape::Value => value(of),
            Shape::Variant => self.variant(of),
            Shape::AnyVariant => self.variant(None),
            Shape::Serve => self.serve(of),
            Shape::Condition => self.condition(),
            Shape::NameOrNames => {
                let name = self.shape(Shape::Name, of);
                let names = json!({ "type": "array", "items": name, "minItems": 1, "uniqueItems": true });
                json!({ "anyOf": [name, names] })
            }
            Shape::List(list) => self.list(list, of),
            Shape::Map(map) => self.map(map, of),
            Shape::Object(object) => self.object(object, of),
        }
    }

    fn list(&mut self, list: &'static List, of: Type) -> Value {
        let mut fragment = json!({ "type": "array", "items": self.shape(list.items, of) });
        if list.filled {
            fragment["minItems"] = 1.into();
        }
        if list.unique {
            fragment["uniqueItems"] = true.into();
        }
        fragment
    }

    fn map(&mut self, map: &'static Map, of: Type) -> Value {
        let mut fragment = json!({ "type": "object" });
        if !matches!(map.keys, Shape::Text | Shape::Json) {
            fragment["propertyNames"] = self.shape(map.keys, of);
        }
        if !matches!(map.values, Shape::Json) {
            fragment["additionalProperties"] = self.shape(map.values, of);
        }
        if map.filled {
            fragment["minProperties"] = 1.into();
        }
        fragment
    }

    fn variant(&mut self, of: Type) -> Value {
        match of {
            Some(ValueType::Boolean) => json!({ "type": "boolean" }),
            Some(_) => self.shape(Shape::Name, of),
            None => json!({ "anyOf": [{ "type": "boolean" }, self.shape(Shape::Name, of)] }),
        }
    }

    fn serve(&mut self, of: Type) -> Value {
        let boolean = of == Some(ValueType::Boolean);
        self.reference(if boolean { "serve-boolean" } else { "serve-named" }, |generator| {
            let mut forms = vec![generator.variant(of)];
            forms.extend(STRATEGIES.iter().map(|strategy| generator.strategy(strategy, of)));
            json!({ "description": "A variant or a strategy", "anyOf": forms })
        })
    }

    fn strategy(&mut self, strategy: &'static Strategy, of: Type) -> Value {
        let inner_serve = strategy.ramps && of != Some(ValueType::Boolean);
        let mut own = match strategy.form {
            Form::Single(kind) => self.setting(kind, of),
            Form::Fields(fields) => {
                let mut properties = Json::new();
                for field in fields {
                    let mut fragment = self.setting(field.kind, of);
                    fragment["description"] = field.doc.into();
                    properties.insert(field.name.to_owned(), fragment);
                }
                let required: Vec<&str> = fields.iter().filter(|field| field.required).map(|f| f.name).collect();
                json!({
                    "type": "object", "properties": properties, "required": required, "additionalProperties": false,
                })
            }
        };
        own["description"] = strategy.doc.into();
        let mut properties = Json::new();
        properties.insert(strategy.name.to_owned(), own);
        for field in BESIDE_STRATEGY {
            if if field.name == "serve" { inner_serve } else { strategy.bucketed } {
                let mut fragment = self.shape(field.shape, of);
                fragment["description"] = field.doc.into();
                properties.insert(field.name.to_owned(), fragment);
            }
        }
        let required = if inner_serve { vec![strategy.name, "serve"] } else { vec![strategy.name] };
        json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
    }

    fn setting(&mut self, kind: SettingKind, of: Type) -> Value {
        match kind {
            SettingKind::Share => self.shape(Shape::Share, of),
            SettingKind::WholeShare => json!({ "type": "integer", "minimum": 0, "maximum": 100 }),
            SettingKind::Shares => {
                json!({ "type": "array", "items": self.shape(Shape::Share, of), "minItems": 1 })
            }
            SettingKind::Time => self.shape(Shape::Time, of),
            SettingKind::Length => json!({ "type": "string", "pattern": "^[0-9]{1,12}[smhdw]$" }),
            SettingKind::Count => json!({ "type": "integer", "minimum": 1, "maximum": u32::MAX }),
            SettingKind::Split => json!({
                "type": "array",
                "minItems": 1,
                "items": {
                    "type": "object",
                    "propertyNames": if of == Some(ValueType::Boolean) {
                        json!({ "enum": ["true", "false"] })
                    } else {
                        self.shape(Shape::Name, of)
                    },
                    "additionalProperties": { "type": "number", "minimum": 0, "maximum": Weight::MAX },
                    "minProperties": 1,
                    "maxProperties": 1,
                },
            }),
            SettingKind::Ring => self.shape(Shape::Name, of),
        }
    }

    fn condition(&mut self) -> Value {
        self.reference("condition", |generator| {
            let forms: Vec<Value> = CONDITION_FORMS.iter().map(|form| generator.object(form, None)).collect();
            json!({ "description": "Exactly one thing to test", "anyOf": forms })
        })
    }
}

/// What of a shape depends on the type of the flag, the more the greater.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Depends {
    Nothing,
    Variants,
    Values,
}

fn depends(shape: Shape) -> Depends {
    match shape {
        Shape::Value => Depends::Values,
        Shape::Variant | Shape::Serve => Depends::Variants,
        Shape::List(list) => depends(list.items),
        Shape::Map(map) => depends(map.values),
        Shape::Object(object) => {
            object.fields.iter().map(|field| depends(field.shape)).max().unwrap_or(Depends::Nothing)
        }
        _ => Depends::Nothing,
    }
}

/// [`crate::model::check_name`] as patterns.
fn name() -> Value {
    let devices = "(?:[Cc][Oo][Nn]|[Pp][Rr][Nn]|[Aa][Uu][Xx]|[Nn][Uu][Ll]|[Cc][Oo][Mm][0-9]|[Ll][Pp][Tt][0-9])";
    json!({
        "description": "A name: letters, digits, `.`, `_` and `-`, starting with a letter or digit",
        "type": "string",
        "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$",
        "not": { "pattern": format!("\\.$|^{devices}(?:\\.|$)") },
    })
}

fn time() -> Value {
    json!({
        "description": "A date, or a time with its offset from UTC, such as 2026-12-01T09:00:00Z",
        "type": "string",
        "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2}))?$",
    })
}

fn attribute_path() -> Value {
    json!({
        "description": "The path of an attribute, such as account.age_days",
        "type": "string",
        "maxLength": 200,
        "pattern": r"^(?:[^.\\]|\\[.\\])+(?:\.(?:[^.\\]|\\[.\\])+)*$",
    })
}

fn value(of: Type) -> Value {
    let whole = Unit::MAX_INTEGER;
    match of {
        Some(ValueType::Boolean) => json!({ "type": "boolean" }),
        Some(ValueType::String) => json!({ "type": "string" }),
        Some(ValueType::Integer) => json!({ "type": "integer", "minimum": -whole, "maximum": whole }),
        Some(ValueType::Number) => json!({ "type": "number" }),
        Some(ValueType::Json) | None => json!({}),
    }
}
