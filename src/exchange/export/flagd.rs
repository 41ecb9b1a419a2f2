//! flagd's JSON, in the narrow dialect that every released provider evaluates the same.
//!
//! Every comparison is guarded, so that a missing attribute matches nothing; buckets use an explicit key; weights are
//! integers; segments and requirements are inlined. What the dialect can't say is refused, flag by flag.

mod condition;
mod serve;

use super::{Exported, Refusal};
use crate::model::{Bucketing, Catalog, Environment, Flag, FlagKey, Requirement, Value, ValueType};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeSet;

/// What one flag is written in.
pub(super) struct Writer<'c> {
    catalog: &'c Catalog,
    environment: &'c str,
    /// The generation: a native algorithm.
    generation: Bucketing,
    /// The flag as flagd knows it.
    key: &'c FlagKey,
    depth: u32,
}

/// References and requirements are followed so deep.
const DEEPEST: u32 = 40;

/// The flags `keys` of `catalog` as they are in `environment`, all that are not archived when there are no keys, for
/// flagd's bucketing of that `generation`.
#[must_use]
pub fn export(catalog: &Catalog, environment: &str, keys: &[FlagKey], generation: Bucketing) -> Exported {
    let mut refusals = Vec::new();
    let mut flags = Map::new();
    for flag in chosen(catalog, keys) {
        let mut writer = Writer { catalog, environment, generation, key: &flag.key, depth: 0 };
        match writer.flag(flag) {
            Ok(written) => drop(flags.insert(flag.key.to_string(), written)),
            Err(message) => refusals.push(Refusal {
                flag: flag.key.clone(),
                message,
                help: "change the flag so that flagd can evaluate it, or name the flags to export without it".into(),
                kept: false,
            }),
        }
        refusals.extend(dropped_metadata(flag));
    }
    let count = flags.len();
    let schema = "https://flagd.dev/schema/v0/flags.json";
    Exported { document: json!({"$schema": schema, "flags": flags}), flags: count, refusals }
}

/// The flags of these keys, or all that are not archived.
pub(super) fn chosen<'c>(catalog: &'c Catalog, keys: &'c [FlagKey]) -> impl Iterator<Item = &'c Flag> {
    let wanted: BTreeSet<&FlagKey> = keys.iter().collect();
    catalog.flags.values().filter(
        move |flag| {
            if wanted.is_empty() { flag.archived.is_none() } else { wanted.contains(&flag.key) }
        },
    )
}

fn dropped_metadata(flag: &Flag) -> Option<Refusal> {
    let dropped: Vec<&str> =
        flag.metadata.iter().filter(|(_, value)| !is_scalar(value)).map(|(name, _)| name.as_str()).collect();
    (!dropped.is_empty()).then(|| Refusal {
        flag: flag.key.clone(),
        message: format!("flagd's metadata holds no lists, mappings and nulls: {} left out", dropped.join(", ")),
        help: "write them as text if a client reads them".into(),
        kept: true,
    })
}

const fn is_scalar(json: &Json) -> bool {
    matches!(json, Json::String(_) | Json::Number(_) | Json::Bool(_))
}

