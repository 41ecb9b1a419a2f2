//! Contexts: what is known about who is asking.

mod select;

pub use select::{Selection, Wanted};

use super::operator::Attribute;
use super::program::Program;
use super::slots::Slot;
use crate::diagnostic::{Code, Diagnostic, codes};
use crate::model::AttributePath;
use crate::source::Strict;
use serde_json::{Map, Value as Json};

/// The attributes of who is asking, as a JSON object. `targetingKey` is the usual unit.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Context {
    attributes: Map<String, Json>,
    /// Attributes that are not there because they could not be told, and why.
    untold: Vec<(AttributePath, &'static str)>,
}

/// Why something is no context.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ContextError {
    /// JSON, but no object.
    #[error("a context is a JSON object, not {0}")]
    NotAnObject(&'static str),
    /// No JSON. Neither `NaN` nor numbers beyond doubles are.
    #[error("the context is not JSON: {0}")]
    NotJson(String),
    /// A name stands twice in an object, so that readers disagree about its value.
    #[error("the context is not clear: {0}")]
    Doubled(String),
    /// Nested too deep.
    #[error("the context is nested more than {} levels deep", Context::DEPTH)]
    TooDeep,
    /// No assignment.
    #[error("`{0}` is not an assignment: write `name=text` or `name:=JSON`")]
    NotAnAssignment(String),
    /// No path of an attribute.
    #[error("`{0}` is not the path of an attribute")]
    NotAPath(String),
    /// A value that is not of the type that the project declares.
    #[error("`{path}` is declared as {declared}, which `{value}` is not")]
    WrongType {
        /// The attribute.
        path: String,
        /// Its type, with an article.
        declared: &'static str,
        /// The value as written.
        value: String,
    },
    /// An attribute below one that is no object.
    #[error("`{path}` can't be set: `{above}` is already there and is not an object")]
    Occupied {
        /// What should be set.
        path: String,
        /// What stands in its way.
        above: String,
    },
}

impl ContextError {
    /// Its code.
    #[must_use]
    pub fn code(&self) -> &'static Code {
        match self {
            Self::NotAnObject(_) => &codes::context::NOT_AN_OBJECT,
            Self::NotJson(_) => &codes::context::NOT_JSON,
            Self::Doubled(_) => &codes::context::DOUBLED_NAME,
            Self::TooDeep => &codes::context::CONTEXT_TOO_DEEP,
            Self::NotAnAssignment(_) => &codes::context::NOT_AN_ASSIGNMENT,
            Self::NotAPath(_) => &codes::context::NOT_A_PATH,
            Self::WrongType { .. } => &codes::context::ATTRIBUTE_TYPE,
            Self::Occupied { .. } => &codes::context::ATTRIBUTE_OCCUPIED,
        }
    }
}

impl ContextError {
    pub(super) fn of_json(error: &serde_json::Error) -> Self {
        let words = error.to_string();
        match error.classify() {
            serde_json::error::Category::Data => Self::Doubled(words),
            _ if words.starts_with("recursion limit exceeded") => Self::TooDeep,
            _ => Self::NotJson(words),
        }
    }
}

impl From<&ContextError> for Diagnostic {
    fn from(error: &ContextError) -> Self {
        Self::new(error.code(), error.to_string())
    }
}

impl Context {
    /// The most levels of arrays and objects, the context itself being the first.
    pub const DEPTH: usize = 32;

    /// From a JSON object.
    ///
    /// # Errors
    /// When it is no object, or nested too deep.
    pub fn from_json(json: Json) -> Result<Self, ContextError> {
        match json {
            Json::Object(attributes) => {
                let fits = attributes.values().all(|value| fits(value, Self::DEPTH - 1));
                if fits { Ok(Self { attributes, untold: Vec::new() }) } else { Err(ContextError::TooDeep) }
            }
            other => Err(ContextError::NotAnObject(type_name(&other))),
        }
    }

    /// From the text of a JSON object.
    ///
    /// # Errors
    /// When it is no JSON, no object, names something twice, or is nested too deep.
    pub fn parse(text: &str) -> Result<Self, ContextError> {
        match serde_json::from_str(text) {
            Ok(Strict(json)) => Self::from_json(json),
            Err(error) => Err(ContextError::of_json(&error)),
        }
    }

    /// Takes over the attributes of `other`; where both have one of a name, the other's counts.
    pub fn merge(&mut self, other: Self) {
        self.attributes.extend(other.attributes);
        self.untold.extend(other.untold);
    }

