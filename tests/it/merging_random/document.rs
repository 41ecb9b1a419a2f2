//! A flag with comments, and how it is laid out as text.

use super::Random;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// A flag and its comments.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Document {
    pub(super) fields: BTreeMap<&'static str, String>,
    pub(super) tags: Vec<String>,
    pub(super) variants: Vec<(String, String)>,
    pub(super) environments: Vec<(String, Environment)>,
    /// By what they stand above or beside.
    pub(super) notes: BTreeMap<String, Notes>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Notes {
    pub(super) above: Vec<String>,
    pub(super) beside: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Environment {
    pub(super) enabled: bool,
    pub(super) serve: String,
    pub(super) targets: BTreeMap<String, String>,
    pub(super) rules: Vec<Rule>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Rule {
    pub(super) id: String,
    pub(super) description: Option<String>,
    pub(super) countries: Vec<String>,
    pub(super) serve: String,
}

/// How a text is laid out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layout {
    indent: usize,
    flow_lists: bool,
    flow_rules: bool,
    blank_lines: bool,
    carriage_returns: bool,
    quotes: bool,
}

impl Layout {
    pub(super) fn random(random: &mut Random) -> Self {
        Self {
            indent: if random.one_in(4) { 4 } else { 2 },
            flow_lists: !random.one_in(3),
            flow_rules: random.one_in(3),
            blank_lines: random.one_in(3),
            carriage_returns: random.one_in(10),
            quotes: random.one_in(4),
        }
    }
}

pub(super) const SERVES: [&str; 6] = [
    "control",
    "fresh",
    "spare",
    "{percentage: 10, serve: fresh}",
    "{percentage: 40, serve: fresh}",
    "{split: [control: 40, fresh: 60]}",
];
pub(super) const COUNTRIES: [&str; 8] = ["DE", "FR", "AT", "CH", "IT", "ES", "PL", "SE"];
pub(super) const UNITS: [&str; 5] = ["user-1", "user-2", "user-3", "user-4", "user-5"];
pub(super) const RULES: [&str; 6] = ["staff", "near", "late", "bank", "team", "last"];
pub(super) const TAGS: [&str; 5] = ["checkout", "web", "mobile", "pay", "slow"];

/// A rule of that name with anything in it. Four countries, so that two scripts can't take all of them.
pub(super) fn rule(random: &mut Random, id: &str) -> Rule {
    let from = random.below(4);
    Rule {
        id: id.to_owned(),
        description: random.one_in(3).then(|| format!("Why {}", random.below(3))),
        countries: COUNTRIES[from..from + 4].iter().map(|it| (*it).to_owned()).collect(),
        serve: SERVES[random.below(2)].to_owned(),
    }
}

impl Document {
    pub(super) fn random(random: &mut Random) -> Self {
        let mut document = Self {
            fields: BTreeMap::from([("description", "One page".to_owned()), ("owner", "team-a".to_owned())]),
            tags: TAGS.iter().filter(|_| random.one_in(2)).map(|it| (*it).to_owned()).collect(),
            variants: ["control", "fresh", "spare"].map(|name| (name.to_owned(), format!("{name}-0"))).into(),
            environments: Vec::new(),
            notes: BTreeMap::new(),
        };
        for name in ["staging", "production"] {
            let mut targets = BTreeMap::new();
            for unit in UNITS {
                if random.one_in(3) {
                    targets.insert(unit.to_owned(), SERVES[random.below(2)].to_owned());
                }
            }
            let rules = RULES[..4].iter().filter(|_| !random.one_in(4)).copied().collect::<Vec<_>>();
            let rules = rules.into_iter().map(|id| rule(random, id)).collect();
            let serve = SERVES[[0, 1, 3, 5][random.below(4)]].to_owned();
            document
                .environments
                .push((name.to_owned(), Environment { enabled: !random.one_in(4), serve, targets, rules }));
        }
        for (number, place) in places().into_iter().enumerate() {
            if random.one_in(3) {
                document.notes.entry(place.clone()).or_default().above.push(format!("# base {number} above"));
            }
            if random.one_in(4) {
                document.notes.entry(place).or_default().beside = Some(format!("# base {number} beside"));
            }
        }
        document
    }

    /// The environment of that name.
    pub(super) fn environment(&mut self, name: &str) -> Option<&mut Environment> {
        self.environments.iter_mut().find(|(own, _)| own == name).map(|(_, environment)| environment)
    }

    /// Laid out as text.
    pub(super) fn text(&self, layout: Layout) -> String {
        let mut page = Page { document: self, layout, text: String::new() };
        page.document();
        if layout.carriage_returns { page.text.replace('\n', "\r\n") } else { page.text }
    }
}

/// What comments can stand at.
pub(super) fn places() -> Vec<String> {
    let mut places: Vec<String> =
        ["description", "owner", "tags", "default", "variants", "fresh", "environments", "end"]
            .map(str::to_owned)
            .into();
    for environment in ["staging", "production"] {
        places.push(environment.to_owned());
        places.extend(["enabled", "serve", "targets"].map(|it| format!("{environment}/{it}")));
        places.extend(RULES.map(|id| format!("{environment}/{id}")));
        places.extend(RULES.map(|id| format!("{environment}/{id}/serve")));
    }
    places
}

struct Page<'d> {
    document: &'d Document,
    layout: Layout,
    text: String,
}

