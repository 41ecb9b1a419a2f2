//! Decision trees of a source, laid out as rules.

use super::formula::{Formula, all};
use crate::model::{
    AttributePath, Bucketing, By, Condition, Rollout, Rule, RuleId, Serve, Setting, Share, VariantName, Weight,
    Weighted,
};

/// What a source decides.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Tree {
    Serve(VariantName),
    If(Formula, Box<Tree>, Box<Tree>),
    /// By bucket; the last tree is for contexts without unit.
    Split(Draw, Vec<(Weight, Tree)>, Box<Tree>),
    /// As it stands.
    Ready(Serve),
}

/// How a bucket is drawn.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Draw {
    pub(super) bucketing: Bucketing,
    pub(super) salt: Option<String>,
    pub(super) by: Option<By>,
    /// What is true of contexts that have a unit.
    pub(super) has_unit: Formula,
}

impl Draw {
    /// Whether a unit is at `start` percent or above, and below `end`.
    pub(super) fn within(&self, start: Share, end: Share) -> Formula {
        let below = |share: Share| {
            Formula::When(Condition::Percentage {
                share,
                by: self.by.clone(),
                salt: self.salt.clone(),
                bucketing: Some(self.bucketing),
            })
        };
        let from = if start == Share::ZERO { Formula::Known(true) } else { below(start).not() };
        // All have a unit below 100 %, so whether there is one has to be asked.
        let to = if end == Share::FULL { self.has_unit.clone() } else { below(end) };
        to.and(from)
    }

    /// The parts as conditions; `None` when a border is no whole number of 0.001 %, so that it can't be written.
    pub(super) fn ranges(&self, weights: &[Weight]) -> Option<Vec<Formula>> {
        let total: u128 = weights.iter().map(|weight| u128::from(weight.steps())).sum();
        if !one_line(self.bucketing, total) {
            return None;
        }
        let mut passed = 0_u128;
        let mut start = Share::ZERO;
        let mut ranges = Vec::with_capacity(weights.len());
        for weight in weights {
            passed += u128::from(weight.steps());
            let steps = passed * 100_000;
            if total == 0 || !steps.is_multiple_of(total) {
                return None;
            }
            let end = u32::try_from(steps / total).ok().and_then(Share::from_steps)?;
            ranges.push(if start == end { Formula::Known(false) } else { self.within(start, end) });
            start = end;
        }
        Some(ranges)
    }
}

/// A tree laid out as rules, and what everyone else gets.
#[derive(Debug, PartialEq)]
pub(super) struct Laid {
    pub(super) rules: Vec<Rule>,
    pub(super) serve: Serve,
}

/// What is known about the flag that a tree belongs to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Around<'f> {
    pub(super) boolean: bool,
    pub(super) default: &'f VariantName,
}

/// More rules than anyone could read: the source's expression branches too much.
const MOST_RULES: usize = 500;

/// Lays `tree` out: the first rule that matches decides as the tree does. `Err` says why that can't be written.
pub(super) fn lay(tree: &Tree, around: Around<'_>) -> Result<Laid, String> {
    let mut laid = Laid { rules: Vec::new(), serve: Serve::Variant(around.default.clone()) };
    walk(tree, &Formula::Known(true), around, &mut laid)?;
    Ok(laid)
}

fn walk(tree: &Tree, when: &Formula, around: Around<'_>, laid: &mut Laid) -> Result<(), String> {
    if laid.rules.len() > MOST_RULES {
        return Err(format!("it branches into more than {MOST_RULES} cases"));
    }
    match tree {
        Tree::Serve(variant) => push(laid, when, Serve::Variant(variant.clone())),
        Tree::Ready(serve) => push(laid, when, serve.clone()),
        Tree::If(formula, then, otherwise) => match formula {
            Formula::Known(true) => return walk(then, when, around, laid),
            Formula::Known(false) => return walk(otherwise, when, around, laid),
            Formula::When(condition) => {
                match when.implies(condition) {
                    Some(true) => return walk(then, when, around, laid),
                    Some(false) => return walk(otherwise, when, around, laid),
                    None => {}
                }
                walk(then, &when.clone().and_given(condition.clone()), around, laid)?;
                return walk(otherwise, when, around, laid);
            }
        },
        Tree::Split(draw, parts, unitless) => {
            let plain = parts.iter().map(|(weight, part)| match part {
                Tree::Serve(variant) => Some(Weighted { variant: variant.clone(), weight: *weight }),
                _ => None,
            });
            if let Some(entries) = plain.collect::<Option<Vec<_>>>() {
                push(laid, when, serve(draw, entries, around));
            } else {
                let weights: Vec<Weight> = parts.iter().map(|(weight, _)| *weight).collect();
                let ranges = draw.ranges(&weights).ok_or("a border between its parts is no whole number of 0.001 %")?;
                for (range, (_, part)) in ranges.into_iter().zip(parts) {
                    match range {
                        Formula::Known(false) => {}
                        Formula::Known(true) => walk(part, when, around, laid)?,
                        Formula::When(range) if when.implies(&range) == Some(false) => {}
                        Formula::When(range) => walk(part, &when.clone().and_given(range), around, laid)?,
                    }
                }
            }
            // A rule without its unit does not match, so what follows decides.
            let all_have_one = draw.has_unit == Formula::Known(true);
            if !all_have_one && (**unitless != Tree::Serve(around.default.clone()) || *when != Formula::Known(true)) {
                walk(unitless, when, around, laid)?;
            }
        }
    }
    Ok(())
}

