//! Conditions and buckets use attributes as the project declares them.

use crate::diagnostic::codes::context::NO_GEO_DATABASE;
use crate::diagnostic::codes::meaning;
use crate::diagnostic::{Diagnostic, Severity, did_you_mean};
use crate::enrich::{DERIVED, Derived};
use crate::evaluate::operator::{self, Takes};
use crate::lint::FileContext;
use crate::lint::trail::{Trail, flag_conditions, flag_rollouts, segment_conditions};
use crate::model::{
    AttributeDeclaration, AttributePath, AttributeType, By, Condition, Flag, Operand, Scalar, Segment, Test,
};
use std::collections::BTreeMap;

type Declared = BTreeMap<AttributePath, AttributeDeclaration>;

pub(super) fn check_flag(context: &FileContext<'_>, flag: &Flag, found: &mut Vec<Diagnostic>) {
    let Some(declared) = &context.project.attributes else {
        flag_conditions(flag, &mut |trail, condition| place(context, trail, condition, found));
        return;
    };
    let check = Attributes { context, declared };
    flag_conditions(flag, &mut |trail, condition| check.condition(trail, condition, found));
    flag_rollouts(flag, &mut |trail, _, rollout| {
        if let Some(by) = &rollout.by {
            check.units(trail, by, found);
        }
    });
}

pub(super) fn check_segment(context: &FileContext<'_>, segment: &Segment, found: &mut Vec<Diagnostic>) {
    let Some(declared) = &context.project.attributes else {
        segment_conditions(segment, &mut |trail, condition| place(context, trail, condition, found));
        return;
    };
    let check = Attributes { context, declared };
    segment_conditions(segment, &mut |trail, condition| check.condition(trail, condition, found));
}

const TELL_PLACES: &str = "name a database in `flags/project.yaml`: `geo: {database: path/to/GeoLite2-City.mmdb}`";

/// Whether the attribute is a place that follows from an address, and there is no database for that.
fn is_untold(context: &FileContext<'_>, attribute: &AttributePath) -> bool {
    let is_place = |derived: &Derived| derived.from == "ip" && derived.path == attribute.as_str();
    context.project.geo_database.is_none() && DERIVED.iter().any(is_place)
}

/// Where nothing is declared, contexts may still carry the place themselves.
fn place(context: &FileContext<'_>, trail: &Trail<'_>, condition: &Condition, found: &mut Vec<Diagnostic>) {
    let Condition::Test(Test { attribute, .. }) = condition else { return };
    if !is_untold(context, attribute) {
        return;
    }
    let message = format!("`{attribute}` follows from `ip`, but the project names no database of places");
    let problem = Diagnostic::new(&NO_GEO_DATABASE, message)
        .at(context.value(trail.key("attribute").path()))
        .help(TELL_PLACES)
        .help(format!(
            "or, if contexts carry it themselves, declare it there: `attributes: {{{attribute}: {{type: string}}}}`"
        ));
    found.push(Diagnostic { severity: Severity::Warning, ..problem });
}

struct Attributes<'a> {
    context: &'a FileContext<'a>,
    declared: &'a Declared,
}

/// What values an attribute can have, as far as operators care.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Text,
    Boolean,
    Number,
    /// Text or a number.
    Time,
    Texts,
    Numbers,
}

impl Form {
    const fn of(attribute_type: AttributeType) -> Self {
        match attribute_type {
            AttributeType::String | AttributeType::Semver | AttributeType::Ip => Self::Text,
            AttributeType::Boolean => Self::Boolean,
            AttributeType::Integer | AttributeType::Number => Self::Number,
            AttributeType::Time => Self::Time,
            AttributeType::Strings => Self::Texts,
            AttributeType::Numbers => Self::Numbers,
        }
    }
}

