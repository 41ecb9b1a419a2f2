//! Flags as somebody could write them, of everything that flagd can say and a little that it can't.

use super::contexts::{ATTRIBUTES, Type};
use super::dice::Dice;
use serde_json::{Map, Value as Json, json};

/// A moment that nothing is special about.
pub(super) const NOW: i64 = 1_795_165_200;

/// Segments that flags name; each may name those before it.
pub(super) const SEGMENTS: &[&str] = &["s0", "s1", "s2", "s3", "s4", "s5"];
const RINGS: &[&str] = &["inner", "outer"];
const STRATEGIES: &[&str] = &["percentage", "gradual", "linear", "canary", "ring"];

pub(super) struct Generator {
    pub(super) dice: Dice,
    /// The generation, `v2` or `v3`.
    pub(super) generation: &'static str,
}

/// The project as text.
pub(super) fn project(generation: &str) -> Json {
    let name = |of_type: &Type| match of_type {
        Type::Text => "string",
        Type::Integer => "integer",
        Type::Number => "number",
        Type::Boolean => "boolean",
        Type::Version => "semver",
        Type::Texts => "strings",
        Type::Numbers => "numbers",
    };
    let attributes: Map<String, Json> =
        ATTRIBUTES.iter().map(|(path, of_type)| ((*path).to_owned(), json!({"type": name(of_type)}))).collect();
    json!({
        "format": 1,
        "environments": [{"name": "production"}],
        "attributes": attributes,
        "rings": [{"name": "inner", "segment": "s0", "percentage": 5}, {"name": "outer", "segment": "s1", "percentage": 30}],
        "bucketing": format!("flagd-{generation}"),
    })
}

impl Generator {
    /// A segment that may name the first `before` ones.
    pub(super) fn segment(&mut self, before: usize) -> Json {
        let mut segment = json!({"match": self.conditions(2, before)});
        if self.dice.chance(40) {
            segment["include"] = self.units(0);
        }
        if self.dice.chance(40) {
            segment["exclude"] = self.units(40);
        }
        segment
    }

    /// A flag that may require those of `earlier`: their keys and variants.
    pub(super) fn flag(&mut self, earlier: &[(String, Vec<Json>)]) -> Json {
        let (of_type, values) = self.values();
        let boolean = of_type == "boolean";
        let variants: Vec<Json> = if boolean {
            vec![json!(true), json!(false)]
        } else {
            (0..values.len()).map(|index| json!(format!("v{index}"))).collect()
        };
        let mut flag = json!({"type": of_type, "default": self.dice.pick(&variants)});
        if !boolean {
            let named = variants.iter().zip(values);
            let named =
                named.map(|(name, value)| (name.as_str().unwrap_or_default().to_owned(), json!({"value": value})));
            flag["variants"] = named.collect::<Map<_, _>>().into();
        }
        if self.dice.chance(15) {
            flag["salt"] = json!(format!("salt-{}", self.dice.below(20)));
        }
        if self.dice.chance(15) {
            flag["metadata"] = json!({"team": "a", "weight": 5, "ok": true});
        }
        if !earlier.is_empty() && self.dice.chance(15) {
            flag["requires"] = self.requirement(earlier);
        }
        let mut environment = json!({"enabled": !self.dice.chance(4), "serve": self.serve(&variants)});
        if self.dice.chance(10) {
            environment["schedule"] = self.window();
        }
        if !earlier.is_empty() && self.dice.chance(8) {
            environment["requires"] = self.requirement(earlier);
        }
        if self.dice.chance(4) {
            environment["killed"] = json!({"reason": "an incident"});
        }
        if self.dice.chance(30) {
            environment["targets"] = json!([{"serve": self.dice.pick(&variants), "units": self.units(0)}]);
        }
        let rules: Vec<Json> = (0..self.dice.below(4)).map(|_| self.rule(&variants)).collect();
        if !rules.is_empty() {
            environment["rules"] = rules.into();
        }
        flag["environments"] = json!({"production": environment});
        flag
    }

