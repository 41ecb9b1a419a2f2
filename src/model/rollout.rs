//! What is served: a variant, or a strategy that chooses one.

use super::{Bucketing, By, RingName, Seconds, Share, Timestamp, VariantName, Weight};

/// A serve always decides.
#[derive(Debug, Clone, PartialEq)]
pub enum Serve {
    /// Always this variant.
    Variant(VariantName),
    /// A strategy.
    Rollout(Rollout),
}

/// A strategy of the table of strategies, with its settings.
#[derive(Debug, Clone, PartialEq)]
pub struct Rollout {
    /// The strategy's name, as in the table: `percentage`, `split`, `gradual`, `linear`, `canary`, `ring`.
    pub strategy: &'static str,
    /// Its settings by name, in the order of the table. A strategy written with a single value
    /// (`percentage: 25`, `split: […]`, `ring: beta`) has one setting of its own name.
    pub settings: Vec<(&'static str, Setting)>,
    /// The variant that is rolled out: `on` for booleans, named by the inner `serve` otherwise; `None` for a split.
    pub serve: Option<VariantName>,
    /// The attributes that are the unit; `targetingKey` when absent.
    pub by: Option<By>,
    /// The salt; the flag's when absent.
    pub salt: Option<String>,
    /// The algorithm; the flag's when absent.
    pub bucketing: Option<Bucketing>,
}

/// The value of one setting.
#[derive(Debug, Clone, PartialEq)]
pub enum Setting {
    /// A percentage.
    Share(Share),
    /// Percentages, in order.
    Shares(Vec<Share>),
    /// A point in time.
    Time(Timestamp),
    /// A length of time.
    Length(Seconds),
    /// A whole number.
    Count(u32),
    /// Variants and their weights; the order is part of the meaning.
    Split(Vec<Weighted>),
    /// A ring.
    Ring(RingName),
}

/// An entry of a split.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weighted {
    /// What is served in this part.
    pub variant: VariantName,
    /// How wide the part is: a percentage under a native algorithm.
    pub weight: Weight,
}

impl Rollout {
    /// The setting of that name.
    #[must_use]
    pub fn setting(&self, name: &str) -> Option<&Setting> {
        self.settings.iter().find(|(candidate, _)| *candidate == name).map(|(_, setting)| setting)
    }

    /// The variants that it may serve by itself (outside its share the flag's default comes in addition).
    pub fn variants(&self) -> impl Iterator<Item = &VariantName> {
        let entries = self.settings.iter().filter_map(|(_, setting)| match setting {
            Setting::Split(entries) => Some(entries.iter().map(|entry| &entry.variant)),
            _ => None,
        });
        self.serve.iter().chain(entries.flatten())
    }
}

impl Rollout {
    /// As [`Self::variants`], to be changed.
    pub(super) fn variants_mut(&mut self) -> Vec<&mut VariantName> {
        let mut all: Vec<&mut VariantName> = self.serve.iter_mut().collect();
        for (_, setting) in &mut self.settings {
            if let Setting::Split(entries) = setting {
                all.extend(entries.iter_mut().map(|entry| &mut entry.variant));
            }
        }
        all
    }
}

impl Serve {
    /// The strategy, unless a variant is served.
    #[must_use]
    pub fn rollout(&self) -> Option<&Rollout> {
        match self {
            Self::Variant(_) => None,
            Self::Rollout(rollout) => Some(rollout),
        }
    }
}
