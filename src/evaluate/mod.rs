//! Pure evaluation: program, flag, environment, context and time give a decision.
//!
//! A [`Program`] is a catalog made ready once. A [`Context`] says who is asking. [`evaluate`] answers for one flag,
//! [`explain`] tells in addition what was looked at. To ask about many flags for the same context, [`Program::bind`] it
//! and ask the [`BoundContext`], which does not allocate.
//!
//! Nothing here panics, reads a clock or does I/O; whatever is wrong, the flag's default variant is served, with the
//! cause in the decision.

mod assignment;
pub mod bucket;
mod cause;
mod context;
mod decision;
mod lookup;
mod observer;
pub mod operator;
mod program;
mod run;
mod slots;
pub mod strategy;
mod trace;

pub use bucket::Bucket;
pub use cause::{Cause, Unmet, Why};
pub use context::{BoundContext, Context, ContextError, Selection, Wanted};
pub use decision::{Decision, ErrorCode, Reason};
pub use observer::{Membership, Outcome, Step};
pub use program::{MAX_COST, MAX_DEPTH, Program};
pub use trace::{Entry, Trace};

use crate::model::{Timestamp, Value};
use run::Run;

#[cfg(test)]
mod tests;

/// What the flag `key` serves in `environment` to `context` at `now`.
#[must_use]
pub fn evaluate<'p>(
    program: &'p Program,
    key: &'p str,
    environment: &'p str,
    context: &Context,
    now: Timestamp,
) -> Decision<'p> {
    program.bind(context).evaluate(key, environment, now)
}

/// What the flag `key` serves in `environment` to `context` at `now`, and everything that was looked at.
#[must_use]
pub fn explain<'p, 'c>(
    program: &'p Program,
    key: &'p str,
    environment: &'p str,
    context: &'c Context,
    now: Timestamp,
) -> (Decision<'p>, Trace<'p, 'c>) {
    program.bind(context).explain(key, environment, now)
}

impl<'p, 'c> BoundContext<'p, 'c> {
    /// What the flag `key` serves in `environment` at `now`. Does not allocate, apart from what the caches of regular
    /// expressions need when they are first used.
    #[must_use]
    #[inline]
    pub fn evaluate<'k>(&self, key: &'k str, environment: &'k str, now: Timestamp) -> Decision<'k>
    where
        'p: 'k,
    {
        match self.program.flag(key) {
            Some(flag) => Run::new(self, self.program.environment(environment), now, ()).decide(flag, environment),
            None => Decision::not_found(key, environment),
        }
    }

    /// Only the value that [`evaluate`](Self::evaluate) would tell, in less time.
    #[must_use]
    #[inline]
    pub fn value(&self, key: &str, environment: &str, now: Timestamp) -> Option<&'p Value> {
        let flag = self.program.flag(key)?;
        Run::new(self, self.program.environment(environment), now, ()).value(flag)
    }

    /// What every flag serves in `environment` at `now`, in the order of their keys.
    pub fn evaluate_all<'k>(&self, environment: &'k str, now: Timestamp) -> impl Iterator<Item = Decision<'k>>
    where
        'p: 'k,
    {
        let index = self.program.environment(environment);
        self.program.flags.iter().map(move |flag| Run::new(self, index, now, ()).decide(flag, environment))
    }

    /// As [`evaluate`](Self::evaluate), with everything that was looked at.
    #[must_use]
    pub fn explain<'k>(&self, key: &'k str, environment: &'k str, now: Timestamp) -> (Decision<'k>, Trace<'p, 'c>)
    where
        'p: 'k,
    {
        self.explain_in(key, environment, now, None)
    }

    /// As [`explain`](Self::explain), but every unit is taken to be in `bucket`, those that the context lacks included:
    /// for tests, which ask what a part of all users gets and have no user there.
    #[must_use]
    pub fn explain_in<'k>(
        &self,
        key: &'k str,
        environment: &'k str,
        now: Timestamp,
        bucket: Option<Bucket>,
    ) -> (Decision<'k>, Trace<'p, 'c>)
    where
        'p: 'k,
    {
        let Some(flag) = self.program.flag(key) else {
            return (Decision::not_found(key, environment), Trace::new());
        };
        let mut run = Run::new(self, self.program.environment(environment), now, Trace::assuming(bucket));
        let decision = run.decide(flag, environment);
        (decision, run.into_observer())
    }

    /// Whether the context is in `segment`, and everything that was looked at; `None` when there is no segment of that
    /// name, or it does not work. Where `bucket` is given, every unit is taken to be there. No condition asks for the
    /// time, so there is none.
    #[must_use]
    pub fn member(&self, segment: &str, bucket: Option<Bucket>) -> Option<(Membership, Trace<'p, 'c>)> {
        let index = *self.program.by_segment.get(segment)?;
        let mut run = Run::new(self, None, Timestamp::from_unix(0), Trace::assuming(bucket));
        let membership = run.member(index)?;
        Some((membership, run.into_observer()))
    }
}
