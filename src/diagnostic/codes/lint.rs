//! Codes of the lints.

use super::codes;

codes! {
    MISSING_OWNER = "F100" "missing-owner" Warning
        "a flag without an owner"
        "When a flag misbehaves or outlives its purpose, somebody has to decide. Without an owner nobody does, and flags pile up.

Fix: `git flag set KEY owner=team-payments`.";
    MISSING_DESCRIPTION = "F101" "missing-description" Info
        "a flag or segment without a description"
        "The key alone rarely tells a reviewer, or whoever is on call at night, what switching a flag does.

Fix: `git flag set KEY description=\"One-page checkout\"`; in a segment add a line `description: Employees and contractors`.";
    MISSING_EXPIRY = "F102" "missing-expiry" Warning
        "a temporary flag that does not say when it goes"
        "Release flags and experiments are meant to be removed. One that names no date stays in the code for years.

Fix: `git flag set KEY expires=2027-03-01`; for a flag that is to stay choose another `kind`.";
    EXPIRED = "F103" "expired" Warning
        "a flag past its expiry date"
        "The date under `expires` has passed. Nothing changes for users, as evaluation ignores the date, but the flag was to be removed by now.

Fix: remove the flag from the code and run `git flag archive KEY`, or give it a new date with `git flag set KEY expires=…`.";
    PERMANENT_RELEASE = "F104" "permanent-release" Warning
        "a release flag or experiment marked as permanent"
        "A release ends when everyone has the feature, an experiment when its outcome is known. A switch that stays is of another kind: `ops`, `permission`, `config` or `kill-switch`.

Fix: choose that kind, or replace `permanent: true` by `expires`.";
    UNREACHABLE_RULE = "F105" "unreachable-rule" Warning
        "a rule below one that matches everyone"
        "The first rule that matches decides. Below a rule without conditions, or with conditions that always hold, nothing is ever reached.

```yaml
rules:
  - {id: all, serve: true}
  - {id: staff, when: [{segment: staff}], serve: false}   # never reached
```

Fix: move the specific rule up, or remove it. A rule for everyone belongs into the environment's `serve`.";
    REDUNDANT_RULE = "F106" "redundant-rule" Warning
        "a rule whose conditions an earlier rule already covers"
        "Everyone who matches this rule also matches an earlier one, which decides for them. The rule does nothing, while it looks as if it did.

Fix: remove it, move it above the other, or correct its conditions.";
    IMPOSSIBLE_RULE = "F107" "impossible-rule" Warning
        "a rule that can't match anyone"
        "Its conditions exclude each other, or one of them never holds.

```yaml
when:
  - {attribute: country, equals: DE}
  - {attribute: country, equals: FR}   # all must match: write in: [DE, FR]
```

Fix: correct the conditions (`any:` means one of them), or remove the rule.";
    RULE_WITHOUT_EFFECT = "F108" "rule-without-effect" Info
        "a last rule that serves what everyone else gets"
        "Whoever matches this rule would get the same without it, so it only makes the flag longer.

Fix: remove it, unless it is kept for a change that is about to come.";
    RULE_WITHOUT_ID = "F109" "rule-without-id" Info
        "a rule without an id"
        "Decisions, diffs and audit entries name rules. Without an id they say `#2`, which means another rule as soon as one is added above.

Fix: add `id: eu-premium` or another short name that is unique in the environment.";
    PROMOTION_ORDER = "F110" "promotion-order" Warning
        "a later environment is ahead of the one before it"
        "The environments in `flags/project.yaml` stand in promotion order. A release that is on in production but off in staging reaches users without having been tried where it should be.

The lint compares each environment with the one before it, for releases, experiments and flags without a kind: whether it is enabled, and whether its `serve` reaches more people.

Fix: `git flag enable KEY --env staging`, or `git flag promote`.";
    KEY_STYLE = "F111" "key-style" Info
        "a key that is not in kebab-case"
        "One style for all keys makes them easy to guess and to search for: small letters and digits, in words joined by single hyphens, such as `new-checkout`.

Fix: `git flag rename OLD NEW`, which moves nobody to another bucket. For keys that came from another system turn the lint off: `lints: {key-style: \"off\"}` in `flags/project.yaml`.";
    NOT_ON_MISSING = "F112" "not-on-missing" Info
        "a `not` that also matches when the attribute is missing"
        "A test on a missing attribute does not match, so `not` around it does: contexts without `country` get in here, too.

```yaml
- not: {attribute: country, equals: DE}       # also whoever has no country
- {attribute: country, not_equals: DE}        # only who has another country
```

Fix: use the negative operator, or put `{attribute: country, exists: true}` beside the `not`. When missing is meant to count, say so in an ignore.";
    UNUSED_VARIANT = "F113" "unused-variant" Info
        "a variant that is never served"
        "No environment serves it, no rule, no target, and it is not the default. It still has to be understood and kept working in the code.

Fix: serve it somewhere, or remove it with `git flag variant remove KEY NAME`.";
    SINGLE_VARIANT = "F114" "single-variant" Info
        "a flag with one variant"
        "Whatever its environments say, the flag always serves the same value. Only flags of kind `config` are meant to work that way.

Fix: add the other variant with `git flag variant add`, or choose `kind: config`.";
    SAME_VALUE = "F115" "same-value" Info
        "two variants with the same value"
        "Code can't tell the two apart by value, so most of the time one of the values was not filled in. In an A/A test it is meant: say so in an ignore.

Fix: give the variants different values, or remove one.";
    NO_EFFECT = "F116" "no-effect" Info
        "an enabled environment where everyone gets the default"
        "The environment is enabled, yet every target, rule and the `serve` give the flag's default. It looks live while it does nothing.

Fix: serve another variant, for example with `git flag rollout KEY 5 --env production`, or disable it.";
    FULLY_ROLLED_OUT = "F117" "fully-rolled-out" Info
        "a temporary flag that everyone already has"
        "In every environment of the project everyone gets the same variant, and it is not the default. The release is done: the code can keep that branch, and the flag can go.

Fix: remove the flag from the code, then `git flag archive KEY`. `git flag stale` lists all such flags.";
    KILL_SWITCH_DEFAULT = "F118" "kill-switch-default" Warning
        "a kill switch that does nothing when it is pulled"
        "`git flag kill` switches a flag to its `default`. Here the environment already serves the default to everyone, so pulling the switch in an emergency changes nothing.

```yaml
kind: kill-switch
default: false            # what is served when it is pulled
environments:
  production: {enabled: true, serve: true}   # the normal state
```

Fix: let `serve` be the normal state and `default` the safe one.";
    UNSAFE_DEFAULT = "F119" "unsafe-default" Info
        "a release whose default is on"
        "`default` is the safe answer: it is served where the flag is off, killed or can't be read. With `default: true` a new feature comes on exactly when something goes wrong.

Fix: `default: false`, and `serve: true` where the feature is to be on.";
    MISSING_ENVIRONMENT = "F120" "missing-environment" Off
        "a flag that says nothing about an environment of the project"
        "Where a flag has no block it is off and serves its default. Teams that want this spelled out turn the lint on.

Fix: add the environment with `enabled: false` and what it would serve.";
    SCHEDULE_OVER = "F121" "schedule-over" Info
        "a schedule that has ended"
        "`until` has passed: the environment serves the default from now on, although it still says `enabled: true`.

Fix: `git flag disable KEY --env ENV`, or set a new window with `git flag schedule`.";
    ROLLOUT_FINISHED = "F122" "rollout-finished" Info
        "a rollout over time that has reached its end"
        "The share does not change any more. A plain variant or percentage says the same in fewer words, and clients may cache a plain variant.

Fix: `git flag rollout KEY 100 --env ENV`, or what the message names.";
    LARGE_TARGET_LIST = "F123" "large-target-list" Info
        "more than 500 units in the targets of one environment"
        "Long lists are hard to review, make every client's download larger, and are mostly wanted by the next flag as well.

Fix: move them to a segment and use it in a rule: `when: [{segment: beta-testers}]`.";
    REDUNDANT_TARGET = "F124" "redundant-target" Info
        "a target that gives its units what everyone gets"
        "There are no rules and everyone is served this variant anyway, so the list changes nothing now. When the `serve` changes later, these units silently stay behind.

Fix: remove the target with `git flag target KEY --user … --env ENV --remove`; keep it, with an ignore, where these units are to stay.";
    PERSONAL_DATA = "F125" "personal-data" Warning
        "an e-mail address in a list of units or a condition"
        "Git keeps every version for good, and every client gets the list. An address that has once been committed can't be deleted on request.

Fix: use opaque ids (`user-1842`), or match the domain: `{attribute: email, ends_with: \"@example.com\"}`.";
    KILLED_LONG_AGO = "F126" "killed-long-ago" Info
        "a flag that has been killed for more than 30 days"
        "A kill is for an emergency. One that lasts hides a decision: either the feature is repaired and revived, or it goes.

Fix: `git flag revive KEY`, or `git flag archive KEY`.";
    EMPTY_SEGMENT = "F127" "empty-segment" Warning
        "a segment that nobody can be in"
        "It includes no units and has no `match`, or one that never holds. Every rule that uses it is dead.

Fix: add `include` or `match`, or delete the segment and the rules that use it.";
    UNUSED_SEGMENT = "F128" "unused-segment" Info
        "a segment that nothing uses"
        "No flag, no other segment and no ring refers to it. It is kept up for nothing, or the reference was lost.

Fix: delete the file, or use the segment.";
    DUPLICATE_SEGMENT = "F129" "duplicate-segment" Info
        "two segments with the same content"
        "When the audience changes, one of the two is forgotten.

Fix: keep one of them and use it in both places.";
    UNMET_REQUIREMENT = "F130" "unmet-requirement" Warning
        "a requirement that can't hold"
        "The required flag is archived, killed or not enabled there, or it never serves the variant asked for. The flag looks enabled but serves its default to everyone.

Fix: enable the required flag there, correct the requirement, or disable this flag.";
    SHARED_SALT = "F131" "shared-salt" Info
        "two flags that sort units into the same buckets"
        "The salt decides who falls into which bucket. With the same salt the 10 % of one flag are exactly the 10 % of the other, which spoils experiments. It happens when a key is used again after `git flag rename`, which keeps the old key as salt.

Fix: give the newer flag its own `salt` before it is rolled out. Where the same people are meant, say so in an ignore.";
    UNUSED_IGNORE = "F132" "unused-ignore" Warning
        "an inline ignore that suppresses nothing"
        "The problem was fixed, or the comment stands at the wrong place. A leftover ignore would hide the next problem of that kind.

Fix: remove the comment, or the names in it that are not needed. Above the first key it is about the whole file, elsewhere about the entry that it stands above or beside.";
    OUTDATED_SCHEMAS = "F133" "outdated-schemas" Warning
        "schemas in `flags/.schemas` that are not those of this program"
        "Editors and other tools check flags against them. Schemas of an older program complain about what is right today, and miss what is wrong.

Fix: `git flag doctor --fix` writes the schemas of this program; commit them. When colleagues use a newer program than you, update yours instead.";
}
