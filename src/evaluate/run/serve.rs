//! What a serve chooses.

use super::Run;
use crate::evaluate::bucket::{self, Asked, Bucket};
use crate::evaluate::observer::{Observer, Outcome, Step};
use crate::evaluate::program::{Choice, Draw, FlagProgram, Foreign, ServeProgram};
use crate::evaluate::slots::Slot;
use crate::evaluate::strategy::Chances;
use serde_json::Value as Json;
use std::borrow::Cow;

/// What a serve chose.
pub(super) enum Chosen {
    Variant(u32, Option<Bucket>),
    /// Nothing: it needs the unit in this slot, which the context does not have.
    NoUnit(Slot),
}

/// Where a unit is.
#[derive(Clone, Copy)]
pub(super) struct Drawn {
    hash: u32,
    /// Among as many as there are; the number of the bucket for a native draw.
    position: u32,
    bucket: Bucket,
}

impl<'p, 'c, O: Observer<'p, 'c>> Run<'_, 'p, 'c, O> {
    #[inline]
    pub(super) fn serve(&mut self, flag: &'p FlagProgram, serve: &'p ServeProgram) -> Chosen {
        self.observer.enter(Step::Serve(serve.strategy.map(|strategy| strategy.name)));
        let chosen = self.choose(&serve.choice);
        self.observer.leave(match chosen {
            Chosen::Variant(variant, _) => Outcome::Served(flag.variant_name(variant)),
            Chosen::NoUnit(_) => Outcome::NoUnit,
        });
        chosen
    }

    #[inline]
    fn choose(&mut self, choice: &'p Choice) -> Chosen {
        match choice {
            Choice::Variant(variant) => Chosen::Variant(*variant, None),
            Choice::Share { chances, draw, inside, outside } => self.side(*chances, draw, *inside, *outside),
            Choice::Growing { plan, draw, inside, outside } => {
                let chances = draw.grown(plan.chances(self.now).unwrap_or(Chances::Nobody));
                self.side(chances, draw, *inside, *outside)
            }
            Choice::Split { parts, draw } => match self.draw(draw, None) {
                Ok(Drawn { position, bucket, .. }) => {
                    let part = parts.iter().find(|(end, _)| position < *end).or(parts.last());
                    part.map_or(Chosen::NoUnit(draw.slot), |(_, variant)| Chosen::Variant(*variant, Some(bucket)))
                }
                Err(slot) => Chosen::NoUnit(slot),
            },
            Choice::Ring { ring, inside, outside } => self.ring(*ring, *inside, *outside),
        }
    }

    /// In a ring up to that one: in the segment of one, or within the largest percentage.
    fn ring(&mut self, ring: usize, inside: u32, outside: u32) -> Chosen {
        let reached = self.program.rings.get(..=ring).unwrap_or_default();
        for ring in reached {
            if let Some(segment) = ring.segment {
                self.observer.enter(Step::Ring(&ring.name));
                let is_in = self.segment(segment);
                self.observer.leave(Outcome::Matched(is_in.matched));
                if is_in.matched {
                    return Chosen::Variant(inside, is_in.bucket);
                }
            }
        }
        let chances = reached.last().map_or(Chances::Nobody, |ring| Chances::of(ring.share));
        self.side(chances, &self.program.ring_draw, inside, outside)
    }

    /// The variant for those inside or outside.
    #[inline]
    fn side(&mut self, chances: Chances, draw: &'p Draw, inside: u32, outside: u32) -> Chosen {
        match self.inside(chances, draw) {
            Ok((is_inside, bucket)) => Chosen::Variant(if is_inside { inside } else { outside }, bucket),
            Err(slot) => Chosen::NoUnit(slot),
        }
    }

    /// Whether the unit is inside, and its bucket if that decided; or the slot of the unit that is missing.
    #[inline]
    pub(super) fn inside(&mut self, chances: Chances, draw: &'p Draw) -> Result<(bool, Option<Bucket>), Slot> {
        match chances {
            Chances::Nobody => Ok((false, None)),
            Chances::Everyone => Ok((true, None)),
            Chances::Below(end) => {
                let drawn = self.draw(draw, Some(chances))?;
                Ok((drawn.position < end, Some(drawn.bucket)))
            }
            Chances::Finer { scale, bound } => {
                let drawn = self.draw(draw, Some(chances))?;
                Ok(((u64::from(drawn.hash) * scale) >> 32 < bound, Some(drawn.bucket)))
            }
        }
    }

    #[inline]
    pub(super) fn draw(&mut self, draw: &'p Draw, chances: Option<Chances>) -> Result<Drawn, Slot> {
        if let Some(foreign) = &draw.foreign {
            return self.draw_foreign(draw, foreign, chances);
        }
        let step = Step::Draw { bucketing: draw.bucketing, salt: &draw.salt, by: self.program.slots.path(draw.slot) };
        let hash = match (self.observer.assumed(), self.context.unit(draw.slot)) {
            (Some(bucket), _) => bucket.first_hash(),
            (None, Some(unit)) => bucket::hash(draw.bucketing, &draw.salt, unit),
            (None, None) => {
                self.untold |= self.context.attribute(draw.slot).untold;
                self.observer.note(step, Outcome::NoUnit);
                return Err(draw.slot);
            }
        };
        let bucket = Bucket::of(hash);
        let json = self.context.attribute(draw.slot).json;
        self.observer.note(step, Outcome::Drawn { unit: json, bucket, below: chances.map(Chances::share) });
        Ok(Drawn { hash, position: bucket.get(), bucket })
    }

    /// A position by the algorithm of another system, or of a unit of several attributes.
    #[inline(never)]
    fn draw_foreign(&mut self, draw: &'p Draw, foreign: &'p Foreign, chances: Option<Chances>) -> Result<Drawn, Slot> {
        let unit = self.unit(foreign, &draw.salt);
        self.untold |= foreign.slots.iter().any(|slot| self.context.attribute(*slot).untold);
        let slot = unit.as_ref().map_or(draw.slot, |unit| unit.slot);
        let step = Step::Draw { bucketing: draw.bucketing, salt: &draw.salt, by: self.program.slots.path(slot) };
        let total = foreign.total;
        let position = match (self.observer.assumed(), &unit) {
            (Some(bucket), _) => bucket.position(total),
            (None, None) if !foreign.algorithm.unitless => {
                self.observer.note(step, Outcome::NoUnit);
                return Err(draw.slot);
            }
            (None, unit) => {
                let asked = Asked {
                    purpose: foreign.purpose,
                    salt: &draw.salt,
                    unit: unit.as_ref().map_or("", |unit| &unit.text),
                    json: unit.as_ref().and_then(|unit| unit.json),
                    absent: unit.is_none(),
                };
                foreign.algorithm.digest(asked).position(total)
            }
        };
        let bucket = Bucket::of_position(position, total);
        let json = unit.and_then(|unit| unit.json);
        let below = chances.map(|chances| match chances {
            Chances::Below(end) => Chances::Below(Bucket::of_position(end, total).get()).share(),
            other => other.share(),
        });
        self.observer.note(step, Outcome::Drawn { unit: json, bucket, below });
        Ok(Drawn { hash: bucket.first_hash(), position, bucket })
    }

    /// The unit of a foreign draw.
    fn unit(&self, foreign: &Foreign, salt: &str) -> Option<Unit<'c>> {
        let of = |slot: &Slot| {
            let attribute = self.context.attribute(*slot);
            let null = || (attribute.null && foreign.algorithm.unitless).then_some(&Json::Null);
            let json = attribute.json.or_else(null)?;
            Some(Unit { slot: *slot, text: foreign.algorithm.unit_of(json, salt)?, json: Some(json) })
        };
        match &*foreign.slots {
            [only] => of(only),
            several if foreign.first => several.iter().find_map(of),
            several => {
                let mut parts = Vec::with_capacity(several.len());
                for slot in several {
                    match of(slot) {
                        Some(unit) => parts.push(unit.text),
                        None if foreign.algorithm.unitless => {}
                        None => return None,
                    }
                }
                let slot = *several.first().filter(|_| !parts.is_empty())?;
                Some(Unit { slot, text: parts.join(foreign.algorithm.separator).into(), json: None })
            }
        }
    }
}

/// The unit of a foreign draw: its text, and its value where it is one attribute.
struct Unit<'c> {
    slot: Slot,
    text: Cow<'c, str>,
    json: Option<&'c Json>,
}
