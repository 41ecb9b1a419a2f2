//! Codes of tests.

use super::codes;

codes! {
    EXPECTATION_FAILED = "F300" "expectation-failed" Error
        "a flag or segment does not answer as its test expects"
        "`git flag test` evaluates flags and segments as any client would and compares. What was expected and what came stand in the message, with every step on the way. Either the flag (or segment) or the case in `flags/tests/` is wrong.";
    NO_TESTS = "F301" "no-tests" Error
        "there are no such tests"
        "The tests of a flag are in `flags/tests/KEY.yaml`:\n\n    environment: production\n    expect:\n      - name: staff get it first\n        context: {email: ada@example.com}\n        variant: \"on\"\n\nEvery case names who is asking and what must come: `variant`, `value`, `reason` or `rule`. Tests of a segment are in `flags/tests/segments/NAME.yaml`, and their cases say `member: true` or `member: false`. Golden contexts are in `flags/tests/golden/NAME.yaml` (`git flag explain F306`).";
    TESTS_WITHOUT_FLAG = "F302" "tests-without-flag" Error
        "there are tests for a flag that does not exist"
        "A file in `flags/tests/` is named after the flag that it is about, and a golden context has an answer for each flag that there is. `git flag rename` and `git flag delete` take both along.

Fix: rename the file, or delete it; for a golden context, `git flag test --record NAME` drops answers of flags that are gone.";
    TESTS_WITHOUT_SEGMENT = "F303" "tests-without-segment" Error
        "there are tests for a segment that does not exist"
        "A file in `flags/tests/segments/` is named after the segment that it is about. `git flag segment rename` and `git flag segment delete` take it along.

Fix: rename the file, or delete it.";
    UNKNOWN_EXPECTED_VARIANT = "F304" "unknown-expected-variant" Error
        "a test expects a variant that the flag does not have"
        "A case that expects a variant which is not there can never hold. Expected are `true` or `false` of a boolean flag, the name of a variant of any other.

Fix: name a variant that the flag has (`git flag show KEY` lists them); in a golden context, `git flag test --record NAME` writes the answers anew.";
    UNKNOWN_EXPECTED_RULE = "F305" "unknown-expected-rule" Error
        "a test expects a rule that the flag does not have"
        "A case that expects a rule which is not there in its environment can never hold. A rule is named by its id; one without an id by its position, as `#1`.

Fix: name a rule that the flag has in that environment, or leave `rule` out.";
    ANSWER_CHANGED = "F306" "answer-changed" Error
        "an answer differs from the one that is recorded"
        "A golden context, `flags/tests/golden/NAME.yaml`, holds what every flag answers to somebody:

    environment: production
    now: 2026-11-20T12:00:00Z
    context: {targetingKey: user-7, country: DE}
    answers:
      new-checkout: true

Whoever changes an answer sees here for whom, and so do reviewers.

Fix: when the new answers are right, `git flag test --record NAME` writes them into the file; commit it with the change.";
}
