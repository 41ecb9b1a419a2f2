//! The evaluation itself. See the order in [`Run::flag`].

mod condition;
mod serve;

use super::bucket::Bucket;
use super::cause::{Cause, Unmet, Why};
use super::context::BoundContext;
use super::decision::{Decision, ErrorCode, Reason};
use super::observer::{Observer, Outcome, Step};
use super::program::{Body, EnvironmentProgram, FlagProgram, Off, Program, RequirementProgram, RuleProgram};
use super::slots::Slot;
use crate::model::{Timestamp, Value};
use serve::Chosen;

/// One evaluation.
pub(super) struct Run<'r, 'p, 'c, O> {
    program: &'p Program,
    context: &'r BoundContext<'p, 'c>,
    /// Index of the environment in the project; `None` when the project does not have it.
    environment: Option<usize>,
    now: Timestamp,
    /// Whether an attribute was looked at that could not be told.
    untold: bool,
    observer: O,
}

/// What a flag that compiles serves.
struct Served<'p> {
    /// Index of the variant.
    variant: u32,
    reason: Reason,
    rule: Option<&'p str>,
    bucket: Option<Bucket>,
    cause: Option<Cause<'p>>,
}

impl<'r, 'p, 'c, O: Observer<'p, 'c>> Run<'r, 'p, 'c, O> {
    pub(super) fn new(
        context: &'r BoundContext<'p, 'c>,
        environment: Option<usize>,
        now: Timestamp,
        observer: O,
    ) -> Self {
        Self { program: context.program, context, environment, now, untold: false, observer }
    }

    pub(super) fn into_observer(self) -> O {
        self.observer
    }

    /// The decision for a flag of the program. `environment` is the name to report.
    #[inline]
    pub(super) fn decide<'k>(&mut self, flag: &'p FlagProgram, environment: &'k str) -> Decision<'k>
    where
        'p: 'k,
    {
        let (served, error) = match &flag.body {
            Ok(body) => match self.flag(flag, body) {
                _ if self.untold => (None, self.context.untold.map(|why| (ErrorCode::General, why))),
                served => (Some(served), None),
            },
            Err(broken) => (None, Some((ErrorCode::ParseError, &*broken.error))),
        };
        let default = flag.body.as_ref().map_or_else(|broken| broken.default, |body| Some(body.default));
        let variant = served.as_ref().map_or(default, |served| Some(served.variant));
        let variant = variant.and_then(|index| flag.variants.get(index as usize));
        let mut decision = Decision {
            key: flag.key.as_str(),
            environment,
            value: variant.map(|(_, value)| value),
            variant: variant.map(|(name, _)| name.as_str()),
            reason: Reason::Error,
            error,
            rule: None,
            bucket: None,
            cause: None,
            metadata: Some(&flag.metadata),
        };
        if let Some(served) = served {
            decision.reason = served.reason;
            decision.rule = served.rule;
            decision.bucket = served.bucket;
            decision.cause = served.cause;
        }
        decision
    }

    /// Only what [`decide`](Self::decide) says of the value.
    #[inline]
    pub(super) fn value(&mut self, flag: &'p FlagProgram) -> Option<&'p Value> {
        let index = match &flag.body {
            Ok(body) => {
                let served = self.flag(flag, body).variant;
                if self.untold { body.default } else { served }
            }
            Err(broken) => broken.default?,
        };
        flag.variants.get(index as usize).map(|(_, value)| value)
    }

    /// The order of evaluation: off, requirements, targets, rules, serve.
    #[inline]
    fn flag(&mut self, flag: &'p FlagProgram, body: &'p Body) -> Served<'p> {
        let environment = match self.open(body) {
            Ok(environment) => environment,
            Err(why) => return Served::default_of(body, Reason::Disabled, Cause::Itself(why)),
        };
        if let Some(unmet) = self.first_unmet(&environment.requirements) {
            return Served::default_of(body, Reason::Default, Cause::Requirement(unmet));
        }
        if let Some(variant) = self.target(environment) {
            return Served { variant, reason: Reason::TargetingMatch, rule: None, bucket: None, cause: None };
        }
        for rule in &environment.rules {
            if let Some((variant, bucket)) = self.rule(flag, rule) {
                let reason = if bucket.is_some() { Reason::Split } else { Reason::TargetingMatch };
                return Served { variant, reason, rule: Some(&*rule.label), bucket, cause: None };
            }
        }
        match self.serve(flag, &environment.serve) {
            Chosen::Variant(variant, bucket) => {
                let reason = match bucket {
                    Some(_) => Reason::Split,
                    None if environment.steady => Reason::Static,
                    None => Reason::Default,
                };
                Served { variant, reason, rule: None, bucket, cause: None }
            }
            Chosen::NoUnit(slot) => {
                let why = Why::NoUnit(self.program.slots.path(slot));
                Served::default_of(body, Reason::Default, Cause::Itself(why))
            }
        }
    }