    /// A type, and values of it for variants.
    fn values(&mut self) -> (&'static str, Vec<Json>) {
        let count = self.dice.between(2, 4);
        match self.dice.below(8) {
            0..=3 => ("boolean", Vec::new()),
            4 => ("string", [json!(""), json!("b lue"), json!("ü"), json!("green")][..count].to_vec()),
            5 => ("integer", [json!(0), json!(-7), json!(42), json!(9_007_199_254_740_991_i64)][..count].to_vec()),
            6 => ("number", [json!(0.5), json!(-1.25), json!(1e-7), json!(3)][..count].to_vec()),
            _ => (
                "json",
                [json!({}), json!({"a": [1, "x"]}), json!({"b": {"c": null}}), json!({"d": 0.1})][..count].to_vec(),
            ),
        }
    }

    fn requirement(&mut self, earlier: &[(String, Vec<Json>)]) -> Json {
        let (key, variants) = self.dice.pick(earlier);
        let (key, serves) = (key.clone(), self.dice.pick(variants).clone());
        json!([{"flag": key, "serves": serves}])
    }

    /// Up to five of the forty from `first` on.
    fn units(&mut self, first: usize) -> Json {
        let mut units: Vec<String> =
            (0..self.dice.between(1, 5)).map(|_| format!("user-{}", first + self.dice.below(40))).collect();
        units.sort();
        units.dedup();
        units.into()
    }

    fn moment(&mut self) -> i64 {
        NOW + 3600 * (i64::try_from(self.dice.below(200)).expect("a small number") - 100)
    }

    fn window(&mut self) -> Json {
        let from = self.moment();
        let until = from + 3600 * i64::try_from(self.dice.between(1, 90)).expect("a small number");
        match self.dice.below(3) {
            0 => json!({"from": time(from)}),
            1 => json!({"until": time(until)}),
            _ => json!({"from": time(from), "until": time(until)}),
        }
    }

    fn rule(&mut self, variants: &[Json]) -> Json {
        let mut rule = json!({"serve": self.serve(variants)});
        if !self.dice.chance(5) {
            rule["when"] = self.conditions(2, SEGMENTS.len()).into();
        }
        rule
    }

    fn conditions(&mut self, depth: usize, segments: usize) -> Vec<Json> {
        (0..self.dice.between(1, 2)).map(|_| self.condition(depth, segments)).collect()
    }

    fn condition(&mut self, depth: usize, segments: usize) -> Json {
        match self.dice.below(if depth == 0 { 14 } else { 19 }) {
            12 if segments > 0 => json!({"segment": SEGMENTS[self.dice.below(segments)]}),
            13 => {
                let mut condition = json!({"percentage": self.share()});
                self.by(&mut condition);
                condition
            }
            14 | 15 => json!({"any": self.conditions(depth - 1, segments)}),
            16 => json!({"all": self.conditions(depth - 1, segments)}),
            17 => json!({"not": self.condition(depth - 1, segments)}),
            18 => json!({"schedule": self.window()}),
            _ => self.test(),
        }
    }

    fn test(&mut self) -> Json {
        let (path, of_type) = *self.dice.pick(ATTRIBUTES);
        // Operators that take any value, then those of the type.
        let own: &[&str] = match of_type {
            Type::Text => &["starts_with", "ends_with", "contains", "not_contains", "has_type"],
            Type::Integer | Type::Number => ORDERS,
            Type::Boolean => &["has_type"],
            Type::Version => VERSIONS,
            Type::Texts | Type::Numbers => &["contains", "not_contains"],
        };
        let any: &[&str] = match of_type {
            Type::Texts | Type::Numbers => &["exists"],
            Type::Version => &["exists", "equals"],
            _ => &["equals", "not_equals", "in", "not_in", "exists"],
        };
        // One in two hundred asks what flagd can't.
        if self.dice.below(200) == 0 {
            return json!({"attribute": path, "matches": "^a+$"});
        }
        let operator = if self.dice.chance(50) { *self.dice.pick(any) } else { *self.dice.pick(own) };
        let operand = self.operand(operator, of_type);
        json!({"attribute": path, operator: operand})
    }

