//! What a side does to a flag: a script of edits.

use super::Random;
use super::document::{COUNTRIES, Document, Environment, RULES, Rule, SERVES, TAGS, UNITS, places, rule};

/// One edit.
#[derive(Debug, Clone)]
pub(super) enum Edit {
    Field(&'static str, Option<String>),
    Tag(String, bool),
    Variant(String, Option<String>),
    NewEnvironment(Rule),
    NoEnvironment(String),
    Enabled(String, bool),
    Serve(String, String),
    Target(String, String, Option<String>),
    NewRule(String, Rule, usize),
    NoRule(String, String),
    MoveRule(String, String, usize),
    RuleServe(String, String, String),
    RuleDescription(String, String, Option<String>),
    Country(String, String, String, bool),
    CommentAbove(String, String),
    CommentBeside(String, String),
    NoComments(String),
}

/// A script of a few edits. Comments say which side wrote them.
pub(super) fn random(random: &mut Random, side: &str) -> Vec<Edit> {
    let mut edits: Vec<Edit> = (0..=random.below(5)).map(|number| edit(random, side, number)).collect();
    // At most one country of a rule goes, so that some are left whatever the other side does.
    let mut gone: Vec<(String, String)> = Vec::new();
    edits.retain(|edit| match edit {
        Edit::Country(environment, id, _, false) => {
            let place = (environment.clone(), id.clone());
            let is_first = !gone.contains(&place);
            gone.push(place);
            is_first
        }
        _ => true,
    });
    edits
}

/// The edits without which that document would become another: what is not there can't be meant, nor what is undone later.
pub(super) fn effective(mut script: Vec<Edit>, document: &Document) -> Vec<Edit> {
    let wanted = applied(&script, document);
    let mut at = 0;
    while at < script.len() {
        let edit = script.remove(at);
        if applied(&script, document) == wanted {
            at = 0;
        } else {
            script.insert(at, edit);
            at += 1;
        }
    }
    script
}

fn edit(random: &mut Random, side: &str, number: usize) -> Edit {
    let environment = random.pick(&["staging", "production"]).to_owned();
    let id = random.pick(&RULES).to_owned();
    let maybe = |random: &mut Random, text: String| (!random.one_in(4)).then_some(text);
    match random.below(22) {
        0 => {
            let name = ["description", "name", "salt"][random.below(3)];
            let value = format!("text {}", random.below(3));
            Edit::Field(name, maybe(random, value))
        }
        1 => Edit::Field("owner", Some(format!("team-{}", random.below(3)))),
        2 => Edit::Tag(random.pick(&TAGS).to_owned(), !random.one_in(3)),
        3 => {
            let value = format!("value-{}", random.below(3));
            let name = random.pick(&["control", "fresh", "extra", "spare"]);
            let may_go = name == "extra" || name == "spare";
            Edit::Variant(name.to_owned(), if may_go { maybe(random, value) } else { Some(value) })
        }
        4 if random.one_in(2) => Edit::NewEnvironment(rule(random, &id)),
        4 => Edit::NoEnvironment(environment),
        5 => Edit::Enabled(environment, random.one_in(2)),
        6 | 7 => Edit::Serve(environment, random.pick(&SERVES).to_owned()),
        8 | 9 => {
            let serve = SERVES[random.below(2)].to_owned();
            let unit = random.pick(&UNITS).to_owned();
            Edit::Target(environment, unit, maybe(random, serve))
        }
        10 => Edit::NewRule(environment, rule(random, &id), random.below(5)),
        11 => Edit::NoRule(environment, id),
        12 => Edit::MoveRule(environment, id, random.below(4)),
        13 | 14 => Edit::RuleServe(environment, id, random.pick(&SERVES).to_owned()),
        15 => {
            let text = format!("Why {}", random.below(4));
            Edit::RuleDescription(environment, id, maybe(random, text))
        }
        16 | 17 => Edit::Country(environment, id, random.pick(&COUNTRIES).to_owned(), random.one_in(2)),
        18 | 19 => Edit::CommentAbove(place(random), format!("# {side} {number} above")),
        20 => Edit::CommentBeside(place(random), format!("# {side} {number} beside")),
        _ => Edit::NoComments(place(random)),
    }
}

fn place(random: &mut Random) -> String {
    let places = places();
    places[random.below(places.len())].clone()
}

/// The document after the script.
pub(super) fn applied(script: &[Edit], document: &Document) -> Document {
    let mut document = document.clone();
    for edit in script {
        apply(edit, &mut document);
    }
    document
}

fn apply(edit: &Edit, document: &mut Document) {
    match edit.clone() {
        Edit::Field(name, Some(value)) => drop(document.fields.insert(name, value)),
        Edit::Field(name, None) => drop(document.fields.remove(name)),
        Edit::Tag(tag, is_in) => with_element(&mut document.tags, tag, is_in),
        Edit::Variant(name, value) => match (document.variants.iter().position(|(own, _)| *own == name), value) {
            (Some(at), Some(value)) => document.variants[at].1 = value,
            (Some(at), None) => drop(document.variants.remove(at)),
            (None, Some(value)) => document.variants.push((name, value)),
            (None, None) => {}
        },
        Edit::NewEnvironment(rule) => {
            if document.environment("canary").is_none() {
                let serve = rule.serve.clone();
                let environment =
                    Environment { enabled: true, serve, targets: std::collections::BTreeMap::new(), rules: vec![rule] };
                document.environments.push(("canary".to_owned(), environment));
            }
        }
        Edit::NoEnvironment(name) => document.environments.retain(|(own, _)| *own != name),
        Edit::CommentAbove(place, note) => document.notes.entry(place).or_default().above.push(note),
        Edit::CommentBeside(place, note) => document.notes.entry(place).or_default().beside = Some(note),
        Edit::NoComments(place) => drop(document.notes.remove(&place)),
        Edit::Enabled(name, _)
        | Edit::Serve(name, _)
        | Edit::Target(name, _, _)
        | Edit::NewRule(name, _, _)
        | Edit::NoRule(name, _)
        | Edit::MoveRule(name, _, _)
        | Edit::RuleServe(name, _, _)
        | Edit::RuleDescription(name, _, _)
        | Edit::Country(name, _, _, _) => {
            if let Some(environment) = document.environment(&name) {
                apply_inside(edit.clone(), environment);
            }
        }
    }
}

fn apply_inside(edit: Edit, environment: &mut Environment) {
    let at = |rules: &[Rule], id: &str| rules.iter().position(|rule| rule.id == id);
    let rules = &mut environment.rules;
    match edit {
        Edit::Enabled(_, enabled) => environment.enabled = enabled,
        Edit::Serve(_, serve) => environment.serve = serve,
        Edit::Target(_, unit, Some(variant)) => drop(environment.targets.insert(unit, variant)),
        Edit::Target(_, unit, None) => drop(environment.targets.remove(&unit)),
        Edit::NewRule(_, rule, place) => {
            if at(rules, &rule.id).is_none() {
                rules.insert(place.min(rules.len()), rule);
            }
        }
        Edit::NoRule(_, id) => rules.retain(|rule| rule.id != id),
        Edit::MoveRule(_, id, place) => {
            if let Some(from) = at(rules, &id) {
                let rule = rules.remove(from);
                rules.insert(place.min(rules.len()), rule);
            }
        }
        Edit::RuleServe(_, id, serve) => {
            if let Some(index) = at(rules, &id) {
                rules[index].serve = serve;
            }
        }
        Edit::RuleDescription(_, id, description) => {
            if let Some(index) = at(rules, &id) {
                rules[index].description = description;
            }
        }
        Edit::Country(_, id, country, is_in) => {
            if let Some(index) = at(rules, &id) {
                with_element(&mut rules[index].countries, country, is_in);
            }
        }
        _ => unreachable!("only edits of an environment come here"),
    }
}

fn with_element(list: &mut Vec<String>, element: String, is_in: bool) {
    if is_in && !list.contains(&element) {
        list.push(element);
    } else if !is_in {
        list.retain(|own| *own != element);
    }
}
