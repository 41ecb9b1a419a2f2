//! Conditions on the command line: `country in DE,FR`, `age >= 18`, `not segment staff`, or YAML in braces.

use crate::diagnostic::codes::change;
use crate::diagnostic::{Failure, Result, did_you_mean};
use crate::document;
use crate::evaluate::operator::{self, OPERATORS, Operator, Takes};
use crate::model::{AttributePath, AttributeType, Condition, Operand, Project, Scalar, SegmentName, Share, Test};
use crate::source::{FilePath, Sources};
use crate::yaml::{self, Resolved};

/// How conditions are written, for the help of commands.
pub(super) const HELP: &str = "Conditions:\n  \
    ATTRIBUTE OPERATOR VALUE[,VALUE]   country in DE,FR · age >= 18 · plan = pro\n  \
    [not] segment NAME                 not segment staff\n  \
    percentage NUMBER [by ATTRIBUTE]   percentage 10 by company.id\n  \
    YAML in braces                     {any: [{attribute: plan, equals: pro}, …]}";

/// Signs for operators. Longer signs stand before their beginnings.
const SIGNS: &[(&str, &str)] = &[
    ("!=", "not_equals"),
    (">=", "greater_than_or_equal"),
    ("<=", "less_than_or_equal"),
    ("==", "equals"),
    ("=", "equals"),
    (">", "greater_than"),
    ("<", "less_than"),
    ("~", "matches"),
];

/// Reads conditions, each an argument of its own. Values take the types that the project declares for their attributes;
/// for others they mean what they would mean in YAML.
///
/// # Errors
/// The first argument that is no condition.
pub(super) fn conditions(project: &Project, arguments: &[String]) -> Result<Vec<Condition>> {
    arguments.iter().map(|argument| condition(project, argument)).collect()
}

/// Reads one condition.
///
/// # Errors
/// What is wrong with it.
pub(super) fn condition(project: &Project, argument: &str) -> Result<Condition> {
    let text = argument.trim();
    if text.starts_with('{') {
        return flow(text);
    }
    let negated = split_word(text);
    // `not` may be an attribute too: `not = 5`.
    let is_negation = !negated.1.is_empty() && (operator_at(negated.1).is_none() || is_in_segment(negated.1));
    match negated {
        ("not", rest) if is_negation => Ok(Condition::Not(Box::new(simple(project, rest)?))),
        _ => simple(project, text),
    }
}

fn is_in_segment(text: &str) -> bool {
    let (word, rest) = split_word(text);
    word == "in" && split_word(rest).0 == "segment"
}

fn simple(project: &Project, text: &str) -> Result<Condition> {
    match split_word(text) {
        ("in", rest) if is_in_segment(text) => named(split_word(rest).1),
        ("segment", rest) if operator_at(rest).is_none() => named(rest),
        ("percentage", rest) if operator_at(rest).is_none() => percentage(rest),
        _ => test(project, text).map(Condition::Test),
    }
}

fn refused(argument: &str, why: impl std::fmt::Display) -> Box<Failure> {
    Failure::new(&change::BAD_ARGUMENT, format!("`{argument}` is no condition: {why}"))
}

fn examples(failure: Box<Failure>) -> Box<Failure> {
    failure.help("write `ATTRIBUTE OPERATOR VALUE`, such as `country in DE,FR`, `segment NAME`, or YAML in braces")
}

/// YAML in braces, read as files are.
fn flow(text: &str) -> Result<Condition> {
    let file: FilePath = "condition".into();
    let wrapped = format!("match: [{text}]");
    let (tree, mut problems) = yaml::parse(&file, &wrapped);
    let name = SegmentName::new("condition").map_err(|error| refused(text, error))?;
    let segment = tree.and_then(|tree| {
        let (segment, more) = document::segment(&file, &name, &tree);
        problems.extend(more);
        segment
    });
    let mut conditions = segment.map(|segment| segment.conditions).unwrap_or_default();
    match conditions.pop() {
        Some(condition) if conditions.is_empty() => Ok(condition),
        Some(_) => Err(refused(text, "it is several").help("pass each with an option of its own")),
        None => {
            let mut sources = Sources::new();
            sources.insert(file, wrapped);
            Err(refused(text, "it does not read").with(problems, sources))
        }
    }
}

