//! Codes of the checks across fields and files.

use super::codes;

codes! {
    UNKNOWN_ENVIRONMENT = "F070" "unknown-environment" Error
        "a flag or its tests name an environment that the project does not have"
        "Environments are listed in `flags/project.yaml`. A block for any other name is never used, so what it says would silently not happen; a test that asks there can't hold.

Fix: correct the name, or add the environment to the project:

```yaml
environments:
  - {name: staging}
  - {name: production}
```";
    UNKNOWN_SEGMENT = "F071" "unknown-segment" Error
        "a reference to a segment that does not exist"
        "A segment is a file `flags/segments/<name>.yaml`. A flag that refers to a missing one can't be evaluated and serves its default to everyone.

Fix: correct the name, or create the segment with `git flag segment create NAME`.";
    UNKNOWN_FLAG = "F072" "unknown-flag" Error
        "a requirement on a flag that does not exist"
        "A requirement names the key of another flag, which is the stem of its file. A flag that requires a missing one can't be evaluated and serves its default to everyone.

Fix: correct the key, or remove the requirement with `git flag require KEY --on OTHER --remove`.";
    UNKNOWN_REQUIRED_VARIANT = "F073" "unknown-required-variant" Error
        "a requirement on a variant that the other flag does not have"
        "`serves` names a variant of the required flag: `true` or `false` for a boolean flag, the name of a variant for any other. A requirement on another name never holds.

```yaml
requires:
  - {flag: payments-v2, serves: true}           # payments-v2 is a boolean flag
  - {flag: checkout-layout, serves: one-page}   # checkout-layout has a variant one-page
```

Fix: name a variant that the flag has; `git flag show OTHER` lists them.";
    UNKNOWN_RING = "F074" "unknown-ring" Error
        "a rollout to a ring that the project does not have"
        "Rings are listed under `rings` in `flags/project.yaml`, innermost first. Without the ring nobody can tell who is in it.

Fix: correct the name, or add the ring to the project.";
    UNDECLARED_ATTRIBUTE = "F075" "undeclared-attribute" Error
        "an attribute that the project does not declare"
        "When `flags/project.yaml` lists `attributes`, these are all that a context may carry. A condition on any other is nearly always a typing mistake, and it never matches. `targetingKey` is always there.

```yaml
attributes:
  plan: {type: string, enum: [free, pro]}
```

Fix: correct the name, or declare the attribute.";
    ATTRIBUTE_TYPE = "F076" "attribute-type" Error
        "an attribute used as another type than it is declared"
        "Values of different types are never equal, and an operator never matches a type that it does not take. A condition that treats a number as text would silently match nobody.

```yaml
- {attribute: account.age_days, equals: \"30\"}   # declared as integer: write 30 without quotes
- {attribute: roles, equals: admin}             # declared as strings: write contains: admin
```

Fix: use an operator and a value of the declared type, or correct the declaration in `flags/project.yaml`.";
    UNDECLARED_VALUE = "F077" "undeclared-value" Error
        "a value that the attribute can't have"
        "The project lists all values of this attribute under `enum`. A comparison with any other value has the same outcome for everyone, mostly because of a typing mistake.

Fix: correct the value, or add it to the attribute's `enum` in `flags/project.yaml`.";
    SELF_REQUIREMENT = "F078" "self-requirement" Error
        "a flag requires itself"
        "A flag that waits for itself can never be evaluated and serves its default to everyone.

Fix: remove the requirement, or name the flag that was meant.";
    REQUIREMENT_CYCLE = "F079" "requirement-cycle" Error
        "flags require each other in a circle"
        "Each flag of the circle waits for the next, so none of them can be evaluated: all serve their defaults. The message shows the whole circle, and every requirement on it is listed.

Fix: remove one of these requirements. When two flags always go together, one flag is enough.";
    SEGMENT_CYCLE = "F080" "segment-cycle" Error
        "segments contain each other in a circle"
        "Whether somebody is in one of these segments depends on whether they are in it already, so no flag that uses one of them can be evaluated.

Fix: remove one of the references, for example by moving what the segments share to a third one.";
    DUPLICATE_FILE = "F081" "duplicate-file" Error
        "two files define the same flag or segment"
        "The stem of the file is the key, whatever the folder: `flags/web/search.yaml` and `flags/api/search.yaml` are both the flag `search`, and nothing says which of them counts.

Fix: delete one of the files, or rename one of the flags with `git mv`.";
    CASE_CLASH = "F082" "case-clash" Error
        "two names differ only in upper and lower case"
        "macOS and Windows keep only one of two files whose names differ in case alone, so that a checkout silently loses the other. People mix up such names, too.

Fix: rename one of them with `git flag rename OLD NEW`.";
    UNKNOWN_LINT = "F083" "unknown-lint" Error
        "no lint has that name"
        "`lints` in `flags/project.yaml` and inline ignores name lints as `git flag validate` prints them, such as `missing-owner` or `F100`. Only lints have a level and can be ignored; errors in what a file says or means can't.

```yaml
lints: {missing-owner: error, key-style: \"off\"}
```

Fix: correct the name; `git flag explain` lists all lints.";
    IGNORE_WITHOUT_REASON = "F084" "ignore-without-reason" Error
        "an inline ignore does not say why"
        "Whoever reads the file later has to know why a finding does not matter here, and when the ignore can go.

```yaml
# git-flag: ignore[missing-owner] reason: the platform team is being split (OPS-41)
```

Fix: add `reason:` and one line of text after the brackets.";
    INVALID_DIRECTIVE = "F085" "invalid-directive" Error
        "a `git-flag:` comment that does not read"
        "Comments that begin with `git-flag:` are instructions. There is one:

```yaml
# git-flag: ignore[missing-owner, expired] reason: one line of text
```

Above the first key it is about the whole file; above an entry, or at the end of the line where an entry begins, it is about that entry and everything in it.

Fix: write it as shown, or reword the comment.";
    TOO_FAR = "F086" "references-too-far" Error
        "a chain of references that is too long"
        "Requirements lead from flag to flag and segments contain segments, but a chain of more than 32 of them, or one decision that has to look at more than 100,000, can't be understood and would make every evaluation slow. A flag that needs so much can't be evaluated and serves its default to everyone.

Fix: shorten the chain: require the last flag directly, or repeat a segment's conditions where they are needed.";
}
