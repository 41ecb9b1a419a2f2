//! Serves as JSONLogic.

use super::Writer;
use super::condition::{all, any, there, var};
use crate::model::{Bucketing, By, Flag, Rollout, Seconds, Serve, Setting, Share, Timestamp, VariantName, Weight};
use serde_json::{Value as Json, json};

/// What a flag's or segment's buckets have in common.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scope<'s> {
    pub(super) salt: &'s str,
    pub(super) bucketing: Option<Bucketing>,
}

/// What is served under which condition besides that of the rule; without one, to all that are left.
type Served = Vec<(Option<Json>, Json)>;

/// How a bucket is drawn.
pub(super) struct Draw {
    /// What `fractional` hashes; `None` for its shorthand.
    unit: Option<Json>,
    /// Whether there is a unit.
    pub(super) guard: Json,
    bucketing: Bucketing,
}

/// A share that grows is written as one case for each step, up to so many.
const MOST_STEPS: u64 = 500;

impl Draw {
    pub(super) fn fractional(&self, parts: &[(Json, u64)]) -> Json {
        let parts = parts.iter().filter(|(_, weight)| *weight > 0).map(|(variant, weight)| json!([variant, weight]));
        let arguments: Vec<Json> = self.unit.iter().cloned().chain(parts).collect();
        json!({ "fractional": arguments })
    }
}