fn named(name: &str) -> Result<Condition> {
    let bad = |error| refused(&format!("segment {name}"), error);
    SegmentName::new(name).map(Condition::Segment).map_err(bad)
}

fn percentage(text: &str) -> Result<Condition> {
    let (share, rest) = split_word(text);
    let refused = |why: String| refused(&format!("percentage {text}"), why);
    let share = Share::parse(share).map_err(|error| refused(error.to_string()))?;
    let by = match split_word(rest) {
        ("", _) => None,
        ("by", path) => Some(super::writing::attribute(path)?.into()),
        (other, _) => {
            return Err(refused(format!("`{other}` is not expected")).help("write `percentage 10 by company.id`"));
        }
    };
    Ok(Condition::Percentage { share, by, salt: None, bucketing: None })
}

fn test(project: &Project, text: &str) -> Result<Test> {
    let Some((attribute, operator, value)) = parts(text) else { return Err(no_operator(text)) };
    let path = AttributePath::parse(attribute)
        .ok_or_else(|| examples(refused(text, format_args!("`{attribute}` is no attribute"))))?;
    let declared =
        project.attributes.as_ref().and_then(|attributes| attributes.get(&path)).map(|found| found.attribute_type);
    let operand = operand(text, operator, declared, value)?;
    let test =
        Test { attribute: path, operator: operator.name, operand, ignore_case: false, lenient: false, any_item: false };
    match operator::check(&test) {
        Ok(()) => Ok(test),
        Err(problem) => Err(refused(text, problem)),
    }
}

/// Attribute, operator, and the text of the value.
fn parts(text: &str) -> Option<(&str, &'static Operator, &str)> {
    let (attribute, rest) = split_word(text);
    if let Some((operator, value)) = operator_at(rest) {
        return Some((attribute, operator, value));
    }
    // Without spaces: `plan=pro`.
    let at = text.find(['=', '!', '<', '>', '~']).filter(|at| *at > 0)?;
    let (operator, value) = sign_at(&text[at..])?;
    Some((text[..at].trim(), operator, value))
}

/// The operator that `text` starts with, in one word, a sign, or several words (`greater than`), and what follows.
fn operator_at(text: &str) -> Option<(&'static Operator, &str)> {
    let mut name = String::new();
    let mut rest = text;
    let mut longest = None;
    for _ in 0..5 {
        let (word, after) = split_word(rest);
        if word.is_empty() {
            break;
        }
        if !name.is_empty() {
            name.push('_');
        }
        name += &word.replace('-', "_").to_ascii_lowercase();
        rest = after;
        if let Some(operator) = operator::find(&name) {
            longest = Some((operator, after));
        }
    }
    longest.or_else(|| sign_at(text))
}

fn sign_at(text: &str) -> Option<(&'static Operator, &str)> {
    let (sign, name) = SIGNS.iter().find(|(sign, _)| text.starts_with(sign))?;
    Some((operator::find(name)?, text[sign.len()..].trim_start()))
}

fn no_operator(text: &str) -> Box<Failure> {
    let word = split_word(split_word(text).1).0;
    let failure = if word.is_empty() {
        refused(text, "it has no operator")
    } else {
        refused(text, format_args!("there is no operator `{word}`"))
    };
    match did_you_mean(&word.replace('-', "_"), OPERATORS.iter().map(|operator| operator.name)) {
        Some(hint) => failure.help(hint),
        None => examples(failure),
    }
}

fn operand(text: &str, operator: &Operator, declared: Option<AttributeType>, value: &str) -> Result<Operand> {
    if value.is_empty() && operator.takes == Takes::Boolean {
        return Ok(Operand::One(Scalar::Boolean(true)));
    }
    if value.is_empty() {
        return Err(examples(refused(text, format_args!("`{}` needs a value", operator.name))));
    }
    let bracketed = value.strip_prefix('[').and_then(|inner| inner.strip_suffix(']'));
    let pieces = match (operator.takes, bracketed) {
        // Commas are part of patterns and ranges.
        (
            Takes::PatternOrPatterns
            | Takes::Scalars
            | Takes::ScalarOrScalars
            | Takes::TextOrTexts
            | Takes::TypeOrTypes
            | Takes::NetworkOrNetworks,
            Some(inner),
        ) => pieces(inner),
        (
            Takes::Scalars
            | Takes::ScalarOrScalars
            | Takes::TextOrTexts
            | Takes::TypeOrTypes
            | Takes::NetworkOrNetworks,
            None,
        ) => pieces(value),
        _ => vec![value],
    };
    let wanted = Wanted::of(operator.takes, declared);
    let scalars = pieces.into_iter().map(|piece| scalar(text, wanted, piece)).collect::<Result<Vec<_>>>()?;
    match <[Scalar; 1]>::try_from(scalars) {
        Ok([scalar]) if operator.takes != Takes::Scalars => Ok(Operand::One(scalar)),
        Ok(scalars) => Ok(Operand::Many(scalars.into())),
        Err(scalars) => Ok(Operand::Many(scalars)),
    }
}