    /// A context with nothing but this `targetingKey`.
    #[must_use]
    pub fn of_user(user: &str) -> Self {
        Self { attributes: Map::from_iter([("targetingKey".to_owned(), user.into())]), untold: Vec::new() }
    }

    /// Sets the attribute at `path`, making objects on the way.
    ///
    /// # Errors
    /// When something on the way is there and no object, or the value would be nested too deep.
    pub fn set(&mut self, path: &AttributePath, value: Json) -> Result<(), ContextError> {
        let parts = path.parts();
        let Some((last, way)) = parts.split_last() else { return Ok(()) };
        if way.len() >= Self::DEPTH || !fits(&value, Self::DEPTH - 1 - way.len()) {
            return Err(ContextError::TooDeep);
        }
        let mut object = &mut self.attributes;
        for (index, part) in way.iter().enumerate() {
            let next = object.entry(part.as_ref()).or_insert_with(|| Json::Object(Map::new()));
            object = next
                .as_object_mut()
                .ok_or_else(|| ContextError::Occupied { path: path.to_string(), above: parts[..=index].join(".") })?;
        }
        object.insert(last.to_string(), value);
        Ok(())
    }

    /// The attribute at `path`; `None` when it is missing or null.
    #[must_use]
    pub fn get(&self, path: &AttributePath) -> Option<&Json> {
        self.written(path).filter(|value| !value.is_null())
    }

    /// What stands at `path`, which may be null.
    fn written(&self, path: &AttributePath) -> Option<&Json> {
        let (first, rest) = path.parts().split_first()?;
        let mut value = self.attributes.get(&**first)?;
        for part in rest {
            value = value.as_object()?.get(&**part)?;
        }
        Some(value)
    }

    /// Notes that the attribute at `path` could not be told, and why, in one sentence without a full stop. Where it is
    /// missing, a flag whose answer depends on it answers with an error and its default.
    pub fn cannot_tell(&mut self, path: AttributePath, why: &'static str) {
        self.untold.push((path, why));
    }

    /// Why an attribute could not be told, if there is one.
    #[must_use]
    pub fn untold(&self) -> Option<&'static str> {
        self.untold.first().map(|(_, why)| *why)
    }

    /// All attributes.
    #[must_use]
    pub const fn attributes(&self) -> &Map<String, Json> {
        &self.attributes
    }
}

/// Whether `json` has at most `levels` levels of arrays and objects.
fn fits(json: &Json, levels: usize) -> bool {
    match json {
        Json::Array(items) => levels > 0 && items.iter().all(|item| fits(item, levels - 1)),
        Json::Object(entries) => levels > 0 && entries.values().all(|value| fits(value, levels - 1)),
        _ => true,
    }
}

/// The type of `json` in words.
pub(super) const fn type_name(json: &Json) -> &'static str {
    match json {
        Json::Null => "null",
        Json::Bool(_) => "a boolean",
        Json::Number(_) => "a number",
        Json::String(_) => "text",
        Json::Array(_) => "an array",
        Json::Object(_) => "an object",
    }
}

/// A context with the attributes that a program asks for looked up and parsed: the form to evaluate many flags with.
#[derive(Debug)]
pub struct BoundContext<'p, 'c> {
    pub(super) program: &'p Program,
    attributes: Box<[Attribute<'c>]>,
    /// Why some of them could not be told.
    pub(super) untold: Option<&'static str>,
}

impl<'p, 'c> BoundContext<'p, 'c> {
    pub(super) fn new(program: &'p Program, context: &'c Context) -> Self {
        let attributes = program.slots.all().iter().map(|(path, forms)| {
            let written = context.written(path);
            let untold = written.is_none() && context.untold.iter().any(|(other, _)| other == path);
            let mut attribute = Attribute::new(written, *forms);
            attribute.untold = untold;
            attribute
        });
        Self { program, attributes: attributes.collect(), untold: context.untold() }
    }

    pub(super) fn of_selection(program: &'p Program, selection: &'c Selection<'_>) -> Self {
        let attributes = program.slots.all().iter();
        let attributes = attributes.map(|(path, forms)| Attribute::new(selection.written(path), *forms));
        Self { program, attributes: attributes.collect(), untold: None }
    }

    /// The attribute in `slot` of the program that this context is bound to.
    #[inline]
    pub(super) fn attribute(&self, slot: Slot) -> &Attribute<'c> {
        &self.attributes[slot.index()]
    }

    /// The unit in `slot`.
    #[inline]
    pub(super) fn unit(&self, slot: Slot) -> Option<&str> {
        self.attribute(slot).unit.as_deref()
    }
}

#[cfg(test)]
mod tests;
