//! What a flag serves to whom as time goes by: its schedule, shares that grow, and the flags that it requires.

use super::shares::Portion;
use super::spread::{Context, Spread};
use crate::model::{
    By, Catalog, Condition, Environment, Flag, FlagKey, Requirement, Rollout, SegmentName, Serve, Setting, Share,
    Timestamp, VariantName,
};
use std::collections::BTreeSet;
use std::ops::RangeInclusive;

/// From this moment on this is served, until the next stretch begins.
#[derive(Debug, Clone, PartialEq)]
pub struct Stretch {
    /// When it begins.
    pub at: Timestamp,
    /// Why everyone gets the flag's default, if that is so.
    pub closed: Option<Closed>,
    /// What its rules and its serve serve, in the order of evaluation; empty when it is closed.
    pub serves: Vec<Served>,
}

/// What one rule, or the serve for everyone else, serves.
#[derive(Debug, Clone, PartialEq)]
pub struct Served {
    /// The rule's id or position; `None` for the serve of the environment.
    pub rule: Option<String>,
    /// Variants with their parts of the units; a unit stays where it is on this line while the parts grow.
    pub parts: Vec<(VariantName, Portion)>,
    /// The attribute that is the unit; `None` when everyone gets the same.
    pub by: Option<By>,
    /// Segments whose members get what is rolled out whatever their bucket.
    pub members: Vec<SegmentName>,
    /// Whether the parts grow evenly until the next stretch.
    pub grows: bool,
}

/// Why a flag serves its default to everyone in an environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Closed {
    /// It has no such environment.
    Absent,
    /// It is not enabled there.
    Disabled,
    /// It is killed.
    Killed,
    /// It is put away.
    Archived,
    /// Its schedule begins then.
    NotYet(Timestamp),
    /// Its schedule ended then.
    NoLonger(Timestamp),
    /// A flag that it requires does not read, or is not there.
    Unknown(FlagKey),
    /// A flag that it requires serves its own default for that reason.
    Requires(FlagKey, Box<Closed>),
    /// A flag that it requires serves this variant to everyone.
    Serves(FlagKey, VariantName),
}

/// The span of time that is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Window {
    /// Its first moment.
    pub from: Timestamp,
    /// Its last moment.
    pub to: Timestamp,
    /// How many points a share that grows evenly is shown at, and at most how many steps of one that grows in steps.
    pub points: u32,
}

/// The stretches of a flag in an environment within `window`, the first of which begins with it; `None` when there is no
/// flag of that key that reads.
#[must_use]
pub fn forecast(catalog: &Catalog, key: &FlagKey, environment: &str, window: Window) -> Option<Vec<Stretch>> {
    let flag = catalog.flags.get(key)?;
    let mut stretches: Vec<Stretch> = Vec::new();
    for at in moments(catalog, flag, environment, window) {
        let closed = closed(catalog, flag, environment, at, 0);
        let serves = match (&closed, flag.environment(environment)) {
            (None, Some(block)) => served(catalog, flag, block, at),
            _ => Vec::new(),
        };
        if stretches.last().is_none_or(|last| (&last.closed, &last.serves) != (&closed, &serves)) {
            stretches.push(Stretch { at, closed, serves });
        }
    }
    Some(stretches)
}

/// The moments within the window at which what a flag serves can change, its beginning included.
#[must_use]
pub fn moments(catalog: &Catalog, flag: &Flag, environment: &str, window: Window) -> BTreeSet<Timestamp> {
    let mut found = BTreeSet::new();
    for key in required(catalog, flag, environment) {
        let Some(block) = catalog.flags.get(&key).and_then(|flag| flag.environment(environment)) else { continue };
        let conditions = block.rules.iter().flat_map(|rule| &rule.when).flat_map(Condition::walk);
        let windows =
            conditions.filter_map(|one| if let Condition::Schedule(window) = one { Some(window) } else { None });
        let ends = windows.chain(&block.schedule).flat_map(|schedule| [schedule.from, schedule.until]);
        found.extend(ends.flatten());
        for rollout in serves(block).filter_map(|(_, serve)| serve.rollout()) {
            found.extend(growth(rollout, window));
        }
    }
    found.retain(|at| window.from < *at && *at <= window.to);
    found.insert(window.from);
    found
}

/// The flag and all that it requires there, directly or not.
fn required(catalog: &Catalog, flag: &Flag, environment: &str) -> BTreeSet<FlagKey> {
    let mut found = BTreeSet::from([flag.key.clone()]);
    let mut open = vec![flag];
    while let Some(flag) = open.pop() {
        for requirement in requirements(flag, environment) {
            if found.insert(requirement.flag.clone()) {
                open.extend(catalog.flags.get(&requirement.flag));
            }
        }
    }
    found
}