impl Writer<'_> {
    /// How a bucket is drawn, or why flagd can't.
    pub(super) fn draw(
        &self,
        by: Option<&By>,
        salt: Option<&str>,
        bucketing: Option<Bucketing>,
        scope: Scope<'_>,
    ) -> Result<Draw, String> {
        let bucketing = bucketing.or(scope.bucketing).unwrap_or(self.catalog.project.bucketing);
        let salt = bucketing.salt(salt, scope.salt);
        let targeting_key = By::targeting_key();
        let by = by.unwrap_or(&targeting_key);
        let paths = by.paths().iter().map(var).collect::<Result<Vec<_>, String>>()?;
        let filled = |var: &Json| match bucketing {
            // What flagd hashes as it is may be empty; the older generation takes texts only.
            Bucketing::FlagdV2Raw if salt.is_empty() => json!({ "starts_with": [var, ""] }),
            Bucketing::FlagdV2Raw | Bucketing::FlagdV3Raw => there(var),
            _ => all(vec![there(var), json!({ "!==": [var, ""] })]),
        };
        let (guard, unit) = match by {
            By::First(_) => {
                let mut ladder: Vec<Json> = Vec::new();
                for path in &paths {
                    ladder.extend([filled(path), path.clone()]);
                }
                ladder.push(Json::Null);
                (any(paths.iter().map(filled).collect()), vec![json!({ "if": ladder })])
            }
            _ => (all(paths.iter().map(filled).collect()), paths),
        };
        let v2 = self.generation == Bucketing::FlagdV2;
        let fits = match bucketing {
            Bucketing::FlagdV2 | Bucketing::FlagdV2Raw | Bucketing::FlagdV2Shorthand => v2,
            Bucketing::FlagdV3 | Bucketing::FlagdV3Raw | Bucketing::FlagdV3Shorthand => !v2,
            _ => false,
        };
        if !fits {
            return Err(format!(
                "its buckets are those of `{bucketing}`, which `fractional` of {} does not have",
                self.generation
            ));
        }
        let joined = |separator: &str, salt: String| {
            let mut pieces = vec![Json::from(salt)];
            for (index, part) in unit.iter().enumerate() {
                if index > 0 && !separator.is_empty() {
                    pieces.push(separator.into());
                }
                pieces.push(part.clone());
            }
            json!({ "cat": pieces })
        };
        let unit = match bucketing {
            Bucketing::FlagdV2 | Bucketing::FlagdV3 => Some(joined("/", format!("{salt}/"))),
            Bucketing::FlagdV2Raw | Bucketing::FlagdV3Raw if salt.is_empty() && unit.len() == 1 => {
                unit.first().cloned()
            }
            Bucketing::FlagdV2Raw | Bucketing::FlagdV3Raw | Bucketing::FlagdV2Shorthand => {
                Some(joined("", salt.to_owned()))
            }
            _ if by.is_targeting_key() && salt == self.key.as_str() => None,
            _ => {
                return Err("its buckets are those of `fractional` without a unit, of another flag or attribute".into());
            }
        };
        Ok(Draw { unit, guard, bucketing })
    }

    /// What `serve` gives.
    pub(super) fn serve(
        &mut self,
        flag: &Flag,
        serve: &Serve,
        scope: Scope<'_>,
        leaf: &dyn Fn(&str) -> Json,
    ) -> Result<Served, String> {
        let rollout = match serve {
            Serve::Variant(name) => return Ok(vec![(None, leaf(name.as_str()))]),
            Serve::Rollout(rollout) => rollout,
        };
        if let Some(Setting::Split(entries)) = rollout.setting("split") {
            let draw = self.draw(rollout.by.as_ref(), rollout.salt.as_deref(), rollout.bucketing, scope)?;
            let native = draw.bucketing.is_native();
            if let (true, Some(only)) = (native, entries.iter().find(|entry| entry.weight == Weight::FULL)) {
                return Ok(vec![(None, leaf(only.variant.as_str()))]);
            }
            let weight = |weight: Weight| if native { weight.steps() } else { weight.steps() / 1000 };
            let parts: Vec<(Json, u64)> =
                entries.iter().map(|entry| (leaf(entry.variant.as_str()), weight(entry.weight))).collect();
            return Ok(vec![(Some(draw.guard.clone()), draw.fractional(&parts))]);
        }
        let ramped = rollout.serve.clone().unwrap_or_else(|| VariantName::boolean(true));
        let sides = (leaf(ramped.as_str()), leaf(flag.outside().as_str()));
        let fixed = |share: Option<Share>| share.ok_or_else(|| format!("`{}` is not complete", rollout.strategy));
        match rollout.strategy {
            "percentage" => self.share(rollout, fixed(setting(rollout, "percentage"))?, &sides, scope),
            "canary" => {
                let share = crate::evaluate::strategy::share_at(rollout, Timestamp::from_unix(0));
                self.share(rollout, fixed(share)?, &sides, scope)
            }
            "gradual" => self.gradual(rollout, &sides, scope),
            "linear" => self.linear(rollout, &sides, scope),
            "ring" => self.ring(rollout, &sides),
            other => Err(format!("flagd has nothing like `{other}`")),
        }
    }

    /// A fixed share of units.
    fn share(
        &self,
        rollout: &Rollout,
        share: Share,
        (inside, outside): &(Json, Json),
        scope: Scope<'_>,
    ) -> Result<Served, String> {
        match share {
            Share::FULL => return Ok(vec![(None, inside.clone())]),
            Share::ZERO => return Ok(vec![(None, outside.clone())]),
            _ => {}
        }
        let draw = self.draw(rollout.by.as_ref(), rollout.salt.as_deref(), rollout.bucketing, scope)?;
        let on = u64::from(share.steps());
        let parts = [(inside.clone(), on), (outside.clone(), 100_000 - on)];
        Ok(vec![(Some(draw.guard.clone()), draw.fractional(&parts))])
    }

    /// One case for each step.
    fn gradual(&self, rollout: &Rollout, sides: &(Json, Json), scope: Scope<'_>) -> Result<Served, String> {
        let incomplete = || "`gradual` is not complete".to_owned();
        let (Some(Setting::Time(from)), Some(Setting::Length(every))) =
            (rollout.setting("from"), rollout.setting("every"))
        else {
            return Err(incomplete());
        };
        let start = setting(rollout, "start").unwrap_or(Share::ZERO).steps();
        let max = setting(rollout, "max").unwrap_or(Share::FULL).steps();
        let step = setting(rollout, "step").ok_or_else(incomplete)?.steps().max(1);
        let steps = u64::from(max.saturating_sub(start).div_ceil(step));
        if steps > MOST_STEPS {
            return Err(format!("`gradual` has {steps} steps, more than {MOST_STEPS}"));
        }
        let mut served = window_of(None, Some(*from), self.share(rollout, Share::ZERO, sides, scope)?);
        for count in 0..=steps {
            let grown = u64::from(start) + u64::from(step) * count;
            let share = u32::try_from(grown.min(u64::from(max))).ok().and_then(Share::from_steps).unwrap_or_default();
            let begin = from.plus(Seconds::new(every.get().saturating_mul(count)));
            let end = (count < steps).then(|| from.plus(Seconds::new(every.get().saturating_mul(count + 1))));
            served.extend(window_of(Some(begin), end, self.share(rollout, share, sides, scope)?));
        }
        Ok(served)
    }

    /// Weights that grow with the time, in integers.
    fn linear(&self, rollout: &Rollout, sides: &(Json, Json), scope: Scope<'_>) -> Result<Served, String> {
        let (Some(Setting::Time(from)), Some(Setting::Time(until))) =
            (rollout.setting("from"), rollout.setting("until"))
        else {
            return Err("`linear` is not complete".into());
        };
        let start = setting(rollout, "start").unwrap_or(Share::ZERO);
        let end = setting(rollout, "end").unwrap_or(Share::FULL);
        let mut served = window_of(None, Some(*from), self.share(rollout, start, sides, scope)?);
        let draw = self.draw(rollout.by.as_ref(), rollout.salt.as_deref(), rollout.bucketing, scope)?;
        if !draw.bucketing.is_native() {
            return Err("`linear` under the buckets of another system".into());
        }
        let length = until.unix() - from.unix();
        let (low, high) = (i64::from(start.steps() / 1000), i64::from(end.steps() / 1000));
        let passed = json!({ "-": [{"var": "$flagd.timestamp"}, from.unix()] });
        let grown = json!({ "+": [low * length, { "*": [high - low, passed] }] });
        let left = json!({ "-": [100 * length, grown] });
        let unit: Vec<Json> = draw.unit.iter().cloned().collect();
        let arguments: Vec<Json> = unit.into_iter().chain([json!([sides.0, grown]), json!([sides.1, left])]).collect();
        // In the first second of a growth from nothing, and nowhere else, nobody is inside and no unit is needed.
        if start == Share::ZERO {
            let second = from.plus(Seconds::new(1));
            served.extend(window_of(Some(*from), Some(second), vec![(None, sides.1.clone())]));
            let growing = vec![(Some(draw.guard), json!({ "fractional": arguments }))];
            served.extend(window_of(Some(second), Some(*until), growing));
        } else if start == Share::FULL {
            let second = from.plus(Seconds::new(1));
            served.extend(window_of(Some(*from), Some(second), vec![(None, sides.0.clone())]));
            let shrinking = vec![(Some(draw.guard), json!({ "fractional": arguments }))];
            served.extend(window_of(Some(second), Some(*until), shrinking));
        } else {
            let growing = vec![(Some(draw.guard), json!({ "fractional": arguments }))];
            served.extend(window_of(Some(*from), Some(*until), growing));
        }
        served.extend(window_of(Some(*until), None, self.share(rollout, end, sides, scope)?));
        Ok(served)
    }

    /// The segments of the rings up to this one, and the largest percentage.
    fn ring(&mut self, rollout: &Rollout, sides: &(Json, Json)) -> Result<Served, String> {
        let Some(Setting::Ring(name)) = rollout.setting("ring") else { return Err("`ring` is not complete".into()) };
        let catalog = self.catalog;
        let rings = &catalog.project.rings;
        let last =
            rings.iter().position(|ring| ring.name == *name).ok_or_else(|| format!("there is no ring `{name}`"))?;
        let reached = &rings[..=last];
        let share = reached.iter().filter_map(|ring| ring.percentage).max().unwrap_or(Share::ZERO);
        if share == Share::FULL {
            return Ok(vec![(None, sides.0.clone())]);
        }
        let mut served = Vec::new();
        for segment in reached.iter().filter_map(|ring| ring.segment.as_ref()) {
            let found = catalog.segments.get(segment);
            let found = found.ok_or_else(|| format!("the segment `{segment}` does not read"))?;
            served.push((Some(self.segment(found)?), sides.0.clone()));
        }
        let plain = Rollout { by: None, salt: None, bucketing: None, ..rollout.clone() };
        let scope = Scope { salt: "rings", bucketing: Some(catalog.project.bucketing) };
        served.extend(self.share(&plain, share, sides, scope)?);
        Ok(served)
    }
}

fn setting(rollout: &Rollout, name: &str) -> Option<Share> {
    match rollout.setting(name)? {
        Setting::Share(share) => Some(*share),
        _ => None,
    }
}

/// What is served, within a window only.
fn window_of(from: Option<Timestamp>, until: Option<Timestamp>, served: Served) -> Served {
    let window = super::condition::window(&crate::model::Schedule { from, until });
    served
        .into_iter()
        .map(|(extra, value)| (Some(all(std::iter::once(window.clone()).chain(extra).collect())), value))
        .collect()
}