impl Attributes<'_> {
    fn condition(&self, trail: &Trail<'_>, condition: &Condition, found: &mut Vec<Diagnostic>) {
        match condition {
            Condition::Test(test) => self.test(trail, test, found),
            Condition::Percentage { by: Some(by), .. } => self.units(trail, by, found),
            _ => {}
        }
    }

    /// The unit of a bucket has to be there, and to be text or a number.
    fn units(&self, trail: &Trail<'_>, by: &By, found: &mut Vec<Diagnostic>) {
        let trail = trail.key("by");
        match by {
            By::One(path) => self.unit(&trail, path, found),
            By::Joined(paths) => self.each_unit(&trail, paths, found),
            By::First(paths) => self.each_unit(&trail.key("first"), paths, found),
        }
    }

    fn each_unit(&self, trail: &Trail<'_>, paths: &[AttributePath], found: &mut Vec<Diagnostic>) {
        for (index, path) in paths.iter().enumerate() {
            self.unit(&trail.index(index), path, found);
        }
    }

    fn unit(&self, trail: &Trail<'_>, by: &AttributePath, found: &mut Vec<Diagnostic>) {
        if is_targeting_key(by) {
            return;
        }
        let place = || self.context.value(trail.path());
        let Some(declaration) = self.declared.get(by) else {
            found.push(self.undeclared(by).at(place()));
            return;
        };
        if matches!(Form::of(declaration.attribute_type), Form::Boolean | Form::Texts | Form::Numbers) {
            let type_name = declaration.attribute_type.name();
            found.push(
                Diagnostic::new(
                    &meaning::ATTRIBUTE_TYPE,
                    format!("`{by}` is declared as {type_name}, which is no unit"),
                )
                .at(place())
                .help("name an attribute that is text or a whole number, such as an id"),
            );
        }
    }

    fn test(&self, trail: &Trail<'_>, test: &Test, found: &mut Vec<Diagnostic>) {
        let Some(declaration) = self.declared.get(&test.attribute) else {
            let known = is_targeting_key(&test.attribute)
                || self.is_derived(&test.attribute)
                || test.operator == "exists" && self.has_parts(&test.attribute);
            if !known {
                found.push(self.undeclared(&test.attribute).at(self.context.value(trail.key("attribute").path())));
            }
            return;
        };
        let Some(operator) = operator::find(test.operator) else { return };
        let operand = trail.key(operator.name);
        if let Some(problem) = wrong_operator(test, declaration, operator.takes) {
            found.push(problem.at(self.context.key(operand.path())));
            return;
        }
        let compares = matches!(operator.takes, Takes::Scalar | Takes::Scalars | Takes::ScalarOrScalars);
        if !compares {
            return;
        }
        for (index, scalar) in test.operand.scalars().iter().enumerate() {
            let Some(problem) = wrong_value(test, declaration, operator.takes, scalar) else { continue };
            let path = match test.operand {
                Operand::One(_) => operand.path(),
                Operand::Many(_) => operand.index(index).path(),
            };
            found.push(problem.at(self.context.value(path)));
        }
    }

    /// Whether attributes below this path are declared.
    fn has_parts(&self, path: &AttributePath) -> bool {
        let below = |other: &AttributePath| other.parts().starts_with(path.parts());
        self.declared.keys().any(below)
    }

    /// Whether it follows from another attribute.
    fn is_derived(&self, attribute: &AttributePath) -> bool {
        let has_places = self.context.project.geo_database.is_some();
        DERIVED.iter().any(|derived| derived.path == attribute.as_str() && (derived.from != "ip" || has_places))
    }

    fn undeclared(&self, attribute: &AttributePath) -> Diagnostic {
        let names = self.declared.keys().map(AttributePath::as_str).chain(["targetingKey"]);
        let help = did_you_mean(attribute.as_str(), names)
            .unwrap_or_else(|| "declare it under `attributes` in `flags/project.yaml`".to_owned());
        let message = format!("the project declares no attribute `{attribute}`");
        let problem = Diagnostic::new(&meaning::UNDECLARED_ATTRIBUTE, message);
        if is_untold(self.context, attribute) {
            let message = format!("or let it follow from `ip`: {TELL_PLACES}");
            return problem
                .help("declare it under `attributes` in `flags/project.yaml`, if contexts carry it")
                .help(message);
        }
        problem.help(help)
    }
}

fn is_targeting_key(attribute: &AttributePath) -> bool {
    attribute.as_str() == "targetingKey"
}

