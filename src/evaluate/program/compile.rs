//! From catalog to program.

use super::closure::{self, Member};
use super::condition::{Draw, Scope};
use super::flag::{self, Body, BrokenFlag, FlagProgram, Surroundings};
use super::serve::Rings;
use super::{Program, RingProgram, SegmentProgram};
use crate::evaluate::lookup::TextMap;
use crate::evaluate::slots::{Slot, Slots};
use crate::evaluate::strategy::RING_SALT;
use crate::model::{Broken, Catalog, Flag, FlagKey, Project, Segment, SegmentName, Share};
use serde_json::Map;
use std::collections::BTreeMap;

pub(super) fn program(catalog: &Catalog) -> Program {
    let project = &catalog.project;
    let mut slots = Slots::new();
    let segments = Segments::compile(catalog, &mut slots);
    let mut rings = Vec::new();
    let error = compile_rings(project, &segments, &mut rings);
    let names = project.rings.iter().map(|ring| ring.name.as_str()).collect();
    let flags = compile_flags(catalog, &mut slots, &segments, &Rings { compiled: &rings, error, names });
    Program {
        slots,
        environments: project.environment_names().map(Into::into).collect(),
        by_key: numbers(flags.iter().map(|flag| flag.key.as_str())),
        flags: flags.into(),
        segments: segments.compiled.into(),
        by_segment: segments.numbers,
        rings: rings.into(),
        ring_draw: Draw::native(Slot::TARGETING_KEY, project.bucketing, RING_SALT.into()),
    }
}

/// Names with their positions; of two equal names the first counts.
fn numbers<'n>(names: impl Iterator<Item = &'n str>) -> TextMap<u32> {
    let mut numbers = TextMap::default();
    for (index, name) in names.enumerate() {
        numbers.entry(name.into()).or_insert(u32::try_from(index).unwrap_or(u32::MAX));
    }
    numbers
}

/// Both maps in one, in the order of their keys; where a key is in both, the broken one counts.
fn merged<'c, K: Ord, G, B>(
    good: &'c BTreeMap<K, G>,
    broken: &'c BTreeMap<K, B>,
) -> BTreeMap<&'c K, Result<&'c G, &'c B>> {
    let good = good.iter().map(|(name, item)| (name, Ok(item)));
    good.chain(broken.iter().map(|(name, item)| (name, Err(item)))).collect()
}

struct Segments {
    numbers: TextMap<u32>,
    compiled: Vec<Option<SegmentProgram>>,
    /// What each costs, or what is wrong with it.
    results: Vec<Result<u64, String>>,
}

impl Segments {
    fn compile(catalog: &Catalog, slots: &mut Slots) -> Self {
        let all: BTreeMap<&SegmentName, Result<&Segment, &String>> =
            merged(&catalog.segments, &catalog.broken_segments);
        let numbers = numbers(all.keys().map(|name| name.as_str()));
        let mut compiled = Vec::with_capacity(all.len());
        let mut members = Vec::with_capacity(all.len());
        for (name, segment) in &all {
            let mut scope = Scope {
                slots,
                segments: &numbers,
                used_segments: Vec::new(),
                salt: name.as_str(),
                bucketing: catalog.project.bucketing,
            };
            let result = match segment {
                Ok(segment) => compile_segment(segment, &mut scope),
                Err(error) => Err((*error).clone()),
            };
            let needs = vec![scope.used_segments];
            let (program, own) = match result {
                Ok(program) => (Some(program), Ok(1)),
                Err(error) => (None, Err(error)),
            };
            compiled.push(program);
            members.push(Member { name: name.as_str(), needs, own });
        }
        let results = closure::solve(&members, "segment");
        for (program, result) in compiled.iter_mut().zip(&results) {
            if result.is_err() {
                *program = None;
            }
        }
        Self { numbers, compiled, results }
    }

    /// What the segments `used` cost together, or what is wrong with the first that does not compile.
    fn cost(&self, used: &[usize], names: &[&SegmentName]) -> Result<u64, String> {
        let mut cost = 0_u64;
        for &index in used {
            match self.results.get(index) {
                Some(Ok(own)) => cost = cost.saturating_add(*own),
                Some(Err(error)) => {
                    let name = names.get(index).map_or("?", |name| name.as_str());
                    return Err(format!("the segment `{name}` does not work: {error}"));
                }
                None => return Err("a segment is missing".to_owned()),
            }
        }
        Ok(cost)
    }
}

fn compile_segment(segment: &Segment, scope: &mut Scope<'_>) -> Result<SegmentProgram, String> {
    let set = |units: &[crate::model::Unit]| units.iter().map(|unit| unit.as_str().into()).collect();
    Ok(SegmentProgram {
        name: segment.name.as_str().into(),
        exclude: set(&segment.exclude),
        include: set(&segment.include),
        conditions: scope.conditions(&segment.conditions)?,
    })
}

