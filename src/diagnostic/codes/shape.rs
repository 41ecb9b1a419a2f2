//! Codes of the decoder: what one file says, by itself.

use super::codes;

codes! {
    WRONG_TYPE = "F020" "wrong-type" Error
        "a value of a kind that the field does not take"
        "Every field takes one kind of value: text, a number, `true` or `false`, a list, or a mapping. Nothing is converted, because readers convert differently: `owner: 12` is a number, `owner: \"12\"` is text. Write the kind that the message names; an optional field that is to be empty is left out.";
    UNKNOWN_FIELD = "F021" "unknown-field" Error
        "a field that does not exist here"
        "A misspelt field would be ignored in silence, and the flag would do something else than its file shows. `enabeld: true` for example would leave the flag off. Correct the name as the suggestion says, or remove the field; what only your team needs belongs under `metadata`.";
    MISSING_FIELD = "F022" "missing-field" Error
        "a field that has to be there is missing"
        "A flag needs `type`, `default` and `environments`, `variants` unless it is boolean, and `serve` in every environment and rule: without them it would not be defined what it serves. Add the field, for example `default: false`.";
    BAD_NAME = "F023" "bad-name" Error
        "a name with characters or a form that names can't have"
        "Names of environments, variants, segments, rings, rules and flags become file names, arguments and branch names. They start with a letter or digit, continue with letters, digits, `.`, `_` and `-`, have at most 100 characters, don't end with a dot, and are no device name of Windows (`con`, `nul.txt`). Example: `new-checkout`.";
    UNKNOWN_CHOICE = "F024" "unknown-choice" Error
        "a word that is not one of those possible here"
        "Some fields take one of a few words, such as `type: boolean` or `kind: release`. The message lists them; choose one, written exactly so.";
    VALUE_TYPE = "F025" "value-type" Error
        "a variant's value is of another type than the flag"
        "Every variant of a flag has a value of the flag's `type`, because clients read the flag with a typed call such as `getStringValue`. In a string flag write `blue: {value: \"10\"}` with quotes; integers are whole numbers within ±9007199254740991.";
    UNKNOWN_VARIANT = "F026" "unknown-variant" Error
        "a variant that the flag does not declare"
        "`default`, `serve`, targets and splits name variants of the same flag. Declare it under `variants`, for example `variants: {blue: {value: \"#00f\"}}`, or correct the name.";
    NOT_FOR_BOOLEAN = "F027" "not-for-boolean" Error
        "something that boolean flags don't have"
        "Boolean flags have the two built-in variants `true` and `false`, and a rollout ramps `true`. So they have neither `variants` nor a `split`, nor a `serve` inside of a strategy: write `serve: {percentage: 25}`. For more than two variants make it a string flag.";
    NAMED_BOOLEAN = "F028" "named-boolean" Error
        "a variant of a boolean flag is written as `true` or `false`"
        "Boolean flags report their variants as `on` and `off`, but files say `true` and `false`, as there must be one way to write it, and as `on` and `off` are booleans for some YAML readers and text for others. Write `serve: true`.";
    ONE_STRATEGY = "F029" "one-strategy" Error
        "a serve has exactly one strategy"
        "A serve always decides, so it is one variant or one strategy (`percentage`, `split`, `gradual`, `linear`, `canary`, `ring`). Two of them would leave open which one counts. Write for example `serve: {percentage: 25}`.";
    FIELD_NOT_HERE = "F030" "field-not-here" Error
        "a field that does not go with its neighbours"
        "The field exists, but means nothing beside these: `by`, `salt` and `bucketing` go with strategies that use buckets (not with `ring`), an inner `serve` with those that ramp one variant (not with `split`), `ignore_case` with operators that compare text, `lenient` with those that compare numbers or versions by order, `any_item` with all but `exists`. Remove it.";
    BAD_PERCENTAGE = "F031" "bad-percentage" Error
        "not a percentage"
        "Percentages are plain decimal numbers from 0 to 100 with at most three decimals, such as `25` or `33.334`, without quotes, exponent or percent sign. They are kept as integers of 0.001 %, never as floating-point numbers, so that a share is exactly what the file says.";
    SPLIT_FORM = "F032" "split-form" Error
        "a split is a list of single entries"
        "The order of a split is part of its meaning, so it is a list, with one variant and its percentage in each item: `split: [control: 34, blue: 33, green: 33]`, or one `- control: 34` per line. A mapping would have no order.";
    BAD_TIME = "F033" "bad-time" Error
        "not a point in time"
        "Times are RFC 3339 with an offset from UTC, such as `2026-12-01T09:00:00Z` or `2026-12-01T09:00:00+01:00`; a bare date such as `2026-12-01` means 00:00 UTC. Without an offset it would depend on the machine which moment is meant.";
    BAD_LENGTH = "F034" "bad-length" Error
        "not a length of time"
        "Lengths are a whole number and one of `s`, `m`, `h`, `d`, `w`, such as `90s`, `12h` or `2w`. They are fixed lengths: a day is 24 hours.";
    BAD_COUNT = "F035" "bad-count" Error
        "not a whole number in the range possible here"
        "The field takes a whole number; the message names the range. Stages of a canary, for example, are counted from 1: `stage: 2`.";
    BAD_STRATEGY = "F036" "bad-strategy" Error
        "settings of a strategy that don't make sense together"
        "Each setting by itself is fine, but not together: a `stage` beyond the list of stages, an `until` before `from`, a `start` above `max`. The message says which; change one of the two.";
    ONE_CONDITION = "F037" "one-condition" Error
        "a condition tests exactly one thing"
        "A condition is one of `{attribute: …, <operator>: …}`, `{segment: …}`, `{percentage: …}`, `{any: […]}`, `{all: […]}`, `{not: …}`, and a test has exactly one operator. Write two conditions as two items of the list (all must match), for example `when: [{attribute: age, greater_than: 18}, {attribute: age, less_than: 65}]`.";
    BAD_OPERAND = "F038" "bad-operand" Error
        "an operand of a kind that its operator does not take"
        "Each operator compares with one kind of value: `in` takes a list, `greater_than` a number, `semver_equal` and `matches` text, `exists` `true` or `false`. Nothing is converted: `semver_equal: 1.2` is a number, so write `semver_equal: \"1.2.0\"`.";
    OPERAND_MEANING = "F039" "operand-meaning" Error
        "an operand that its operator can't read"
        "The operand has the right kind but no meaning: a regular expression that does not compile, a version that is not a semantic version, a network that is not in CIDR notation, a time without an offset. The condition could never match. Correct it as the message says.";
    BAD_ATTRIBUTE = "F040" "bad-attribute" Error
        "not a path to an attribute"
        "Attributes are named by a path with dots between the names, such as `account.age_days`. A literal dot in a name is written `\\.`, a backslash `\\\\`. No name may be empty, and a path has at most 200 bytes.";
    SPLIT_SUM = "F041" "split-sum" Error
        "the percentages of a split don't sum to 100"
        "A split gives every unit a variant, so its percentages sum to exactly 100. With three equal parts write `[a: 33.334, b: 33.333, c: 33.333]`. To leave the rest as it is, give it a variant of its own.";
    EMPTY_COLLECTION = "F042" "empty-collection" Error
        "a list or mapping that needs at least one entry is empty"
        "An empty `when`, `any`, `all`, `in` or `match` could be read as everyone or as nobody, so it is not allowed. A rule for everyone has no `when`; a segment without `match` has only the units of `include`.";
    DUPLICATE_RULE_ID = "F043" "duplicate-rule-id" Error
        "two rules of an environment have the same id"
        "Decisions, history and commands name rules by their id, so an id stands once in an environment, ignoring case. Rename one of the two.";
    DUPLICATE_UNIT = "F044" "duplicate-unit" Error
        "a unit is listed twice"
        "In targets the first match wins, so a second mention has no effect, or, with another variant, hides what its author meant. `123` and `\"123\"` are the same unit. Remove one of the two.";
    UNIT_IN_BOTH = "F045" "unit-in-both" Error
        "a unit is both included and excluded"
        "`exclude` wins, so the mention under `include` has no effect. Remove the unit from one of the two lists.";
    SCHEDULE_ORDER = "F046" "schedule-order" Error
        "a schedule ends before it starts"
        "A schedule is on from `from` (inclusive) until `until` (exclusive), so `until` has to be later. Otherwise the flag is never on; to switch it off write `enabled: false`.";
    BAD_SALT = "F047" "bad-salt" Error
        "not a salt"
        "The salt and the unit are joined with a `/` and hashed, so a salt is not empty and has no `/`: otherwise two different pairs could share their buckets. Example: `salt: checkout-2026`.";
    LIFETIME_CONFLICT = "F048" "lifetime-conflict" Error
        "a flag is both permanent and expiring"
        "`expires` says when the flag should be gone, `permanent: true` that it stays. Keep the one that is true.";
    DUPLICATE_ITEM = "F049" "duplicate-item" Error
        "an item stands twice in a list"
        "The list is a set of names: a second mention has no effect and is usually a mistake of editing or merging. Remove one of the two.";
    EMPTY_TEXT = "F050" "empty-text" Error
        "a text that needs content is empty"
        "An empty text says nothing, for example as the reason why a flag was killed. Write something, or leave an optional field out.";
    NEWER_FORMAT = "F051" "newer-format" Error
        "the repository is written in a format newer than this program"
        "`format` in `flags/project.yaml` says how the files are to be read. This program would misunderstand a newer format, so it reads nothing. Install a newer version of git-flag.";
    DUPLICATE_NAME = "F052" "duplicate-name" Error
        "two names differ at most in case"
        "Names are unique ignoring case: some file systems and readers don't tell `Beta` from `beta`, and people don't either. Rename one of the two.";
    RING_ORDER = "F053" "ring-order" Error
        "the percentages of rings fall along the list"
        "Rings contain each other: whoever is in `beta` is in every later ring too. So percentages rise or stay along the list, from the innermost to the outermost. Move the ring up, or raise its percentage.";
    RING_AUDIENCE = "F054" "ring-audience" Error
        "a ring without anybody in it"
        "A ring needs a `segment` (who is in by name), a `percentage` (how many are in by bucket), or both: `{name: beta, segment: beta-testers, percentage: 10}`.";
    RESERVED = "F055" "reserved" Error
        "something that a later version will bring"
        "The format keeps this name for a later version, so that files written then never mean something else today. Until then leave it out; for lists of units write them into the file itself, for example `include: [user-1, user-2]`.";
    ATTRIBUTE_VALUE = "F056" "attribute-value" Error
        "a value that the declared type of an attribute does not have"
        "`enum` and `examples` list values of the attribute's own type: semantic versions such as \"2.1.0\" for `semver`, addresses such as \"10.0.0.1\" for `ip`, times such as 2026-12-01T09:00:00Z for `time`. Correct the value or the type.";
    NOTHING_EXPECTED = "F057" "nothing-expected" Error
        "a test case that expects nothing"
        "A case asserts at least one of `variant`, `value`, `reason` and `rule`; otherwise it could never fail. Add what the flag should answer, for example `value: true`.";
    NO_ENVIRONMENT = "F058" "no-environment" Error
        "a test case without an environment"
        "Flags answer differently in each environment, so a case names one (`environment: production`) or several (`environment: [staging, production]`), or the file names one for all cases.";
}