fn requirements<'f>(flag: &'f Flag, environment: &str) -> impl Iterator<Item = &'f Requirement> {
    flag.requires.iter().chain(flag.environment(environment).into_iter().flat_map(|block| &block.requires))
}

fn serves(block: &Environment) -> impl Iterator<Item = (Option<String>, &Serve)> {
    let rules = block.rules.iter().enumerate().map(|(index, rule)| (Some(rule.label(index)), &rule.serve));
    rules.chain(std::iter::once((None, &block.serve)))
}

/// The moments at which the share of a rollout changes, or is shown while it does.
fn growth(rollout: &Rollout, window: Window) -> Vec<Timestamp> {
    let time = |name| match rollout.setting(name) {
        Some(Setting::Time(time)) => Some(time.unix()),
        _ => None,
    };
    let Some(from) = time("from") else { return Vec::new() };
    let (first, last) = (window.from.unix(), window.to.unix());
    let found = match (rollout.strategy, time("until")) {
        ("gradual", _) => steps(rollout, from, first..=last, window.points),
        ("linear", Some(until)) => {
            let span = i128::from(last) - i128::from(first);
            let grid = (0..=window.points)
                .map(|point| i128::from(first) + span * i128::from(point) / i128::from(window.points.max(1)));
            let inside = grid.filter_map(|at| i64::try_from(at).ok()).filter(|at| from < *at && *at < until);
            inside.chain([from, until]).collect()
        }
        _ => Vec::new(),
    };
    found.into_iter().map(Timestamp::from_unix).collect()
}

/// The steps of a gradual rollout within a span of time: all, or as many as are wanted with the first and the last.
fn steps(rollout: &Rollout, from: i64, span: RangeInclusive<i64>, points: u32) -> Vec<i64> {
    let share = |name, absent: Share| match rollout.setting(name) {
        Some(Setting::Share(share)) => *share,
        _ => absent,
    };
    let Some(Setting::Length(every)) = rollout.setting("every") else { return Vec::new() };
    let every = i128::from(every.get().max(1));
    let grows = i128::from(share("max", Share::FULL).steps()) - i128::from(share("start", Share::ZERO).steps());
    let step = i128::from(share("step", Share::FULL).steps().max(1));
    let count = (grows.max(0) + step - 1) / step;
    let passed = |at: i64| i128::from(at) - i128::from(from);
    let first = (passed(*span.start()).max(0) + every - 1) / every;
    let last = passed(*span.end()).div_euclid(every).min(count);
    let (wanted, there) = (i128::from(points.max(2)), last - first + 1);
    let chosen: BTreeSet<i128> = match there {
        i128::MIN..=0 => BTreeSet::new(),
        _ if there <= wanted => (first..=last).collect(),
        _ => (0..wanted).map(|point| first + (last - first) * point / (wanted - 1)).collect(),
    };
    chosen.into_iter().filter_map(|step| i64::try_from(i128::from(from) + step * every).ok()).collect()
}

/// Requirements are at most this deep; validation says so, this keeps a cycle from running forever.
const DEEPEST: usize = 64;

/// Why everyone gets the default at that moment.
fn closed(catalog: &Catalog, flag: &Flag, environment: &str, at: Timestamp, depth: usize) -> Option<Closed> {
    let block = flag.environment(environment);
    if flag.killed.is_some() || block.is_some_and(|block| block.killed.is_some()) {
        return Some(Closed::Killed);
    }
    if flag.archived.is_some() {
        return Some(Closed::Archived);
    }
    let Some(block) = block else { return Some(Closed::Absent) };
    if !block.enabled {
        return Some(Closed::Disabled);
    }
    match block.schedule.map(|schedule| (schedule.from, schedule.until)) {
        Some((Some(from), _)) if at < from => return Some(Closed::NotYet(from)),
        Some((_, Some(until))) if until <= at => return Some(Closed::NoLonger(until)),
        _ => {}
    }
    requirements(flag, environment).find_map(|requirement| {
        let key = &requirement.flag;
        let Some(other) = catalog.flags.get(key).filter(|_| depth < DEEPEST) else {
            return Some(Closed::Unknown(key.clone()));
        };
        if let Some(why) = closed(catalog, other, environment, at, depth + 1) {
            return Some(Closed::Requires(key.clone(), Box::new(why)));
        }
        let block = other.environment(environment)?;
        let served = serves(block).map(|(_, serve)| Spread::of(context(catalog, other), serve, at));
        let targets = block.targets.iter().map(|target| &target.serve);
        // Every way out serves one and the same variant, and it is another one.
        let mut all: BTreeSet<VariantName> = targets.cloned().collect();
        for spread in served {
            let spread = spread?;
            all.extend(spread.parts.into_iter().map(|(_, variant)| variant));
            if !spread.members.is_empty() {
                return None;
            }
        }
        let only = all.pop_first().filter(|_| all.is_empty())?;
        (only != requirement.serves).then(|| Closed::Serves(key.clone(), only))
    })
}