/// Adds the rings to `compiled` up to the first that does not work, which is returned with what is wrong with it.
fn compile_rings<'c>(
    project: &'c Project,
    segments: &Segments,
    compiled: &mut Vec<RingProgram>,
) -> Option<(&'c str, String)> {
    let mut share = Share::ZERO;
    for ring in &project.rings {
        share = share.max(ring.percentage.unwrap_or(Share::ZERO));
        let segment = match &ring.segment {
            None => None,
            Some(name) => {
                let index = segments.numbers.get(name.as_str()).copied();
                let Some(index) = index else {
                    return Some((ring.name.as_str(), format!("there is no segment `{name}`")));
                };
                if let Some(Err(error)) = segments.results.get(index as usize) {
                    return Some((ring.name.as_str(), format!("the segment `{name}` does not work: {error}")));
                }
                Some(index)
            }
        };
        compiled.push(RingProgram { name: ring.name.as_str().into(), segment, share });
    }
    None
}

fn compile_flags(catalog: &Catalog, slots: &mut Slots, segments: &Segments, rings: &Rings<'_>) -> Vec<FlagProgram> {
    let all: BTreeMap<&FlagKey, Result<&Flag, &Broken>> = merged(&catalog.flags, &catalog.broken_flags);
    let segment_names: Vec<&SegmentName> = merged(&catalog.segments, &catalog.broken_segments).into_keys().collect();
    let numbers = numbers(all.keys().map(|key| key.as_str()));
    let around = Surroundings { catalog, flags: &numbers, rings };
    let mut members = Vec::with_capacity(all.len());
    let mut bodies: Vec<Option<Body>> = Vec::with_capacity(all.len());
    for (key, flag) in &all {
        let mut needs = Vec::new();
        let result = match flag {
            Err(broken) => Err(broken.error.clone()),
            Ok(flag) => {
                let mut scope = Scope {
                    slots,
                    segments: &segments.numbers,
                    used_segments: Vec::new(),
                    salt: flag.effective_salt(),
                    bucketing: flag.bucketing.unwrap_or(catalog.project.bucketing),
                };
                let body = flag::body(flag, &around, &mut scope, &mut needs);
                body.and_then(|body| Ok((body, segments.cost(&scope.used_segments, &segment_names)?)))
            }
        };
        let (body, own) = match result {
            Ok((body, cost)) => (Some(body), Ok(cost.saturating_add(1))),
            Err(error) => (None, Err(error)),
        };
        bodies.push(body);
        members.push(Member { name: key.as_str(), needs, own });
    }
    let results = closure::solve(&members, "flag");
    let parts = all.into_iter().zip(bodies).zip(results);
    parts.map(|(((key, flag), body), result)| assemble(key, flag, body, result)).collect()
}

fn assemble(
    key: &FlagKey,
    flag: Result<&Flag, &Broken>,
    body: Option<Body>,
    result: Result<u64, String>,
) -> FlagProgram {
    let variants: Box<[_]> = match flag {
        Ok(flag) => flag.variants.iter().map(|variant| (variant.name.clone(), variant.value.clone())).collect(),
        Err(broken) => broken.default.iter().cloned().collect(),
    };
    let metadata = match flag {
        Ok(flag) => {
            flag.metadata.iter().filter(|(_, value)| !value.is_array() && !value.is_object() && !value.is_null())
        }
        Err(_) => return broken(key, variants, Some(0), result.err().unwrap_or_default()),
    };
    let metadata = Box::new(metadata.map(|(name, value)| (name.clone(), value.clone())).collect());
    let body = match (result, body) {
        (Ok(_), Some(body)) => Ok(body),
        (Ok(_), None) => Err("the flag does not compile".to_owned()),
        (Err(error), _) => Err(error),
    };
    match body {
        Ok(body) => FlagProgram { key: key.clone(), variants, metadata, body: Ok(body) },
        Err(error) => {
            let default = flag.ok().and_then(flag::default_index);
            FlagProgram { metadata, ..broken(key, variants, default, error) }
        }
    }
}

fn broken(
    key: &FlagKey,
    variants: Box<[(crate::model::VariantName, crate::model::Value)]>,
    default: Option<u32>,
    error: String,
) -> FlagProgram {
    let default = default.filter(|index| (*index as usize) < variants.len());
    let body = Err(Box::new(BrokenFlag { error: error.into(), default }));
    FlagProgram { key: key.clone(), variants, metadata: Box::new(Map::new()), body }
}
