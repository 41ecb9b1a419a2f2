//! Impact in sentences and as JSON.

use super::impact::{Impact, Outcome, Scope};
use super::shares::{Move, Portion, Shares};
use super::words;
use crate::model::By;
use serde::ser::{Serialize, SerializeStruct as _, Serializer};

/// Several impacts of one environment in one line; those beyond the first three are counted. Empty when there are none.
#[must_use]
pub fn tell(impacts: &[Impact]) -> String {
    const MOST: usize = 3;
    let mut parts: Vec<String> = impacts.iter().take(MOST).map(Impact::sentence).collect();
    if impacts.len() > MOST {
        parts.push(format!("and {} more", impacts.len() - MOST));
    }
    parts.join("; ")
}

impl Impact {
    /// In words: `15% of users gain it, nobody loses it`. The environment is not named.
    #[must_use]
    pub fn sentence(&self) -> String {
        match (&self.outcome, &self.scope) {
            (Outcome::Shares(shares), scope) if self.required => {
                format!("{}, where its requirements hold", shares.sentence(scope))
            }
            (Outcome::Shares(shares), scope) => shares.sentence(scope),
            (Outcome::Words(text), Scope::Rule(label)) => format!("those matching rule `{label}` {text}"),
            (Outcome::Words(text), Scope::EveryoneElse) => format!("for those no rule matches, {text}"),
            (Outcome::Words(text), _) => text.clone(),
        }
    }
}

impl Impact {
    /// How many people get again what they had, when the change takes an older one back: `25% of production users go
    /// back`. `None` where that can't be counted.
    #[must_use]
    pub fn going_back(&self) -> Option<String> {
        let Outcome::Shares(shares) = &self.outcome else { return None };
        let portion = shares.moves.iter().fold(Portion::NONE, |sum, it| sum.plus(it.portion));
        if portion.is_none() {
            return None;
        }
        let about = if shares.approximate { "≈" } else { "" };
        let unit = shares.by.as_ref().map_or_else(|| "users".to_owned(), |by| format!("`{by}`s"));
        let which = match &self.scope {
            Scope::Rule(label) => format!(" matching rule `{label}`"),
            Scope::EveryoneElse => " no rule matches".to_owned(),
            _ => String::new(),
        };
        let held = if self.required { ", where its requirements hold" } else { "" };
        Some(format!("{about}{portion} of {} {unit}{which} go back{held}", self.environment))
    }
}

impl Shares {
    /// In words, for the people of `scope`.
    #[must_use]
    pub fn sentence(&self, scope: &Scope) -> String {
        let crowd = Crowd { scope, by: self.by.as_ref(), about: if self.approximate { "≈" } else { "" } };
        let mut text = if self.boolean { self.gained(&crowd) } else { self.moved(&crowd) };
        for (segments, verb) in [(&self.members_in, "gain it"), (&self.members_out, "lose it")] {
            if !segments.is_empty() {
                let names: Vec<String> = segments.iter().map(|name| format!("`{name}`")).collect();
                let noun = if names.len() == 1 { "segment" } else { "segments" };
                text = format!("{text}; members of {noun} {} {verb} too", names.join(" and "));
            }
        }
        match self.at {
            Some(at) => format!("{text}, as of {}", words::time(at)),
            None => text,
        }
    }

    fn gained(&self, crowd: &Crowd<'_>) -> String {
        match (self.gains.is_none(), self.loses.is_none()) {
            (true, true) => "nobody's answer changes by bucket".to_owned(),
            (false, true) if self.gains.is_all() => format!("{} gains it", crowd.everyone()),
            (true, false) if self.loses.is_all() => format!("{} loses it", crowd.everyone()),
            (false, true) => format!("{} gain it, nobody loses it", crowd.part(self.gains)),
            (true, false) => format!("{} lose it, nobody gains it", crowd.part(self.loses)),
            (false, false) => format!("{} gain it, {}{} lose it", crowd.part(self.gains), crowd.about, self.loses),
        }
    }