    fn operand(&mut self, operator: &str, of_type: Type) -> Json {
        let item = match of_type {
            Type::Texts => Type::Text,
            Type::Numbers => Type::Number,
            other => other,
        };
        match operator {
            "exists" => self.dice.chance(50).into(),
            "has_type" if of_type == Type::Boolean => json!("boolean"),
            "has_type" => json!("text"),
            "in" | "not_in" => (0..self.dice.between(1, 4)).map(|_| item.value(&mut self.dice)).collect(),
            "contains" | "not_contains" if self.dice.chance(30) => {
                (0..self.dice.between(1, 3)).map(|_| item.value(&mut self.dice)).collect()
            }
            _ => item.value(&mut self.dice),
        }
    }

    /// A percentage with up to three decimals; often one of the edges.
    fn share(&mut self) -> Json {
        match self.dice.below(8) {
            0 => json!(0),
            1 => json!(100),
            2 => json!(0.001),
            3 => json!(99.999),
            4 => json!(33.333),
            _ => self.dice.between(0, 100).into(),
        }
    }

    fn by(&mut self, serve: &mut Json) {
        // Buckets as imports from flagd have them.
        match self.dice.below(20) {
            0 => {
                serve["bucketing"] = json!(format!("flagd-{}-shorthand", self.generation));
                return;
            }
            1 => {
                serve["bucketing"] = json!(format!("flagd-{}-raw", self.generation));
                serve["by"] = json!(*self.dice.pick(&["company.id", "targetingKey", "session.id"]));
                return;
            }
            _ => {}
        }
        if self.dice.chance(25) {
            serve["by"] = match self.dice.below(5) {
                0 => json!("account.number"),
                1 => json!(["company.id", "session.id"]),
                2 => json!({"first": ["session.id", "targetingKey"]}),
                _ => json!("company.id"),
            };
        }
        if self.dice.chance(20) {
            serve["salt"] = json!(format!("own-{}", self.dice.below(9)));
        }
    }

    fn serve(&mut self, variants: &[Json]) -> Json {
        if self.dice.chance(40) {
            return self.dice.pick(variants).clone();
        }
        let boolean = variants[0].is_boolean();
        if !boolean && self.dice.chance(50) {
            let mut left = 100;
            let mut parts = Vec::new();
            for _ in 0..self.dice.between(0, 3) {
                let part = self.dice.below(left + 1);
                left -= part;
                parts.push((self.dice.pick(variants).clone(), part));
            }
            parts.push((self.dice.pick(variants).clone(), left));
            let parts: Vec<Json> =
                parts.into_iter().map(|(name, part)| json!({name.as_str().unwrap_or_default(): part})).collect();
            let mut serve = json!({ "split": parts });
            self.by(&mut serve);
            return serve;
        }
        let strategy = *self.dice.pick(STRATEGIES);
        let mut serve = json!({});
        serve[strategy] = self.settings(strategy);
        if !boolean {
            serve["serve"] = self.dice.pick(variants).clone();
        }
        if strategy != "ring" {
            self.by(&mut serve);
        }
        serve
    }

    fn settings(&mut self, strategy: &str) -> Json {
        let from = self.moment();
        match strategy {
            "ring" => json!(self.dice.pick(RINGS)),
            "gradual" => {
                let (start, max) = (self.dice.below(50), self.dice.between(50, 100));
                let step = self.dice.between(1, 40);
                json!({"from": time(from), "start": start, "step": step, "every": format!("{}h", self.dice.between(1, 30)), "max": max})
            }
            "linear" => {
                let until = from + i64::try_from(self.dice.between(1, 300_000)).expect("a small number");
                json!({"from": time(from), "until": time(until), "start": self.dice.between(0, 100), "end": self.dice.between(0, 100)})
            }
            "canary" => json!({"stages": [1, 5.5, 25, 100], "stage": self.dice.between(1, 4), "soak": "1h"}),
            _ => self.share(),
        }
    }
}

const ORDERS: &[&str] = &["greater_than", "greater_than_or_equal", "less_than", "less_than_or_equal"];
const VERSIONS: &[&str] = &[
    "semver_equal",
    "semver_not_equal",
    "semver_greater_than",
    "semver_greater_than_or_equal",
    "semver_less_than",
    "semver_less_than_or_equal",
];

fn time(unix: i64) -> String {
    git_flag::model::Timestamp::from_unix(unix).to_string()
}