    /// The environment, if the flag is on there.
    #[inline]
    fn open(&self, body: &'p Body) -> Result<&'p EnvironmentProgram, Why<'p>> {
        let environment = self.environment.and_then(|index| body.environments.get(index)?.as_deref());
        let own = environment.and_then(|environment| environment.off.as_deref());
        // Killed comes before archived, and both before the state of the environment.
        let off = match (body.off.as_deref(), own) {
            (Some(Off::Killed(_)), _) | (Some(_), None | Some(Off::Disabled)) => body.off.as_deref(),
            (_, own) => own,
        };
        let Some(environment) = environment else {
            return Err(off.map_or(Why::Absent, Why::of));
        };
        if let Some(off) = off {
            return Err(Why::of(off));
        }
        let Some(schedule) = &environment.schedule else { return Ok(environment) };
        match (schedule.from, schedule.until) {
            (Some(from), _) if self.now < from => Err(Why::NotYet(from)),
            (_, Some(until)) if until <= self.now => Err(Why::NoLonger(until)),
            _ => Ok(environment),
        }
    }

    #[inline]
    fn first_unmet(&mut self, requirements: &'p [RequirementProgram]) -> Option<Unmet<'p>> {
        requirements.iter().find_map(|requirement| self.unmet(requirement))
    }

    /// How the requirement fails. It holds when the other flag is on, its own requirements hold, it has the units that
    /// it needs, and it serves the variant: a default that is served for lack of these does not count.
    fn unmet(&mut self, requirement: &'p RequirementProgram) -> Option<Unmet<'p>> {
        let other = self.program.flags.get(requirement.flag as usize)?;
        let body = other.body.as_ref().ok()?;
        let source = &*requirement.source;
        self.observer.enter(Step::Requirement { flag: source.flag.as_str(), serves: source.serves.as_str() });
        let answer = self.flag(other, body);
        let unmet = match answer.cause {
            None if answer.variant == requirement.variant => None,
            None => {
                let (name, _) = other.variants.get(answer.variant as usize)?;
                Some(Unmet { requirement: source, root: None, why: Why::Serves(name) })
            }
            Some(Cause::Itself(why)) => Some(Unmet { requirement: source, root: None, why }),
            Some(Cause::Requirement(inner)) => {
                Some(Unmet { requirement: source, root: inner.root.or(Some(inner.requirement)), why: inner.why })
            }
        };
        self.observer.leave(Outcome::Matched(unmet.is_none()));
        unmet
    }

    #[inline]
    fn target(&mut self, environment: &'p EnvironmentProgram) -> Option<u32> {
        let targets = environment.targets.as_deref()?;
        let variant = self.context.unit(Slot::TARGETING_KEY).and_then(|unit| targets.get(unit).copied());
        self.observer.note(Step::Targets, Outcome::Matched(variant.is_some()));
        variant
    }

    /// What the rule serves, if it matches and has the unit that it needs.
    #[inline]
    fn rule(&mut self, flag: &'p FlagProgram, rule: &'p RuleProgram) -> Option<(u32, Option<Bucket>)> {
        self.observer.enter(Step::Rule(&rule.label));
        let verdict = self.all(&rule.conditions);
        let chosen = verdict.matched.then(|| self.serve(flag, &rule.serve));
        match chosen {
            Some(Chosen::Variant(variant, bucket)) => {
                self.observer.leave(Outcome::Served(flag.variant_name(variant)));
                // A percentage among the conditions decided as well when the serve is not one itself.
                Some((variant, bucket.or(verdict.bucket)))
            }
            Some(Chosen::NoUnit(_)) => {
                self.observer.leave(Outcome::NoUnit);
                None
            }
            None => {
                self.observer.leave(Outcome::Matched(false));
                None
            }
        }
    }
}

impl<'p> Served<'p> {
    const fn default_of(body: &Body, reason: Reason, cause: Cause<'p>) -> Self {
        Self { variant: body.default, reason, rule: None, bucket: None, cause: Some(cause) }
    }
}

impl<'p> Why<'p> {
    const fn of(off: &'p Off) -> Self {
        match off {
            Off::Killed(kill) => Self::Killed(kill),
            Off::Archived => Self::Archived,
            Off::Disabled => Self::Disabled,
        }
    }
}

impl FlagProgram {
    #[inline]
    fn variant_name(&self, index: u32) -> &str {
        self.variants.get(index as usize).map_or("", |(name, _)| name.as_str())
    }
}
