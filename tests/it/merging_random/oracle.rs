//! What a merge should come to, said without the code that merges: places and their values.

use git_flag::compare::words;
use git_flag::model::{Condition, Flag, FlagKey, Operand};
use std::collections::{BTreeMap, BTreeSet};

/// All that a flag says.
pub(super) struct Facts {
    /// Every place with its value; what comes and goes as a whole has a place of its own.
    pub(super) places: BTreeMap<String, String>,
    /// The rules of each environment, in order.
    pub(super) orders: BTreeMap<String, Vec<String>>,
}

/// The facts of a text, if it is a valid flag.
pub(super) fn facts(text: &str) -> Option<Facts> {
    let key = FlagKey::new("checkout").expect("a key");
    let flag: Flag = git_flag::project::read_flag(&"flags/checkout.yaml".into(), &key, text.into()).value?;
    let mut places = BTreeMap::new();
    let mut orders = BTreeMap::new();
    let mut put = |place: String, value: String| drop(places.insert(place, value));
    for (name, value) in
        [("description", &flag.description), ("owner", &flag.owner), ("name", &flag.name), ("salt", &flag.salt)]
    {
        if let Some(value) = value {
            put(name.into(), value.clone());
        }
    }
    put("default".into(), flag.default.to_string());
    put("lifetime".into(), words::lifetime(flag.lifetime).unwrap_or_default());
    for tag in &flag.tags {
        put(format!("tags/{tag}"), String::new());
    }
    for variant in &flag.variants {
        put(format!("variants/{}", variant.name), String::new());
        put(format!("variants/{}/value", variant.name), variant.value.to_json().to_string());
    }
    for environment in &flag.environments {
        let at = format!("environments/{}", environment.name);
        put(at.clone(), String::new());
        put(format!("{at}/enabled"), environment.enabled.to_string());
        put(format!("{at}/serve"), words::serve(&environment.serve));
        for target in &environment.targets {
            for unit in &target.units {
                put(format!("{at}/targets/{unit}"), target.serve.to_string());
            }
        }
        for rule in &environment.rules {
            let at = format!("{at}/rules/{}", rule.id.as_ref().expect("an id"));
            put(at.clone(), String::new());
            put(format!("{at}/serve"), words::serve(&rule.serve));
            if let Some(description) = &rule.description {
                put(format!("{at}/description"), description.clone());
            }
            for condition in &rule.when {
                let Condition::Test(test) = condition else { panic!("only tests") };
                let Operand::Many(countries) = &test.operand else { panic!("only lists") };
                for country in countries {
                    put(format!("{at}/countries/{country}"), String::new());
                }
            }
        }
        let rules = environment.rules.iter().map(|rule| rule.id.as_ref().expect("an id").to_string());
        orders.insert(environment.name.to_string(), rules.collect());
    }
    Some(Facts { places, orders })
}

/// A place that both sides set differently, if there is one.
pub(super) fn clash(base: &Facts, ours: &Facts, theirs: &Facts) -> Option<String> {
    let (b, o, t) = (&base.places, &ours.places, &theirs.places);
    let all: BTreeSet<&String> = b.keys().chain(o.keys()).chain(t.keys()).collect();
    for place in all {
        let (was, our, their) = (b.get(place), o.get(place), t.get(place));
        if our != their && our != was && their != was {
            return Some(place.clone());
        }
        // What comes and goes as a whole: taken away by one and changed by the other, or made by both, differently.
        let is_whole = [&b, &o, &t].iter().any(|it| it.get(place).is_some_and(String::is_empty));
        if is_whole {
            let inside = |places: &BTreeMap<String, String>| -> BTreeMap<String, String> {
                let prefix = format!("{place}/");
                places
                    .iter()
                    .filter(|(at, _)| at.starts_with(&prefix))
                    .map(|(at, value)| (at.clone(), value.clone()))
                    .collect()
            };
            let (inner_b, inner_o, inner_t) = (inside(b), inside(o), inside(t));
            let gone = was.is_some() && (our.is_none() && inner_t != inner_b || their.is_none() && inner_o != inner_b);
            let both_made = was.is_none() && our.is_some() && their.is_some() && inner_o != inner_t;
            if (gone && (our.is_some() || their.is_some())) || both_made {
                return Some(place.clone());
            }
        }
    }
    for (environment, rules) in &base.orders {
        // An environment that one side took away, and the other has in another order.
        let sides = [ours, theirs].map(|side| side.orders.get(environment));
        if let [None, Some(left)] | [Some(left), None] = sides
            && moved(rules, left)
        {
            return Some(format!("the order of rules in {environment}"));
        }
        let (Some(our), Some(their)) = (ours.orders.get(environment), theirs.orders.get(environment)) else { continue };
        if moved(rules, our) && moved(rules, their) && moved(our, their) {
            return Some(format!("the order of rules in {environment}"));
        }
    }
    None
}

/// Whether what both lists have stands in another order.
pub(super) fn moved(before: &[String], after: &[String]) -> bool {
    let common = |list: &[String], other: &[String]| -> Vec<String> {
        list.iter().filter(|it| other.contains(it)).cloned().collect()
    };
    common(before, after) != common(after, before)
}

/// The comments of a text, with how often each stands there.
pub(super) fn comments(text: &str) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for line in text.lines() {
        if let Some(at) = line.find("# ") {
            *found.entry(line[at..].trim_end().to_owned()).or_default() += 1;
        }
    }
    found
}