    fn moved(&self, crowd: &Crowd<'_>) -> String {
        const MOST: usize = 4;
        let Some((first, others)) = self.moves.split_first() else {
            return "nobody's answer changes by bucket".to_owned();
        };
        let way = |it: &Move| format!("from {} to {}", it.from, it.to);
        if first.portion.is_all() {
            return format!("{} moves {}", crowd.everyone(), way(first));
        }
        let mut text = format!("{} move {}", crowd.part(first.portion), way(first));
        for it in others.iter().take(MOST - 1) {
            text = format!("{text}, {}{} {}", crowd.about, it.portion, way(it));
        }
        match others.len().saturating_sub(MOST - 1) {
            0 => format!("{text}, everyone else stays"),
            more => format!("{text}, and there are {more} smaller moves"),
        }
    }
}

/// The people that shares are parts of.
struct Crowd<'a> {
    scope: &'a Scope,
    by: Option<&'a By>,
    about: &'a str,
}

impl Crowd<'_> {
    fn part(&self, portion: Portion) -> String {
        let Self { scope, by, about } = self;
        let unit = by.map_or_else(|| "users".to_owned(), |by| format!("`{by}`s"));
        let whom = match (scope, by) {
            (Scope::Rule(label), None) => format!("those matching rule `{label}`"),
            (Scope::Rule(label), Some(_)) => format!("the {unit} matching rule `{label}`"),
            (Scope::EveryoneElse, None) => "those no rule matches".to_owned(),
            (Scope::EveryoneElse, Some(_)) => format!("the {unit} no rule matches"),
            _ => unit,
        };
        format!("{about}{portion} of {whom}")
    }

    fn everyone(&self) -> String {
        match self.scope {
            Scope::Rule(label) => format!("everyone matching rule `{label}`"),
            Scope::EveryoneElse => "everyone no rule matches".to_owned(),
            _ => "everyone".to_owned(),
        }
    }
}

/// `{"percent": 15, "exact": true}`; a portion that is no whole number of 0.001 % is rounded and not exact.
impl Serialize for Portion {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Portion", 2)?;
        fields.serialize_field("percent", &super::structure::share(self.rounded()))?;
        fields.serialize_field("exact", &self.is_whole())?;
        fields.end()
    }
}

impl Serialize for Move {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Move", 3)?;
        fields.serialize_field("from", self.from.as_str())?;
        fields.serialize_field("to", self.to.as_str())?;
        fields.serialize_field("share", &self.portion)?;
        fields.end()
    }
}

/// `shares` is `null` where only words can be said.
impl Serialize for Impact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { environment, scope, outcome, required } = self;
        let (scope, rule) = match scope {
            Scope::Everyone => ("everyone", None),
            Scope::EveryoneElse => ("everyone-else", None),
            Scope::Rule(label) => ("rule", Some(label)),
            Scope::Targets => ("targets", None),
            Scope::Unknown => ("unknown", None),
        };
        let shares = match outcome {
            Outcome::Shares(shares) => Some(shares),
            Outcome::Words(_) => None,
        };
        let mut fields = serializer.serialize_struct("Impact", 6)?;
        fields.serialize_field("environment", environment.as_str())?;
        fields.serialize_field("scope", scope)?;
        fields.serialize_field("rule", &rule)?;
        fields.serialize_field("required", required)?;
        fields.serialize_field("shares", &shares)?;
        fields.serialize_field("sentence", &self.sentence())?;
        fields.end()
    }
}

impl Serialize for Shares {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { moves, gains, loses, approximate, boolean: _, by, at, members_in, members_out } = self;
        let names =
            |segments: &[crate::model::SegmentName]| segments.iter().map(ToString::to_string).collect::<Vec<_>>();
        let mut fields = serializer.serialize_struct("Shares", 8)?;
        fields.serialize_field("gains", gains)?;
        fields.serialize_field("loses", loses)?;
        fields.serialize_field("moves", moves)?;
        fields.serialize_field("approximate", approximate)?;
        fields.serialize_field("by", &by.as_ref().map(ToString::to_string))?;
        fields.serialize_field("at", &at.map(|at| at.to_string()))?;
        fields.serialize_field("members_in", &names(members_in))?;
        fields.serialize_field("members_out", &names(members_out))?;
        fields.end()
    }
}
