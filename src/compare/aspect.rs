//! The table of everything that can differ. Names, verbs, and sentences come from here.

/// What an aspect is called, and how it is told.
#[derive(Debug)]
pub struct AspectRow {
    /// The aspect.
    pub aspect: Aspect,
    /// Its stable name in JSON.
    pub name: &'static str,
    /// The verb for audit entries, the log and the trailer `Flag-Action`, when a flag is the subject.
    pub action: &'static str,
    /// Whether such a difference can change answers, unless the comparison knows better.
    pub behaviour: bool,
    /// Its sentence, in up to three forms separated by ` | `: changed, added (nothing before), removed (nothing after).
    ///
    /// `{b}` is the text before, `{a}` after, `{i}` the item, `{r}` the rule, `{o}` the item or rule that it belongs to,
    /// `{e}` the words "everyone else " where
    /// rules or targets come first, `{g}` the verb "gets" or "get".
    pub sentence: &'static str,
}

macro_rules! aspects {
    ($($aspect:ident $name:literal, $action:literal, $behaviour:literal, $doc:literal, $sentence:literal;)*) => {
        /// What differs.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Aspect {
            $(#[doc = $doc] $aspect,)*
        }

        /// Every aspect, in the order of [`Aspect`].
        pub static ASPECTS: &[AspectRow] = &[$(AspectRow {
            aspect: Aspect::$aspect, name: $name, action: $action, behaviour: $behaviour, sentence: $sentence,
        },)*];
    };
}

