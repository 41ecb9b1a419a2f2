//! The names that a flag's file mentions, also where the file has errors elsewhere, so that all its problems are found at once.

use crate::model::check_name;
use crate::source::Span;
use crate::yaml::{Node, Resolved, Tree};

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mentioned {
    /// An environment, as a key of `environments`.
    Environment,
    /// A segment in a condition.
    Segment,
    /// A flag that is required.
    Flag,
    /// A ring of a serve.
    Ring,
}

/// A name and its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// What it stands for.
    pub what: Mentioned,
    /// The name.
    pub name: String,
    /// Where it stands.
    pub span: Span,
}

/// The names that the tree of a flag's file mentions, in file order.
#[must_use]
pub fn mentions(tree: &Tree<'_>) -> Vec<Mention> {
    let mut found = Vec::new();
    let root = &tree.root;
    requires(root, &mut found);
    for environment in root.get("environments").and_then(Node::entries).into_iter().flatten() {
        mention(Mentioned::Environment, &environment.key, environment.key_span, &mut found);
        let block = &environment.value;
        requires(block, &mut found);
        for rule in block.get("rules").and_then(Node::items).into_iter().flatten() {
            conditions(rule.get("when"), &mut found);
            ring(rule.get("serve"), &mut found);
        }
        ring(block.get("serve"), &mut found);
    }
    found.sort_by_key(|mention| mention.span);
    found
}

fn requires(node: &Node<'_>, found: &mut Vec<Mention>) {
    for requirement in node.get("requires").and_then(Node::items).into_iter().flatten() {
        name(Mentioned::Flag, requirement.get("flag"), found);
    }
}

fn ring(serve: Option<&Node<'_>>, found: &mut Vec<Mention>) {
    name(Mentioned::Ring, serve.and_then(|serve| serve.get("ring")), found);
}

/// Depth is bounded by the reader of YAML.
fn conditions(node: Option<&Node<'_>>, found: &mut Vec<Mention>) {
    let Some(node) = node else { return };
    for item in node.items().into_iter().flatten() {
        conditions(Some(item), found);
    }
    name(Mentioned::Segment, node.get("segment"), found);
    for nested in ["any", "all", "not"] {
        conditions(node.get(nested), found);
    }
}

fn name(what: Mentioned, node: Option<&Node<'_>>, found: &mut Vec<Mention>) {
    if let Some(node) = node
        && let Some(Resolved::Text(text)) = node.scalar()
    {
        mention(what, text, node.span, found);
    }
}

/// What can't be a name is a problem of its own.
fn mention(what: Mentioned, name: &str, span: Span, found: &mut Vec<Mention>) {
    if check_name(name).is_ok() {
        found.push(Mention { what, name: name.to_owned(), span });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_names_in_a_broken_file() {
        let text = "requires: [{flag: other}]\nenvironments:\n  prod:\n    rules:\n      - when: [{any: [{segment: staff}, {not: {segment: eu}}]}]\n        serve: {ring: beta}\n    serve: 7\n";
        let (tree, _) = crate::yaml::parse(&"flags/a.yaml".into(), text);
        let found = mentions(&tree.unwrap());
        let names: Vec<(Mentioned, &str)> = found.iter().map(|mention| (mention.what, mention.name.as_str())).collect();
        assert_eq!(
            names,
            [
                (Mentioned::Flag, "other"),
                (Mentioned::Environment, "prod"),
                (Mentioned::Segment, "staff"),
                (Mentioned::Segment, "eu"),
                (Mentioned::Ring, "beta"),
            ]
        );
    }
}