impl Page<'_> {
    /// A line, as deep as that, with the comments of its place and of those that share the line.
    fn line(&mut self, depth: usize, extra: usize, words: &str, places: &[&str]) {
        let indent = " ".repeat(depth * self.layout.indent + extra);
        let mut besides = Vec::new();
        for place in places {
            let Some(notes) = self.document.notes.get(*place) else { continue };
            for note in &notes.above {
                // Above an item the comment stands in the column of its dash.
                let _ = writeln!(self.text, "{indent}{note}");
            }
            besides.extend(notes.beside.clone());
        }
        let beside = besides.pop();
        for note in besides {
            let _ = writeln!(self.text, "{indent}{note}");
        }
        let beside = beside.map(|note| format!(" {note}")).unwrap_or_default();
        let _ = writeln!(self.text, "{indent}{words}{beside}");
    }

    fn list(&mut self, depth: usize, name: &str, items: &[String], place: &str) {
        if items.is_empty() {
            return;
        }
        if self.layout.flow_lists {
            return self.line(depth, 0, &format!("{name}: [{}]", items.join(", ")), &[place]);
        }
        self.line(depth, 0, &format!("{name}:"), &[place]);
        for item in items {
            self.line(depth + 1, 0, &format!("- {item}"), &[]);
        }
    }

    fn document(&mut self) {
        let document = self.document;
        for (name, value) in &document.fields {
            let value = if self.layout.quotes { format!("'{value}'") } else { value.clone() };
            self.line(0, 0, &format!("{name}: {value}"), &[name]);
        }
        self.line(0, 0, "type: string", &[]);
        self.list(0, "tags", &document.tags, "tags");
        self.line(0, 0, "default: control", &["default"]);
        self.gap();
        self.line(0, 0, "variants:", &["variants"]);
        for (name, value) in &document.variants {
            self.line(1, 0, &format!("{name}: {{value: {value}}}"), &[name]);
        }
        self.gap();
        let none = if document.environments.is_empty() { " {}" } else { "" };
        self.line(0, 0, &format!("environments:{none}"), &["environments"]);
        for (name, environment) in &document.environments {
            self.environment(name, environment);
        }
        if let Some(notes) = document.notes.get("end") {
            for note in notes.above.iter().chain(&notes.beside) {
                let _ = writeln!(self.text, "{note}");
            }
        }
    }

    fn gap(&mut self) {
        if self.layout.blank_lines {
            self.text.push('\n');
        }
    }

    fn environment(&mut self, name: &str, environment: &Environment) {
        self.line(1, 0, &format!("{name}:"), &[name]);
        self.line(2, 0, &format!("enabled: {}", environment.enabled), &[&format!("{name}/enabled")]);
        let mut by_variant: BTreeMap<&String, Vec<&str>> = BTreeMap::new();
        for (unit, variant) in &environment.targets {
            by_variant.entry(variant).or_default().push(unit);
        }
        if !by_variant.is_empty() {
            self.line(2, 0, "targets:", &[&format!("{name}/targets")]);
            for (variant, units) in by_variant {
                self.line(3, 0, &format!("- {{serve: {variant}, units: [{}]}}", units.join(", ")), &[]);
            }
        }
        if !environment.rules.is_empty() {
            self.line(2, 0, "rules:", &[]);
            for rule in &environment.rules {
                self.rule(name, rule);
            }
        }
        self.line(2, 0, &format!("serve: {}", environment.serve), &[&format!("{name}/serve")]);
        self.gap();
    }

    fn rule(&mut self, environment: &str, rule: &Rule) {
        let place = format!("{environment}/{}", rule.id);
        let serve = format!("{place}/serve");
        let when = format!("when: [{{attribute: country, in: [{}]}}]", rule.countries.join(", "));
        let description = rule.description.as_ref().map(|it| format!("description: {it}"));
        if self.layout.flow_rules {
            let description = description.map(|it| format!("{it}, ")).unwrap_or_default();
            let words = format!("- {{id: {}, {description}{when}, serve: {}}}", rule.id, rule.serve);
            return self.line(3, 0, &words, &[&place, &serve]);
        }
        self.line(3, 0, &format!("- id: {}", rule.id), &[&place]);
        for words in description.into_iter().chain([when]) {
            self.line(3, 2, &words, &[]);
        }
        self.line(3, 2, &format!("serve: {}", rule.serve), &[&serve]);
    }
}