fn push(laid: &mut Laid, when: &Formula, serve: Serve) {
    match when {
        Formula::Known(false) => {}
        Formula::Known(true) => laid.rules.push(Rule { id: None, description: None, when: Vec::new(), serve }),
        Formula::When(Condition::All(conditions)) => {
            laid.rules.push(Rule { id: None, description: None, when: conditions.clone(), serve });
        }
        Formula::When(condition) => {
            laid.rules.push(Rule { id: None, description: None, when: vec![condition.clone()], serve });
        }
    }
}

/// A split as the simplest serve that says the same.
pub(super) fn serve(draw: &Draw, mut entries: Vec<Weighted>, around: Around<'_>) -> Serve {
    let sum: u128 = entries.iter().map(|entry| u128::from(entry.weight.steps())).sum();
    let rollout = |strategy, settings, serve| {
        Serve::Rollout(Rollout {
            strategy,
            settings,
            serve,
            by: draw.by.clone(),
            salt: draw.salt.clone(),
            bucketing: Some(draw.bucketing),
        })
    };
    // A boolean that is on below a border is a percentage, where the border can be written as one.
    if around.boolean && one_line(draw.bucketing, sum) {
        let on = VariantName::boolean(true);
        let filled: Vec<&Weighted> = entries.iter().filter(|entry| entry.weight > Weight::ZERO).collect();
        if let [first, second] = filled.as_slice()
            && first.variant == on
            && second.variant != on
        {
            let steps = u128::from(first.weight.steps()) * 100_000;
            if sum > 0 && steps.is_multiple_of(sum) {
                let share = u32::try_from(steps / sum).ok().and_then(Share::from_steps);
                if let Some(share) = share {
                    return rollout("percentage", vec![("percentage", Setting::Share(share))], Some(on));
                }
            }
        }
    }
    entries.retain(|entry| entry.weight > Weight::ZERO);
    rollout("split", vec![("split", Setting::Split(entries))], None)
}

/// Whether a percentage puts units at the same point of the line as a split of weights with this sum, in steps of 0.001.
fn one_line(bucketing: Bucketing, sum: u128) -> bool {
    match bucketing {
        Bucketing::Unleash | Bucketing::Flipt => false,
        Bucketing::Goff => sum == 100_000,
        _ => true,
    }
}

/// The tree without questions whose answer changes nothing.
pub(super) fn simplify(tree: Tree) -> Tree {
    match tree {
        Tree::If(Formula::Known(known), then, otherwise) => simplify(if known { *then } else { *otherwise }),
        Tree::If(formula, then, otherwise) => {
            let (then, otherwise) = (simplify(*then), simplify(*otherwise));
            if then == otherwise { then } else { Tree::If(formula, Box::new(then), Box::new(otherwise)) }
        }
        Tree::Split(draw, parts, unitless) => {
            let mut merged: Vec<(Weight, Tree)> = Vec::new();
            for (weight, part) in parts {
                let part = simplify(part);
                match merged.last_mut() {
                    Some((before, same)) if *same == part => *before = before.plus(weight),
                    _ => merged.push((weight, part)),
                }
            }
            let unitless = simplify(*unitless);
            let all_have_one = draw.has_unit == Formula::Known(true);
            match merged.as_slice() {
                [(_, one)] if all_have_one || *one == unitless => one.clone(),
                _ => Tree::Split(draw, merged, Box::new(unitless)),
            }
        }
        Tree::Serve(_) | Tree::Ready(_) => tree,
    }
}

impl Tree {
    /// When this serves `variant`. `None` when a border of a split can't be written.
    pub(super) fn serves(&self, variant: &VariantName) -> Option<Formula> {
        Some(match self {
            Self::Serve(served) => Formula::Known(served == variant),
            Self::Ready(_) => return None,
            Self::If(formula, then, otherwise) => {
                let (then, otherwise) = (then.serves(variant)?, otherwise.serves(variant)?);
                formula.clone().and(then).or(formula.clone().not().and(otherwise))
            }
            Self::Split(draw, parts, unitless) => {
                let weights: Vec<Weight> = parts.iter().map(|(weight, _)| *weight).collect();
                let ranges = draw.ranges(&weights)?;
                let mut any = draw.has_unit.clone().not().and(unitless.serves(variant)?);
                for (range, (_, part)) in ranges.into_iter().zip(parts) {
                    any = any.or(range.and(part.serves(variant)?));
                }
                any
            }
        })
    }
}

/// Takes the last rule for everyone as what everyone else gets.
pub(super) fn settle(mut laid: Laid) -> Laid {
    if let Some(first) =
        laid.rules.iter().position(|rule| rule.when.is_empty() && matches!(rule.serve, Serve::Variant(_)))
    {
        laid.rules.truncate(first + 1);
    }
    if let Some(last) = laid.rules.pop() {
        if last.when.is_empty() {
            laid.serve = last.serve;
        } else {
            laid.rules.push(last);
        }
    }
    laid
}

/// Gives `rules` ids where the source has names for them.
pub(super) fn identify(rules: &mut [Rule], names: &[Option<String>]) {
    let mut seen = std::collections::BTreeSet::new();
    for (rule, name) in rules.iter_mut().zip(names) {
        let Some(name) = name else { continue };
        let id = super::build::name_like(name);
        if seen.insert(id.to_ascii_lowercase()) {
            rule.id = RuleId::new(&id).ok();
        }
    }
}

/// `targetingKey` is text that is not empty.
pub(super) fn has_targeting_key() -> Formula {
    let path = AttributePath::targeting_key();
    Formula::When(all(vec![
        super::build::has_type(&path, &["text"]),
        super::build::test(&path, "empty", crate::model::Scalar::Boolean(false)),
    ]))
}
