//! Flags made ready to evaluate.

use super::Node;
use super::condition::Scope;
use super::serve::{Rings, ServeProgram, variant};
use crate::evaluate::lookup::TextMap;
use crate::model::{
    Catalog, Environment, Flag, FlagKey, Kill, Requirement, Rule, Schedule, Value, ValueType, VariantName,
};
use serde_json::{Map, Value as Json};

/// A flag.
#[derive(Debug)]
pub(crate) struct FlagProgram {
    pub(crate) key: FlagKey,
    pub(crate) variants: Box<[(VariantName, Value)]>,
    /// Scalars only.
    pub(crate) metadata: Box<Map<String, Json>>,
    pub(crate) body: Result<Body, Box<BrokenFlag>>,
}

/// What is known of a flag that does not compile.
#[derive(Debug)]
pub(crate) struct BrokenFlag {
    pub(crate) error: Box<str>,
    /// Index of the default variant, if it could be read.
    pub(crate) default: Option<u32>,
}

/// What a flag does.
#[derive(Debug)]
pub(crate) struct Body {
    /// Index of the default variant.
    pub(crate) default: u32,
    /// Why it is off everywhere.
    pub(crate) off: Option<Box<Off>>,
    /// By index of the environment in the project; `None` where the flag does not have it.
    pub(crate) environments: Box<[Option<Box<EnvironmentProgram>>]>,
}

/// Why a flag is off whatever the time.
#[derive(Debug, Clone)]
pub(crate) enum Off {
    Killed(Kill),
    Archived,
    Disabled,
}

/// What a flag does in one environment.
#[derive(Debug)]
pub(crate) struct EnvironmentProgram {
    pub(crate) off: Option<Box<Off>>,
    pub(crate) schedule: Option<Box<Schedule>>,
    pub(crate) requirements: Box<[RequirementProgram]>,
    /// From unit to index of the variant.
    pub(crate) targets: Option<Box<TextMap<u32>>>,
    pub(crate) rules: Box<[RuleProgram]>,
    pub(crate) serve: ServeProgram,
    /// Whether the answer of `serve` is the same for every context until the file changes, unless a bucket decides.
    pub(crate) steady: bool,
}

/// A flag that has to serve a variant.
#[derive(Debug)]
pub(crate) struct RequirementProgram {
    /// Index of the flag.
    pub(crate) flag: u32,
    /// Index of the variant.
    pub(crate) variant: u32,
    /// Both by name.
    pub(crate) source: Box<Requirement>,
}

/// A rule.
#[derive(Debug)]
pub(crate) struct RuleProgram {
    pub(crate) label: Box<str>,
    pub(crate) conditions: Box<[Node]>,
    pub(crate) serve: ServeProgram,
}

/// What flags are compiled with.
pub(super) struct Surroundings<'c> {
    pub(super) catalog: &'c Catalog,
    pub(super) flags: &'c TextMap<u32>,
    pub(super) rings: &'c Rings<'c>,
}

/// The body of `flag`, or what is wrong with it. The flags that it requires in each
/// environment are added to `needs`.
pub(super) fn body(
    flag: &Flag,
    around: &Surroundings<'_>,
    scope: &mut Scope<'_>,
    needs: &mut Vec<Vec<usize>>,
) -> Result<Body, String> {
    let project = &around.catalog.project;
    let mut environments: Vec<Option<Box<EnvironmentProgram>>> = project.environments.iter().map(|_| None).collect();
    for environment in &flag.environments {
        let index = project.environment_names().position(|name| environment.name == *name);
        let slot = index.and_then(|index| environments.get_mut(index));
        let slot = slot.ok_or_else(|| format!("the project has no environment `{}`", environment.name))?;
        let compiled = compile_environment(flag, environment, around, scope, needs)
            .map_err(|error| format!("in `{}`: {error}", environment.name))?;
        slot.get_or_insert_with(|| Box::new(compiled));
    }
    let off = flag.killed.clone().map(Off::Killed).or_else(|| flag.archived.as_ref().map(|_| Off::Archived));
    Ok(Body { default: variant(flag, &flag.default)?, off: off.map(Box::new), environments: environments.into() })
}

fn compile_environment(
    flag: &Flag,
    environment: &Environment,
    around: &Surroundings<'_>,
    scope: &mut Scope<'_>,
    needs: &mut Vec<Vec<usize>>,
) -> Result<EnvironmentProgram, String> {
    let mut requirements = Vec::new();
    let mut required = Vec::new();
    for requirement in flag.requires.iter().chain(&environment.requires) {
        let compiled = compile_requirement(requirement, around)?;
        required.push(compiled.flag as usize);
        requirements.push(compiled);
    }
    needs.push(required);
    let mut targets = TextMap::default();
    for target in &environment.targets {
        let index = variant(flag, &target.serve)?;
        for unit in &target.units {
            targets.entry(unit.as_str().into()).or_insert(index);
        }
    }
    let rules = environment.rules.iter().enumerate().map(|(index, rule)| {
        let label = rule.label(index);
        compile_rule(flag, rule, &label, around, scope).map_err(|error| format!("rule `{label}`: {error}"))
    });
    let rules: Box<[RuleProgram]> = rules.collect::<Result<_, _>>()?;
    let serve = scope.serve(flag, &environment.serve, around.rings)?;
    let killed = environment.killed.clone().map(Off::Killed);
    Ok(EnvironmentProgram {
        off: killed.or((!environment.enabled).then_some(Off::Disabled)).map(Box::new),
        steady: serve.steady
            && environment.targets.is_empty()
            && rules.is_empty()
            && environment.schedule.is_none()
            && requirements.is_empty(),
        schedule: environment.schedule.map(Box::new),
        requirements: requirements.into(),
        targets: (!targets.is_empty()).then(|| Box::new(targets)),
        rules,
        serve,
    })
}

fn compile_rule(
    flag: &Flag,
    rule: &Rule,
    label: &str,
    around: &Surroundings<'_>,
    scope: &mut Scope<'_>,
) -> Result<RuleProgram, String> {
    Ok(RuleProgram {
        label: label.into(),
        conditions: scope.conditions(&rule.when)?,
        serve: scope.serve(flag, &rule.serve, around.rings)?,
    })
}

/// The index of the default variant, if there is such a variant.
pub(super) fn default_index(flag: &Flag) -> Option<u32> {
    variant(flag, &flag.default).ok()
}

fn compile_requirement(requirement: &Requirement, around: &Surroundings<'_>) -> Result<RequirementProgram, String> {
    let (key, serves) = (&requirement.flag, &requirement.serves);
    let index = around.flags.get(key.as_str()).ok_or_else(|| format!("there is no flag `{key}`, which is required"))?;
    // A required flag that could not be read fails later, with its own error.
    let variant = match around.catalog.flags.get(key) {
        Some(flag) => {
            // `serves: "on"` is a variant of that name, which a boolean flag does not have; validation says the same.
            let fits = requirement.boolean == (flag.value_type == ValueType::Boolean);
            let index = variant(flag, serves).ok().filter(|_| fits);
            index.ok_or_else(|| format!("the required flag `{key}` has no variant `{}`", requirement.shown()))?
        }
        None => 0,
    };
    Ok(RequirementProgram { flag: *index, variant, source: Box::new(requirement.clone()) })
}