aspects! {
    Created "created", "create", true, "Is new.", "created: {a}";
    Deleted "deleted", "delete", true, "Is gone.", "deleted";
    Renamed "renamed", "rename", false, "A flag has a new key and kept its buckets.", "renamed from `{b}`";
    Unreadable "unreadable", "change", true, "The file does not read any more, or for another reason.",
        "can't be read: {a}";
    Readable "readable", "change", true, "The file reads again.", "can be read again: {a}";

    Name "name", "metadata", false, "The name for people.",
        "name {b} → {a} | named {a} | name {b} removed";
    Description "description", "metadata", false, "The description; the item names what it describes.",
        "description{o} changed to {a} | description{o} added: {a} | description{o} removed";
    Kind "kind", "metadata", false, "What the flag is for.",
        "kind {b} → {a} | kind set to {a} | kind {b} removed";
    Owner "owner", "metadata", false, "Who answers for it.",
        "owner {b} → {a} | owner set to {a} | owner {b} removed";
    Tags "tags", "metadata", false, "The labels.",
        "tags {b} → {a} | tagged {a} | tags {b} removed";
    Lifetime "lifetime", "metadata", false, "How long the flag is meant to live.",
        "{b} → {a} | {a} | no longer {b}";
    Link "link", "metadata", false, "A reference to elsewhere.",
        "link `{i}` {b} → {a} | link `{i}` added: {a} | link `{i}` removed";
    Metadata "metadata", "metadata", false, "An entry of the metadata.",
        "metadata `{i}` {b} → {a} | metadata `{i}` added: {a} | metadata `{i}` removed";

    Type "type", "change", true, "The type of the values.", "type {b} → {a}";
    Default "default", "default", true, "The safe variant.", "default {b} → {a}";
    Salt "salt", "salt", true, "The salt of the buckets.", "salt {b} → {a}: everyone gets a new bucket";
    Bucketing "bucketing", "bucketing", true, "The algorithm of the buckets.",
        "bucketing {b} → {a} | bucketing set to {a} | bucketing {b} removed";
    GeoDatabase "geo-database", "change", true, "The database that tells places.",
        "database of places {b} → {a} | places are told by {a} | places are no longer told by {b}";
    Durability "durability", "metadata", false, "When a change counts as written.",
        "durability {b} → {a}";
    VariantAdded "variant-added", "variant", false, "A new variant.", "variant `{i}` added: {a}";
    VariantRenamed "variant-renamed", "variant", false, "A variant has a new name, and stands wherever it stood.",
        "variant `{b}` renamed to `{a}`";
    VariantRemoved "variant-removed", "variant", true, "A variant is gone.", "variant `{i}` removed (it was {b})";
    VariantValue "variant-value", "variant", true, "The value of a variant.", "variant `{i}` {b} → {a}";
    RequirementAdded "requirement-added", "require", true, "Another flag has to serve a variant now.",
        "now requires `{i}` to serve {a}";
    RequirementRemoved "requirement-removed", "require", true, "Another flag does not matter any more.",
        "no longer requires `{i}`";
    RequirementChanged "requirement-changed", "require", true, "Another flag has to serve another variant.",
        "requires `{i}` to serve {b} → {a}";
    RequirementRenamed "requirement-renamed", "rename", false, "The required flag has a new key.",
        "requires `{a}`, which was `{b}`";

    Killed "killed", "kill", true, "Switched to its default.", "killed: {a}";
    Revived "revived", "revive", true, "No longer killed.", "revived (was killed: {b})";
    KillNote "kill-note", "kill", false, "Why, by whom or when it was killed.", "kill note {b} → {a}";
    Archived "archived", "archive", true, "Put away.", "archived {a}";
    Unarchived "unarchived", "unarchive", true, "Back from the archive.", "unarchived";
    ArchiveNote "archive-note", "archive", false, "By whom or when it was archived.", "archived {b} → {a}";

    EnvironmentAdded "environment-added", "environment-add", true, "The flag has a block for an environment now.",
        "added: {a}";
    EnvironmentRemoved "environment-removed", "environment-remove", true,
        "The flag has no block for an environment any more.", "removed (was {b})";
    Enabled "enabled", "enable", true, "Switched on.", "enabled";
    Disabled "disabled", "disable", true, "Switched off.", "disabled";
    Schedule "schedule", "schedule", true, "When it is on.",
        "scheduled {b} → {a} | scheduled {a} | no longer scheduled {b}";
    Targets "targets", "target", true, "Units that get a fixed variant.",
        "{i} {g} {a} instead of {b} | {i} {g} {a} | {i} no longer {g} {b}";
    TargetsRewritten "targets-rewritten", "target", false, "The targets are written in another way.",
        "targets rewritten, with the same meaning";
    RuleAdded "rule-added", "rule-add", true, "A new rule.", "rule `{r}` added: {a}";
    RuleRemoved "rule-removed", "rule-remove", true, "A rule is gone.", "rule `{r}` removed (it was {b})";
    RuleMoved "rule-moved", "rule-move", true, "A rule is asked earlier or later.",
        "rule `{r}` moved from place {b} to {a}";
    RulesSwapped "rules-swapped", "rule-move", true, "Two neighbouring rules changed places.",
        "order of rules {b} → {a}";
    RuleId "rule-id", "rule-change", false, "A rule has another id.",
        "rule `{b}` is now named `{a}` | rule `{i}` is now named `{a}` | rule `{b}` has no id any more";
    RuleWhen "rule-when", "rule-change", true, "Whom a rule is for.", "rule `{r}` when {i}";
    RuleNarrowed "rule-narrowed", "rule-change", true, "A rule has more conditions.", "rule `{r}` now also needs {i}";
    RuleWidened "rule-widened", "rule-change", true, "A rule has fewer conditions.", "rule `{r}` no longer needs {i}";
    RuleServe "rule-serve", "rule-change", true, "What a rule serves.", "rule `{r}` {b} → {a}";
    Serve "serve", "rollout", true, "What everyone else gets.", "{e}{b} → {a}";

    Include "include", "change", true, "Units that are always in a segment.",
        "always includes {i} instead of {b} | now always includes {i} | no longer always includes {i}";
    Exclude "exclude", "change", true, "Units that are never in a segment.",
        "excludes {i} instead of {b} | now excludes {i} | no longer excludes {i}";
    Match "match", "change", true, "Whom a segment matches.",
        "matches {b} → {a} | matches {a} | no longer matches {b}";

    Format "format", "change", false, "The format of the repository.", "format {b} → {a}";
    ProjectEnvironmentAdded "project-environment-added", "change", false, "A new environment of the project.",
        "environment `{i}` added";
    ProjectEnvironmentRemoved "project-environment-removed", "change", true,
        "An environment of the project is gone.", "environment `{i}` removed";
    ProjectEnvironmentOrder "project-environment-order", "change", false, "The promotion order.",
        "promotion order {b} → {a}";
    Protection "protection", "change", false, "Whether an environment is protected.",
        "environment `{i}` {b} → {a}";
    Attribute "attribute", "change", false, "A declared attribute.",
        "attribute `{i}` {b} → {a} | attribute `{i}` declared: {a} | attribute `{i}` no longer declared";
    Attributes "attributes", "change", false, "Whether attributes are declared at all.",
        "attributes {b} → {a}";
    Ring "ring", "change", true, "A ring of users.",
        "ring `{i}` {b} → {a} | ring `{i}` added: {a} | ring `{i}` removed (it was {b})";
    RingOrder "ring-order", "change", true, "The order of the rings.", "order of rings {b} → {a}";
    Lint "lint", "change", false, "The level of a lint.",
        "lint `{i}` {b} → {a} | lint `{i}` set to {a} | lint `{i}` back to its own level (it was {b})";
}

impl Aspect {
    /// Its row of the table.
    #[must_use]
    pub fn row(self) -> &'static AspectRow {
        &ASPECTS[self as usize]
    }

    /// Its stable name in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().name
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_unique_and_kebab_case() {
        let names: BTreeSet<&str> = ASPECTS.iter().map(|row| row.name).collect();
        assert_eq!(names.len(), ASPECTS.len());
        let kebab = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
        for (position, row) in ASPECTS.iter().enumerate() {
            assert_eq!(row.aspect as usize, position);
            assert!(kebab(row.name) && kebab(row.action), "{}", row.name);
            let forms = row.sentence.split(" | ").count();
            assert!(forms == 1 || forms == 3, "{}", row.name);
        }
    }
}
