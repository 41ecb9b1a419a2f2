//! Serves made ready to evaluate.

use super::RingProgram;
use super::condition::{Draw, Scope};
use crate::evaluate::bucket::{Purpose, algorithm};
use crate::evaluate::strategy::{self, Chances, Plan, Strategy};
use crate::model::{Flag, Rollout, Serve, Share, VariantName, Weight};

/// What is served.
#[derive(Debug)]
pub(crate) struct ServeProgram {
    /// `None` for a plain variant.
    pub(crate) strategy: Option<&'static Strategy>,
    pub(crate) choice: Choice,
    /// Whether the answer stays the same for everyone until the file changes, as long as no bucket decides.
    pub(crate) steady: bool,
}

/// How a variant, by index, is chosen.
#[derive(Debug)]
pub(crate) enum Choice {
    /// Always this one.
    Variant(u32),
    /// One inside a share, another outside.
    Share { chances: Chances, draw: Draw, inside: u32, outside: u32 },
    /// One inside a share that grows with time, another outside.
    Growing { plan: Box<Plan>, draw: Draw, inside: u32, outside: u32 },
    /// Each part ends before a bucket, or a position of a foreign draw; the last takes in all that are left.
    Split { parts: Box<[(u32, u32)]>, draw: Draw },
    /// One for everyone in the rings up to this index, another outside.
    Ring { ring: usize, inside: u32, outside: u32 },
}

impl Scope<'_> {
    /// The serve, or what is wrong with it. `rings` are those that compile, or the first error.
    pub(super) fn serve(&mut self, flag: &Flag, serve: &Serve, rings: &Rings<'_>) -> Result<ServeProgram, String> {
        match serve {
            Serve::Variant(name) => {
                let choice = Choice::Variant(variant(flag, name)?);
                Ok(ServeProgram { strategy: None, choice, steady: true })
            }
            Serve::Rollout(rollout) => self.rollout(flag, rollout, rings),
        }
    }

    fn rollout(&mut self, flag: &Flag, rollout: &Rollout, rings: &Rings<'_>) -> Result<ServeProgram, String> {
        let bucketing = rollout.bucketing.unwrap_or(self.bucketing);
        let plan = strategy::prepare(rollout, bucketing).map_err(|problems| {
            problems.into_iter().next().map_or_else(|| "a strategy makes no sense".to_owned(), |(_, text)| text)
        })?;
        let steady = !plan.depends_on_time();
        let draw = self.draw(rollout.by.as_ref(), rollout.salt.as_deref(), rollout.bucketing);
        let (choice, steady) = match plan {
            Plan::Split(entries) => (split(flag, &entries, draw)?, steady),
            Plan::Ring(name) => {
                let (inside, outside) = sides(flag, rollout)?;
                self.ring(name.as_str(), rings, inside, outside)?
            }
            Plan::Fixed(share) if share == Share::FULL => (Choice::Variant(sides(flag, rollout)?.0), steady),
            Plan::Fixed(share) if share == Share::ZERO => (Choice::Variant(sides(flag, rollout)?.1), steady),
            Plan::Fixed(share) => {
                let (inside, outside) = sides(flag, rollout)?;
                let chances = draw.chances(share);
                (Choice::Share { chances, draw, inside, outside }, steady)
            }
            plan @ (Plan::Gradual(_) | Plan::Linear(_)) => {
                let (inside, outside) = sides(flag, rollout)?;
                (Choice::Growing { plan: Box::new(plan), draw, inside, outside }, steady)
            }
        };
        Ok(ServeProgram { strategy: strategy::find(rollout.strategy), choice, steady })
    }

    fn ring(&mut self, name: &str, rings: &Rings<'_>, inside: u32, outside: u32) -> Result<(Choice, bool), String> {
        let ring = rings.find(name)?;
        let reached = &rings.compiled[..=ring];
        let segments: Vec<usize> = reached.iter().filter_map(|ring| ring.segment).map(|index| index as usize).collect();
        let by_segment = !segments.is_empty();
        self.used_segments.extend(segments);
        Ok(match rings.compiled[ring].share {
            Share::FULL => (Choice::Variant(inside), true),
            Share::ZERO if !by_segment => (Choice::Variant(outside), true),
            _ => (Choice::Ring { ring, inside, outside }, !by_segment),
        })
    }
}

/// The rings of the project.
pub(super) struct Rings<'r> {
    /// Those before the first that does not compile.
    pub(super) compiled: &'r [RingProgram],
    /// What is wrong with the one after them.
    pub(super) error: Option<(&'r str, String)>,
    /// The names of all.
    pub(super) names: Vec<&'r str>,
}

impl Rings<'_> {
    fn find(&self, name: &str) -> Result<usize, String> {
        let index = self.names.iter().position(|ring| *ring == name);
        let index = index.ok_or_else(|| format!("there is no ring `{name}`"))?;
        match &self.error {
            Some((ring, error)) if index >= self.compiled.len() => {
                Err(format!("the ring `{ring}` does not work: {error}"))
            }
            _ if index >= self.compiled.len() => Err(format!("the ring `{name}` does not work")),
            _ => Ok(index),
        }
    }
}

fn split(flag: &Flag, entries: &[crate::model::Weighted], mut draw: Draw) -> Result<Choice, String> {
    let variants: Vec<u32> = entries.iter().map(|entry| variant(flag, &entry.variant)).collect::<Result<_, _>>()?;
    let (total, ends) = algorithm(draw.bucketing).ends(entries)?;
    let mut filled = entries.iter().zip(&variants).filter(|(entry, _)| entry.weight > Weight::ZERO);
    if let (Some((_, only)), None) = (filled.next(), filled.next())
        && draw.bucketing.is_native()
    {
        return Ok(Choice::Variant(*only));
    }
    if let Some(foreign) = &mut draw.foreign {
        (foreign.purpose, foreign.total) = (Purpose::Split, total);
    }
    Ok(Choice::Split { parts: ends.into_iter().zip(variants).collect(), draw })
}

/// What is served inside the share of `rollout`, and what outside: `off` for booleans, the default for others.
fn sides(flag: &Flag, rollout: &Rollout) -> Result<(u32, u32), String> {
    let boolean = flag.value_type == crate::model::ValueType::Boolean;
    let inside = match &rollout.serve {
        Some(name) => variant(flag, name)?,
        None if boolean => variant(flag, &VariantName::boolean(true))?,
        None => return Err(format!("`{}` has to name the variant that it serves", rollout.strategy)),
    };
    Ok((inside, variant(flag, &flag.outside())?))
}

/// The index of the variant `name` of `flag`.
pub(super) fn variant(flag: &Flag, name: &VariantName) -> Result<u32, String> {
    let index = flag.variants.iter().position(|variant| variant.name == *name);
    index.and_then(|index| u32::try_from(index).ok()).ok_or_else(|| format!("there is no variant `{name}`"))
}
