//! What a whole `targeting` chooses: a tree of variants.

use super::logic::{Reader, SIMPLIFY};
use super::value::{Expression, Value};
use crate::exchange::build::{Values, test_any};
use crate::exchange::formula::Formula;
use crate::exchange::item::{Item, Kept};
use crate::exchange::logic::Tree;
use crate::exchange::read::{Node, short};
use crate::model::{Scalar, VariantName};
use serde_json::Value as Json;

/// The variants that `node`, a whole `targeting`, chooses.
pub(super) fn variants(
    reader: &mut Reader<'_, '_>,
    node: &Node<'_>,
    values: &Values,
    default: &VariantName,
    items: &mut Vec<Item>,
) -> Result<Tree, Box<Item>> {
    let expression = reader.expression(node)?;
    let mut missing = Vec::new();
    let tree = chosen(&expression, values, default, &mut missing).map_err(|why| node.unlike(why, SIMPLIFY))?;
    missing.sort();
    missing.dedup();
    for what in missing {
        let message = format!(
            "targeting can give {what}, which is no variant: flagd then answers with an error, and here `default` would be served"
        );
        items.push(*node.item(Kept::No, message, "name variants only, or accept that with `--partial`"));
    }
    Ok(tree)
}

/// The tree of variants; what is no variant is added to `missing` and gets the default.
fn chosen(
    expression: &Expression,
    values: &Values,
    default: &VariantName,
    missing: &mut Vec<String>,
) -> Result<Tree, String> {
    let otherwise = || Tree::Serve(default.clone());
    Ok(match expression {
        Expression::Value(Value::Known(json)) => {
            let name = match json {
                Json::Null => return Ok(otherwise()),
                Json::String(name) => name.clone(),
                Json::Bool(_) | Json::Number(_) => json.to_string(),
                other => {
                    missing.push(short(other));
                    return Ok(otherwise());
                }
            };
            let found = values.ours.get(&name);
            if found.is_none() {
                missing.push(format!("`{name}`"));
            }
            Tree::Serve(found.unwrap_or(default).clone())
        }
        Expression::Value(Value::Attribute(path)) => {
            missing.push(format!("other values of `{path}`"));
            values.ours.iter().rev().fold(otherwise(), |rest, (theirs, ours)| {
                let mut forms = vec![Scalar::Text(theirs.clone())];
                forms.extend(theirs.parse::<bool>().ok().map(Scalar::Boolean));
                forms.extend(theirs.parse::<i32>().ok().map(|number| Scalar::Number(number.into())));
                let is = test_any(path, "in", forms);
                Tree::If(Formula::When(is), Box::new(Tree::Serve(ours.clone())), Box::new(rest))
            })
        }
        Expression::Value(_) => return Err("it takes a computed value for the name of a variant".into()),
        Expression::If(condition, then, other) => Tree::If(
            Formula::When(condition.clone()),
            Box::new(chosen(then, values, default, missing)?),
            Box::new(chosen(other, values, default, missing)?),
        ),
        Expression::Draw(draw, parts) => {
            let parts = parts.iter().map(|(weight, part)| Ok((*weight, chosen(part, values, default, missing)?)));
            Tree::Split(draw.clone(), parts.collect::<Result<_, String>>()?, Box::new(otherwise()))
        }
    })
}