/// An operator that never matches what the attribute can be.
fn wrong_operator(test: &Test, declaration: &AttributeDeclaration, takes: Takes) -> Option<Diagnostic> {
    let form = Form::of(declaration.attribute_type);
    let list = matches!(form, Form::Texts | Form::Numbers);
    if list && test.any_item {
        return None;
    }
    let (fits, help) = match takes {
        Takes::Boolean | Takes::TypeOrTypes => (true, ""),
        Takes::Scalar | Takes::Scalars => (!list, "use `contains` to ask for an item of the list"),
        Takes::ScalarOrScalars => {
            (matches!(form, Form::Text | Form::Time | Form::Texts | Form::Numbers), "use `equals` or `in`")
        }
        Takes::TextOrTexts | Takes::PatternOrPatterns => {
            (matches!(form, Form::Text | Form::Time), "it takes an attribute that is text")
        }
        Takes::Number if form == Form::Time => (false, "use `before` or `after`"),
        Takes::Number if test.lenient && form == Form::Text => (true, ""),
        Takes::Number => (form == Form::Number, "it takes an attribute that is a number"),
        Takes::Version | Takes::VersionRange => (
            matches!(declaration.attribute_type, AttributeType::Semver | AttributeType::String),
            "it takes an attribute declared as semver",
        ),
        Takes::Time => (
            form == Form::Number || matches!(declaration.attribute_type, AttributeType::Time | AttributeType::String),
            "it takes an attribute declared as time",
        ),
        Takes::NetworkOrNetworks => (
            matches!(declaration.attribute_type, AttributeType::Ip | AttributeType::String),
            "it takes an attribute declared as ip",
        ),
    };
    if fits {
        return None;
    }
    let (attribute, declared) = (&test.attribute, declaration.attribute_type.name());
    let message = format!("`{}` never matches `{attribute}`, which is declared as {declared}", test.operator);
    Some(Diagnostic::new(&meaning::ATTRIBUTE_TYPE, message).help(help))
}

/// A value that the attribute can't have.
fn wrong_value(test: &Test, declaration: &AttributeDeclaration, takes: Takes, scalar: &Scalar) -> Option<Diagnostic> {
    let attribute = &test.attribute;
    let form = Form::of(declaration.attribute_type);
    let fits = match form {
        Form::Text | Form::Texts => matches!(scalar, Scalar::Text(_)),
        Form::Boolean => matches!(scalar, Scalar::Boolean(_)),
        Form::Number | Form::Numbers => matches!(scalar, Scalar::Number(_)),
        Form::Time => !matches!(scalar, Scalar::Boolean(_)),
    };
    if !fits {
        let declared = declaration.attribute_type.name();
        let what = match scalar {
            Scalar::Boolean(_) => "true or false",
            Scalar::Number(_) => "a number",
            Scalar::Text(_) => "text",
        };
        let message = format!("`{attribute}` is declared as {declared}, but is compared with {what}");
        return Some(Diagnostic::new(&meaning::ATTRIBUTE_TYPE, message).help(value_help(form, scalar)));
    }
    let fraction = matches!(scalar, Scalar::Number(number) if number.fract() != 0.0);
    if declaration.attribute_type == AttributeType::Integer && fraction {
        let message = format!("`{attribute}` is declared as integer and can't be `{scalar}`");
        return Some(Diagnostic::new(&meaning::ATTRIBUTE_TYPE, message).help("compare with a whole number"));
    }
    // In text, `contains` looks for a part, which no enum can list.
    let part = takes == Takes::ScalarOrScalars && matches!(form, Form::Text | Form::Time);
    let allowed = &declaration.allowed;
    if part || allowed.is_empty() || allowed.iter().any(|value| equal(value, scalar, test.ignore_case)) {
        return None;
    }
    let texts: Vec<String> = allowed.iter().map(ToString::to_string).collect();
    let word = scalar.to_string();
    let help = did_you_mean(&word, texts.iter().map(String::as_str)).unwrap_or_else(|| match texts.len() {
        0..=12 => format!("its values are {}", texts.join(", ")),
        count => format!("its {count} values are listed in `flags/project.yaml`"),
    });
    let message = format!("`{attribute}` can't be `{scalar}`");
    Some(Diagnostic::new(&meaning::UNDECLARED_VALUE, message).help(help))
}

fn equal(a: &Scalar, b: &Scalar, ignore_case: bool) -> bool {
    match (a, b) {
        (Scalar::Text(a), Scalar::Text(b)) if ignore_case => a.to_lowercase() == b.to_lowercase(),
        _ => a == b,
    }
}

fn value_help(form: Form, scalar: &Scalar) -> String {
    match (form, scalar) {
        (Form::Text | Form::Texts | Form::Time, Scalar::Number(_) | Scalar::Boolean(_)) => {
            format!("put it in quotes: \"{scalar}\"")
        }
        (Form::Number | Form::Numbers, Scalar::Text(text)) if text.parse::<f64>().is_ok() => {
            format!("remove the quotes: {text}")
        }
        (Form::Boolean, Scalar::Text(text)) if text == "true" || text == "false" => {
            format!("remove the quotes: {text}")
        }
        (Form::Number | Form::Numbers, _) => "compare with a number".to_owned(),
        (Form::Boolean, _) => "compare with true or false".to_owned(),
        (Form::Text | Form::Texts | Form::Time, Scalar::Text(_)) => "compare with text".to_owned(),
    }
}

#[cfg(test)]
mod tests;