fn context<'a>(catalog: &'a Catalog, flag: &'a Flag) -> Context<'a> {
    Context { flag, project: &catalog.project }
}

fn served(catalog: &Catalog, flag: &Flag, block: &Environment, at: Timestamp) -> Vec<Served> {
    let one = |(rule, serve): (Option<String>, &Serve)| {
        let spread = Spread::of(context(catalog, flag), serve, at)?;
        let by = (!spread.is_constant()).then(|| spread.key.by.clone());
        let mut start = 0;
        let mut parts: Vec<(VariantName, Portion)> = Vec::new();
        for (end, variant) in spread.parts {
            parts.push((variant, Portion::new(end - start, spread.length)));
            start = end;
        }
        Some(Served { rule, parts, by, members: spread.members, grows: is_growing(serve, at) })
    };
    let matchable = |index: usize| block.rules.get(index).is_none_or(|rule| conceivable(&rule.when, at));
    serves(block).enumerate().filter(|(index, _)| matchable(*index)).filter_map(|(_, serve)| one(serve)).collect()
}

/// Whether conditions can match at that moment, as far as the time alone tells.
fn conceivable(conditions: &[Condition], at: Timestamp) -> bool {
    conditions.iter().all(|condition| at_moment(condition, at) != Some(false))
}

/// Whether a condition matches at that moment; `None` when it depends on the context.
fn at_moment(condition: &Condition, at: Timestamp) -> Option<bool> {
    match condition {
        Condition::Schedule(schedule) => Some(schedule.contains(at)),
        Condition::Not(inner) => at_moment(inner, at).map(|matches| !matches),
        Condition::All(inner) if !conceivable(inner, at) => Some(false),
        Condition::All(inner) => inner.iter().all(|one| at_moment(one, at) == Some(true)).then_some(true),
        Condition::Any(inner) if inner.iter().any(|one| at_moment(one, at) == Some(true)) => Some(true),
        Condition::Any(inner) => inner.iter().all(|one| at_moment(one, at) == Some(false)).then_some(false),
        Condition::Test(_) | Condition::Segment(_) | Condition::Percentage { .. } => None,
    }
}