impl Writer<'_> {
    fn flag(&mut self, flag: &Flag) -> Result<Json, String> {
        let mut variants = Map::new();
        for variant in &flag.variants {
            variants.insert(variant.name.to_string(), variant.value.to_json());
        }
        if flag.value_type == ValueType::Json {
            let object = |value: &Value| matches!(value, Value::Json(Json::Object(_)));
            if let Some(other) = flag.variants.iter().find(|variant| !object(&variant.value)) {
                return Err(format!(
                    "the value of `{}` is no object, and flagd's variants are of one type",
                    other.name
                ));
            }
        }
        let mut written = json!({
            "state": "ENABLED",
            "variants": variants,
            "defaultVariant": flag.default.as_str(),
        });
        if let Some(targeting) = self.targeting(flag)? {
            written["targeting"] = targeting;
        }
        let metadata: Map<String, Json> = flag
            .metadata
            .iter()
            .filter(|(_, value)| is_scalar(value))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        if !metadata.is_empty() {
            written["metadata"] = metadata.into();
        }
        Ok(written)
    }

    /// The whole targeting; `None` when everyone gets the default.
    fn targeting(&mut self, flag: &Flag) -> Result<Option<Json>, String> {
        let Some(environment) = self.on(flag) else { return Ok(None) };
        let decided = self.decision(flag, environment, &|variant| Json::from(variant))?;
        let gate = self.gate(flag, environment)?;
        Ok(match gate {
            None if decided.is_null() => None,
            None => Some(if decided.is_object() { decided } else { json!({"if": [true, decided]}) }),
            Some(gate) => Some(json!({"if": [gate, decided, null]})),
        })
    }

    /// The environment, unless the flag is off in it for good.
    fn on<'f>(&self, flag: &'f Flag) -> Option<&'f Environment> {
        let environment = flag.environment(self.environment)?;
        let off =
            flag.killed.is_some() || flag.archived.is_some() || environment.killed.is_some() || !environment.enabled;
        (!off).then_some(environment)
    }

    /// The schedule and the requirements; `None` when there are none.
    fn gate(&mut self, flag: &Flag, environment: &Environment) -> Result<Option<Json>, String> {
        let mut gates = Vec::new();
        if let Some(schedule) = &environment.schedule {
            gates.push(condition::window(schedule));
        }
        for requirement in flag.requires.iter().chain(&environment.requires) {
            gates.push(self.requirement(requirement)?);
        }
        Ok(match gates.len() {
            0 => None,
            _ => Some(condition::all(gates)),
        })
    }

    /// Whether another flag serves the variant, inlined.
    fn requirement(&mut self, requirement: &Requirement) -> Result<Json, String> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err("its requirements go in circles, or too deep".into());
        }
        let other = self.catalog.flags.get(&requirement.flag);
        let other = other.ok_or_else(|| format!("it requires `{}`, which does not read", requirement.flag))?;
        let met = match self.on(other) {
            None => Json::Bool(false),
            Some(environment) => {
                let wanted = requirement.serves.clone();
                let met = self
                    .decision(other, environment, &|variant| Json::Bool(wanted == *variant))
                    .map_err(|why| format!("it requires `{}`, which can't be inlined: {why}", requirement.flag))?;
                let gate = self.gate(other, environment)?;
                match gate {
                    None => met,
                    Some(gate) => condition::all(vec![gate, met]),
                }
            }
        };
        self.depth -= 1;
        Ok(met)
    }

    /// What the flag serves once it is on; `leaf` writes a variant, null is the default for lack of a unit.
    fn decision(
        &mut self,
        flag: &Flag,
        environment: &Environment,
        leaf: &dyn Fn(&str) -> Json,
    ) -> Result<Json, String> {
        let mut ladder: Vec<(Json, Json)> = Vec::new();
        for target in &environment.targets {
            ladder.push((condition::is_unit(&target.units), leaf(target.serve.as_str())));
        }
        let scope = serve::Scope { salt: flag.effective_salt(), bucketing: flag.bucketing };
        for (index, rule) in environment.rules.iter().enumerate() {
            let within = |why: String| format!("rule `{}`: {why}", rule.label(index));
            let when = rule.when.iter().map(|one| self.condition(one, scope)).collect::<Result<Vec<_>, String>>();
            let when = when.map_err(within)?;
            for (extra, served) in self.serve(flag, &rule.serve, scope, leaf).map_err(within)? {
                let all = when.iter().cloned().chain(extra).collect();
                ladder.push((condition::all(all), served));
            }
        }
        let mut last = Json::Null;
        let served = self.serve(flag, &environment.serve, scope, leaf).map_err(|why| format!("`serve`: {why}"))?;
        for (extra, served) in served {
            match extra {
                Some(extra) => ladder.push((extra, served)),
                None => last = served,
            }
        }
        Ok(if_ladder(ladder, last))
    }
}

/// The first that holds, else `last`.
fn if_ladder(ladder: Vec<(Json, Json)>, last: Json) -> Json {
    let mut arguments = Vec::new();
    let mut end = last;
    for (when, then) in ladder {
        match when {
            Json::Bool(false) => {}
            Json::Bool(true) => {
                end = then;
                break;
            }
            when => arguments.extend([when, then]),
        }
    }
    if arguments.is_empty() {
        return end;
    }
    arguments.push(end);
    json!({ "if": arguments })
}