/// What a value has to be.
#[derive(Debug, Clone, Copy)]
enum Wanted {
    Text,
    Number,
    Boolean,
    AsWritten,
}

impl Wanted {
    const fn of(takes: Takes, declared: Option<AttributeType>) -> Self {
        match takes {
            Takes::Number => Self::Number,
            Takes::Boolean => Self::Boolean,
            Takes::TextOrTexts
            | Takes::TypeOrTypes
            | Takes::PatternOrPatterns
            | Takes::Version
            | Takes::VersionRange
            | Takes::Time
            | Takes::NetworkOrNetworks => Self::Text,
            Takes::Scalar | Takes::Scalars | Takes::ScalarOrScalars => match declared {
                Some(AttributeType::Boolean) => Self::Boolean,
                Some(AttributeType::Integer | AttributeType::Number | AttributeType::Numbers) => Self::Number,
                Some(
                    AttributeType::String
                    | AttributeType::Semver
                    | AttributeType::Time
                    | AttributeType::Ip
                    | AttributeType::Strings,
                ) => Self::Text,
                None => Self::AsWritten,
            },
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "integers are within ±(2^53−1)")]
fn scalar(text: &str, wanted: Wanted, piece: &str) -> Result<Scalar> {
    if let Some(quoted) = unquoted(piece) {
        return match wanted {
            Wanted::Text | Wanted::AsWritten => Ok(Scalar::Text(quoted.to_owned())),
            Wanted::Number | Wanted::Boolean => scalar(text, wanted, quoted),
        };
    }
    // What other readers of YAML take for something else is meant as text more often than not.
    let resolved =
        if yaml::misread_by_yaml_1_1(piece).is_some() { Resolved::Text(piece) } else { yaml::resolve(piece) };
    match (wanted, resolved) {
        (Wanted::Number | Wanted::AsWritten, Resolved::Integer(number)) => Ok(Scalar::Number(number as f64)),
        (Wanted::Number | Wanted::AsWritten, Resolved::Number(number)) => Ok(Scalar::Number(number)),
        (Wanted::Boolean | Wanted::AsWritten, Resolved::Boolean(value)) => Ok(Scalar::Boolean(value)),
        (Wanted::Number, _) => Err(refused(text, format_args!("`{piece}` is no number"))),
        (Wanted::Boolean, _) => Err(refused(text, format_args!("`{piece}` is neither `true` nor `false`"))),
        (Wanted::Text | Wanted::AsWritten, _) if piece.is_empty() => {
            Err(refused(text, "a value is empty").help("put an empty text in quotes: `\"\"`"))
        }
        (Wanted::Text | Wanted::AsWritten, _) => Ok(Scalar::Text(piece.to_owned())),
    }
}

/// Text between quotes of one kind.
fn unquoted(text: &str) -> Option<&str> {
    ['"', '\''].into_iter().find_map(|quote| text.strip_prefix(quote)?.strip_suffix(quote))
}

/// The parts between commas that are not in quotes.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut quote = None;
    for (at, character) in text.char_indices() {
        match (quote, character) {
            (None, ',') => {
                pieces.push(text[start..at].trim());
                start = at + 1;
            }
            (None, '"' | '\'') if text[start..at].trim().is_empty() => quote = Some(character),
            (Some(open), _) if open == character => quote = None,
            _ => {}
        }
    }
    pieces.push(text[start..].trim());
    pieces
}

/// The first word, and the rest without the spaces between.
fn split_word(text: &str) -> (&str, &str) {
    let text = text.trim();
    text.split_once(char::is_whitespace).map_or((text, ""), |(word, rest)| (word, rest.trim_start()))
}

#[cfg(test)]
mod tests;