fn is_growing(serve: &Serve, at: Timestamp) -> bool {
    let Some(rollout) = serve.rollout().filter(|rollout| rollout.strategy == "linear") else { return false };
    let (Some(Setting::Time(from)), Some(Setting::Time(until))) = (rollout.setting("from"), rollout.setting("until"))
    else {
        return false;
    };
    *from <= at && at < *until
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::sample::{boolean, environment, length, on, share, strategy};
    use crate::model::{Project, ProjectEnvironment, Schedule};

    const DAY: i64 = 86_400;

    fn at(day: i64) -> Timestamp {
        Timestamp::from_unix(day * DAY)
    }

    fn window(from: i64, to: i64, points: u32) -> Window {
        Window { from: at(from), to: at(to), points }
    }

    fn growing(name: &'static str, settings: Vec<(&'static str, Setting)>) -> Serve {
        Serve::Rollout(strategy(name, Some("on"), settings))
    }

    fn gradual(from: i64, step: &str, max: &str) -> Serve {
        let settings = vec![
            ("from", Setting::Time(at(from))),
            ("step", Setting::Share(share(step))),
            ("every", Setting::Length(length("1d"))),
            ("max", Setting::Share(share(max))),
        ];
        growing("gradual", settings)
    }

    fn flag(key: &str, serve: Serve) -> Flag {
        boolean(key, vec![on("production", serve)])
    }

    fn catalog(flags: Vec<Flag>) -> Catalog {
        let flags = flags.into_iter().map(|flag| (flag.key.clone(), flag)).collect();
        Catalog {
            flags,
            ..Catalog::new(Project::with_environments(vec![ProjectEnvironment {
                name: environment("production"),
                description: None,
                protected: false,
            }]))
        }
    }

    /// Day and share of `on` of each stretch, `-` when it is closed.
    fn told(catalog: &Catalog, key: &str, window: Window) -> Vec<(i64, String)> {
        let stretches = forecast(catalog, &FlagKey::new(key).unwrap(), "production", window).unwrap();
        let on = |stretch: &Stretch| {
            let parts = stretch.serves.last().map(|served| &served.parts);
            let on = parts.map(|parts| parts.iter().find(|(name, _)| name.as_str() == "on"));
            on.map_or_else(
                || "-".to_owned(),
                |on| on.map_or_else(|| "0%".to_owned(), |(_, portion)| portion.to_string()),
            )
        };
        stretches.iter().map(|stretch| (stretch.at.unix() / DAY, on(stretch))).collect()
    }

    #[test]
    fn a_window_among_the_conditions_of_a_rule_opens_and_closes_it() {
        let window_of = Schedule { from: Some(at(10)), until: Some(at(20)) };
        let rule = |when| crate::model::Rule { id: None, description: None, when, serve: gradual(0, "1", "1") };
        let mut flag = flag("f", Serve::Variant(VariantName::boolean(false)));
        flag.environments[0].rules = vec![
            rule(vec![Condition::Any(vec![Condition::Schedule(window_of)])]),
            rule(vec![Condition::Not(Box::new(Condition::Schedule(window_of)))]),
        ];
        let catalog = catalog(vec![flag]);
        let stretches = forecast(&catalog, &FlagKey::new("f").unwrap(), "production", window(5, 30, 2)).unwrap();
        let rules =
            |stretch: &Stretch| stretch.serves.iter().filter_map(|served| served.rule.clone()).collect::<Vec<_>>();
        let told: Vec<_> = stretches.iter().map(|stretch| (stretch.at.unix() / DAY, rules(stretch))).collect();
        assert_eq!(told, [(5, vec!["#2".to_owned()]), (10, vec!["#1".to_owned()]), (20, vec!["#2".to_owned()])]);
    }

    fn told_as(days: &[(i64, &str)]) -> Vec<(i64, String)> {
        days.iter().map(|(day, share)| (*day, (*share).to_owned())).collect()
    }

    #[test]
    fn a_gradual_rollout_is_told_step_by_step_up_to_its_maximum() {
        let catalog = catalog(vec![flag("a", gradual(10, "20", "50"))]);
        let expected = told_as(&[(8, "0%"), (11, "20%"), (12, "40%"), (13, "50%")]);
        assert_eq!(told(&catalog, "a", window(8, 40, 20)), expected);
        assert_eq!(told(&catalog, "a", window(12, 40, 20)), expected[2..]);
        // Only some of many steps, the first and the last among them.
        let slow = self::catalog(vec![flag("a", gradual(10, "1", "100"))]);
        let told = told(&slow, "a", window(10, 1000, 5));
        assert_eq!((told.len(), &told[1].1, &told[4].1), (5, &"25%".to_owned(), &"100%".to_owned()));
    }

    #[test]
    fn a_linear_rollout_is_told_at_points_with_both_ends() {
        let serve = growing("linear", vec![("from", Setting::Time(at(10))), ("until", Setting::Time(at(20)))]);
        let catalog = catalog(vec![flag("a", serve)]);
        let ends = [(0, "0%"), (10, "0%"), (12, "20%"), (14, "40%"), (16, "60%"), (18, "80%"), (20, "100%")];
        assert_eq!(told(&catalog, "a", window(0, 40, 20)), told_as(&ends));
    }

    #[test]
    fn schedules_open_and_close_also_those_of_required_flags() {
        let mut other = flag("other", Serve::Variant(VariantName::boolean(true)));
        other.environments[0].schedule = Some(Schedule { from: Some(at(5)), until: None });
        let mut own = flag("a", Serve::Variant(VariantName::boolean(true)));
        own.environments[0].schedule = Some(Schedule { from: Some(at(3)), until: Some(at(9)) });
        let on = VariantName::boolean(true);
        own.requires = vec![Requirement { flag: other.key.clone(), serves: on, boolean: true }];
        let key = other.key.clone();
        let all = catalog(vec![own.clone(), other.clone()]);
        assert_eq!(told(&all, "a", window(0, 20, 5)), told_as(&[(0, "-"), (3, "-"), (5, "100%"), (9, "-")]));
        let stretches = forecast(&all, &own.key, "production", window(0, 20, 5)).unwrap();
        let closed: Vec<_> = stretches.into_iter().map(|stretch| stretch.closed).collect();
        let inner = Closed::Requires(key.clone(), Box::new(Closed::NotYet(at(5))));
        assert_eq!(closed, [Some(Closed::NotYet(at(3))), Some(inner), None, Some(Closed::NoLonger(at(9)))]);
        other.environments[0].serve = Serve::Variant(VariantName::boolean(false));
        other.environments[0].schedule = None;
        let never = catalog(vec![own.clone(), other]);
        let closed = forecast(&never, &own.key, "production", window(4, 5, 5)).unwrap().remove(0).closed;
        assert_eq!(closed, Some(Closed::Serves(key, VariantName::boolean(false))));
    }
}
